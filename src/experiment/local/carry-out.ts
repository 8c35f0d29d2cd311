import type { ClusterFacts, Comparison, PolicyFacts, RunRecord, WorkloadFacts } from '../comparison.ts';
import { policyLabel } from '../policy-text.ts';
import { canonicalText, type InputDigests } from '../run-id.ts';
import type { ClusterPlan, PolicyPlan, RunPlan, WorkloadPlan } from '../run-plan.ts';
import { summarise } from '../statistics/summarise.ts';
import { batonVersion } from './baton-version.ts';
import { shortHash } from './digest.ts';
import { labelled, localRunner } from './local-runner.ts';
import { dependsOnSeed } from './open-inputs.ts';
import type { Planned } from './planned.ts';
import { policiesOf } from './policies-of-plan.ts';
import { ResultStore } from './result-store.ts';
import { runJobs, type Job } from './worker-pool.ts';
import type { Survey, SurveyPlan, WorkerAnswer } from './worker-messages.ts';

/** How far an experiment is. */
export interface ProgressReport {
  /** What is counted; absent: runs. */
  readonly what?: string;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly running: number;
  readonly events: number;
}

export interface CarryOutOptions {
  readonly planned: Planned;
  /** Results are kept under this folder; absent: nowhere. */
  readonly out?: string;
  /** Whether results that are there already are taken as they are. */
  readonly resume: boolean;
  readonly workers: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** The command line that repeats the experiment. */
  readonly command: string;
  readonly startedFrom: Readonly<Record<string, string>>;
  readonly onProgress?: (state: ProgressReport) => void;
}

/** Why some runs have no result: one sentence for all runs of a policy (or of a workload). */
export interface Failure {
  readonly sentence: string;
  readonly fault: 'input' | 'baton';
  readonly runs: number;
}

export interface Outcome {
  readonly comparison: Comparison;
  readonly failures: readonly Failure[];
  /** Runs whose results were there already. */
  readonly reused: number;
  /** Runs that were not begun or not finished when the signal came. */
  readonly missing: number;
}

/** Carries out a whole experiment on this machine. Throws an InputError when there is nothing that could be run. */
export async function carryOut(options: CarryOutOptions): Promise<Outcome> {
  const { planned } = options;
  const digests = planned.digests();
  const store = options.out === undefined ? undefined : new ResultStore(options.out);
  store?.requireWritable();
  const failures = new FailureBook();
  const { policyOf, policies } = await loadPolicies(planned.policies, options, failures);
  const plans = planned.runs(policyOf, digests);
  // A scenario has no workload that could be looked at before it runs, and no bound is known for it.
  const surveys = await survey(
    plans.filter((plan) => plan.scenario === undefined && plan.kubernetes === undefined && plan.native === undefined),
    digests,
    options,
    store,
    failures,
  );
  const facts = planned.facts?.(plans) ?? { clusters: [], workloads: [] };

  const records = new Map<string, RunRecord>();
  let reused = 0;
  for (const plan of plans) {
    const sentence = failures.ofPolicy.get(plan.policy) ?? failures.ofWorkload.get(workloadKey(plan));
    const kept = options.resume ? store?.read('runs', plan.id) : undefined;
    if (sentence !== undefined) {
      records.set(plan.id, { ...labelled(plan), status: 'failed', error: sentence });
      failures.count(sentence);
    } else if (kept?.status === 'finished') {
      records.set(plan.id, { ...kept, ...labelled(plan) });
      reused++;
    }
  }
  const todo = plans.filter((plan) => !records.has(plan.id));
  let done = 0;
  let failed = 0;
  // Users' policies were examined when they were loaded.
  const runner = localRunner({ ...options, examine: false });
  const fresh = await runner.run(todo, (event) => {
    if (event.kind === 'finished') {
      done++;
      store?.write('runs', event.plan.id, event.record);
    } else if (event.kind === 'failed') {
      failed++;
      failures.add(event.plan.policy.name, event.sentence, event.fault);
    } else
      options.onProgress?.({
        total: todo.length,
        done: done + failed,
        failed,
        running: event.running,
        events: event.events,
      });
  });
  for (const record of fresh) records.set(record.id, record);
  const runs = plans.map((plan) => records.get(plan.id)!);
  return {
    comparison: summarise(
      {
        title: planned.title,
        batonVersion: batonVersion(),
        nodeVersion: process.version,
        command: options.command,
        startedFrom: options.startedFrom,
        clusters: uniqueByName([...surveys.map((one) => one.cluster), ...facts.clusters]),
        workloads: uniqueByName([...surveys.map((one) => one.workload), ...facts.workloads]),
        policies: uniqueByName(policies),
        seeds: planned.seeds,
      },
      runs,
      surveys.map((one) => one.bounds),
    ),
    failures: failures.list(),
    reused,
    missing: runs.filter((run) => run.status === 'missing').length,
  };
}

