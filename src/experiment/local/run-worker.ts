import { parentPort, workerData } from 'node:worker_threads';
import { inlineMore } from './inline-more.ts';
import { InputError } from '../../sim/input-error.ts';
import { Violation } from '../../sim/ledger.ts';
import { executeRun, type Pulse } from './execute-run.ts';
import { WorkloadCache } from './open-inputs.ts';
import { policiesOf, type LoadedPolicies } from './policies-of-plan.ts';
import type { WorkerAnswer, WorkerBirth, WorkerRequest } from './worker-messages.ts';

inlineMore();
const EXAM_SEEDS = 20;

const birth = workerData as WorkerBirth;
const heartbeat = new Int32Array(birth.heartbeat);
const pulse: Pulse = {
  beat: () => void Atomics.add(heartbeat, 0, 1),
  beatEvents: () => {
    Atomics.add(heartbeat, 0, 1);
    Atomics.add(heartbeat, 1, 1);
  },
};
const workloads = new WorkloadCache(pulse.beat);
let policies: LoadedPolicies | undefined;

// One request after the other: the pool sends the next only after an answer.
parentPort!.on('message', (request: WorkerRequest) => {
  void answerTo(request).then((answer) => parentPort!.postMessage(answer));
});

async function answerTo(request: WorkerRequest): Promise<WorkerAnswer> {
  pulse.beat();
  try {
    if (request.kind === 'survey') {
      const { surveyWorkload } = await import('./survey-workload.ts');
      return { kind: 'survey', survey: surveyWorkload(request.survey, workloads, pulse.beat) };
    }
    try {
      policies ??= await loadAndExamine();
    } catch (error) {
      return failed(error, true);
    }
    if (request.kind === 'load') return { kind: 'load', policy: policies.facts };
    if (request.kind === 'explain') {
      const { explainRun } = await import('./explain-run.ts');
      const { plan, pod, attempt } = request;
      return { kind: 'explain', explanation: explainRun(plan, pod, attempt, policies, workloads, pulse) };
    }
    return {
      kind: 'run',
      ...executeRun(request.plan, policies, workloads, pulse, request.journalFile),
    };
  } catch (error) {
    return failed(error, false);
  }
}

/** A user's policy is examined before it is trusted: a wrong declaration would give wrong decisions, not slow ones. */
async function loadAndExamine(): Promise<LoadedPolicies> {
  const plan = birth.policy!;
  const loaded = await policiesOf(plan);
  if (plan.file === undefined || !birth.examine) return loaded;
  const { examine } = await import('../../policies/contract/examine.ts');
  for (let seed = 1; seed <= EXAM_SEEDS; seed++) {
    pulse.beat();
    const fault = examine(loaded.placement, { seeds: [seed] })[0];
    if (!fault) continue;
    const sentence = fault.sentence.replace(/^seed \d+: /, '');
    // What the policy itself threw says already whose fault it is and where.
    const own = sentence.indexOf(`${plan.file}: policy`);
    throw new InputError(
      own >= 0
        ? sentence.slice(own).replace(/"$/, '')
        : `${plan.file}: the policy breaks the rule "${fault.rule}": ${sentence}`,
    );
  }
  return loaded;
}

function failed(error: unknown, wholePolicy: boolean): WorkerAnswer {
  const file = birth.policy?.file;
  // The engine's books fail with a user's policy that writes into the columns it may only read.
  const cooked = file !== undefined && error instanceof Violation;
  const isInput = cooked || error instanceof InputError;
  let sentence = error instanceof Error ? error.message : String(error);
  if (cooked)
    sentence = `${file}: under this policy the books of the cluster do not add up; a policy may only read it: ${sentence}`;
  if (isInput && file !== undefined && sentence.startsWith('policy "')) sentence = `${file}: ${sentence}`;
  if (!isInput && process.env['BATON_STACK'])
    process.stderr.write(`${error instanceof Error ? error.stack : sentence}\n`);
  return { kind: 'failed', sentence, fault: isInput ? 'input' : 'baton', wholePolicy };
}