/** Loads and examines users' policies in a worker that is watched; their own names then stand for their files. */
async function loadPolicies(
  written: readonly PolicyPlan[],
  options: CarryOutOptions,
  failures: FailureBook,
): Promise<{ policyOf: (policy: PolicyPlan) => PolicyPlan; policies: PolicyFacts[] }> {
  const facts = new Map<PolicyPlan, PolicyFacts>();
  const jobs: Job[] = [];
  for (const policy of written) {
    if (policy.file === undefined) facts.set(policy, (await policiesOf(policy)).facts);
    else jobs.push({ policy, request: { kind: 'load' } });
  }
  await runJobs(jobs, options, (job, answer) => {
    const policy = job.policy!;
    if (answer.kind === 'load') facts.set(policy, answer.policy);
    if (answer.kind !== 'failed') return;
    failures.add(policy.name, answer.sentence, answer.fault, 0);
    failures.ofPolicy.set(policy, answer.sentence);
    facts.set(policy, {
      name: policy.name,
      summary: 'it could not be loaded',
      source: policy.file!,
      file: policy.file!,
    });
  });
  const taken = new Map<string, number>();
  for (const { name } of facts.values()) taken.set(name, (taken.get(name) ?? 0) + 1);
  const policies: PolicyFacts[] = [];
  const plans = new Map<PolicyPlan, PolicyPlan>();
  for (const plan of written) {
    const known = facts.get(plan) ?? { name: plan.name, summary: '', source: '' };
    const clash = plan.file !== undefined && (taken.get(known.name) ?? 0) > 1;
    const name = clash ? `${known.name} (${policyLabel(plan.file, plan.queue, plan.backfill)})` : known.name;
    policies.push({ ...known, name });
    const named = { ...plan, name };
    const sentence = failures.ofPolicy.get(plan);
    if (sentence !== undefined) failures.ofPolicy.set(named, sentence);
    plans.set(plan, named);
  }
  return { policyOf: (policy) => plans.get(policy) ?? policy, policies };
}

/** Looks at each workload on each cluster: its facts for the report, what no policy can pass, and whether it is sound. */
async function survey(
  plans: readonly RunPlan[],
  digests: InputDigests,
  options: CarryOutOptions,
  store: ResultStore | undefined,
  failures: FailureBook,
): Promise<Survey[]> {
  const wanted = new Map<string, SurveyPlan>();
  for (const { cluster, workload, seed } of plans) {
    const asked = dependsOnSeed(workload) ? seed : 0;
    const content = {
      cluster,
      workload,
      asked,
      baton: digests.batonVersion,
      files: [cluster.file, workload.file].map((file) => file && digests.files[file]),
    };
    const id = shortHash(canonicalText(content));
    if (!wanted.has(id)) wanted.set(id, { id, cluster, workload, seed });
  }
  const found = new Map<string, Survey>();
  for (const [id] of wanted) {
    const kept = options.resume ? store?.read('surveys', id) : undefined;
    if (kept) found.set(id, kept);
  }
  const jobs: Job[] = [...wanted.values()]
    .filter(({ id }) => !found.has(id))
    .map((one) => ({ policy: undefined, request: { kind: 'survey', survey: one } }));
  let done = 0;
  const onAnswer = (job: Job, answer: WorkerAnswer): void => {
    done++;
    const plan = (job.request as { survey: SurveyPlan }).survey;
    if (answer.kind === 'survey') {
      found.set(plan.id, answer.survey);
      store?.write('surveys', plan.id, answer.survey);
    } else if (answer.kind === 'failed') {
      failures.add(workloadKey(plan), answer.sentence, answer.fault, 0);
      failures.ofWorkload.set(workloadKey(plan), answer.sentence);
    }
  };
  await runJobs(jobs, options, onAnswer, (events, running) => {
    options.onProgress?.({ what: 'workloads surveyed', total: jobs.length, done, failed: 0, running, events });
  });
  return [...wanted.keys()].flatMap((id) => found.get(id) ?? []);
}

/** Collects why runs failed: the first sentence of each policy (or workload) stands for all. */
class FailureBook {
  readonly ofPolicy = new Map<PolicyPlan, string>();
  readonly ofWorkload = new Map<string, string>();
  private readonly byWhom = new Map<string, { sentence: string; fault: 'input' | 'baton'; runs: number }>();

  add(whom: string, sentence: string, fault: 'input' | 'baton', runs = 1): void {
    const same = [...this.byWhom.values()].find((one) => one.sentence === sentence) ?? this.byWhom.get(whom);
    if (same) same.runs += runs;
    else this.byWhom.set(whom, { sentence, fault, runs });
  }

  /** One more run that has failed for this sentence. */
  count(sentence: string): void {
    for (const failure of this.byWhom.values()) if (failure.sentence === sentence) failure.runs++;
  }

  list(): Failure[] {
    return [...this.byWhom.values()];
  }
}

function workloadKey({ cluster, workload }: { cluster: ClusterPlan; workload: WorkloadPlan }): string {
  return `${cluster.name}\n${workload.name}`;
}

function uniqueByName<T extends ClusterFacts | WorkloadFacts | PolicyFacts>(facts: readonly T[]): T[] {
  const byName = new Map<string, T>();
  for (const one of facts) if (!byName.has(one.name)) byName.set(one.name, one);
  return [...byName.values()];
}
