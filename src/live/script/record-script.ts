import { openKubernetes } from '../../experiment/local/execute-kubernetes.ts';
import { simulationOptions } from '../../experiment/local/execute-run.ts';
import { policiesOf } from '../../experiment/local/policies-of-plan.ts';
import { openCluster, WorkloadCache } from '../../experiment/local/open-inputs.ts';
import { scenarioSimulation } from '../../experiment/local/scenario-simulation.ts';
import { isOrchestrated } from '../../experiment/orchestrated/is-orchestrated.ts';
import type { RunPlan } from '../../experiment/run-plan.ts';
import { InputError } from '../../sim/input-error.ts';
import type { RunResult } from '../../sim/result.ts';
import { KubernetesCamera } from './kubernetes-camera.ts';
import { LivingCamera } from './living-camera.ts';
import { PlacementCamera } from './placement-camera.ts';
import { SCRIPT_FORMAT, type ReplayScript } from './replay-script.ts';
import type { ScriptBuilder } from './script-builder.ts';

export interface RecordOptions {
  /** More pods than this are refused; default 20,000. */
  readonly mostPods?: number;
  /** Ends the recording with an InputError. */
  readonly signal?: AbortSignal;
}

const MOST_PODS = 20_000;

/** Events between two moments in which others of this process may act. */
const EVENTS_AT_ONCE = 4096;

/** A run that is being filmed. */
interface Filming {
  readonly builder: ScriptBuilder;
  readonly durationUs: (result: RunResult) => number;
  readonly step: () => boolean;
  readonly result: () => RunResult;
  readonly close: () => void;
}

/**
 * Carries out a plan in this process and writes down what a container engine has to do to repeat it. The same plan gives the
 * same script, to the byte. Throws an InputError for what the plan's files have against them, and for a run of too many pods.
 */
export async function recordScript(plan: RunPlan, options: RecordOptions = {}): Promise<ReplayScript> {
  const filming = await openFilming(plan);
  try {
    await roll(filming, options);
    return scriptOf(plan, filming);
  } finally {
    filming.close();
  }
}

async function openFilming(plan: RunPlan): Promise<Filming> {
  if (isOrchestrated(plan))
    throw new InputError(
      'runs of orchestrators are replayed by the orchestrator itself: baton replay --swarm (docs/replay-swarm.md); leave --orchestrator out to replay the scenario on its own policies',
    );
  if (plan.kubernetes !== undefined) return filmKubernetes(plan, plan.kubernetes);
  if (plan.scenario !== undefined) return filmScenario(plan, plan.scenario);
  return filmPods(plan);
}

function filmKubernetes(plan: RunPlan, kubernetes: NonNullable<RunPlan['kubernetes']>): Filming {
  const { run, durationUs, result, close } = openKubernetes(plan, kubernetes, {});
  const camera = new KubernetesCamera(run);
  return { builder: camera.builder, durationUs: () => durationUs, step: () => camera.step(), result, close };
}

async function filmPods(plan: RunPlan): Promise<Filming> {
  const policies = await policiesOf(plan.policy);
  const nodes = openCluster(plan.cluster, () => {});
  const camera = new PlacementCamera(simulationOptions(plan, policies, new WorkloadCache(() => {}), nodes));
  return {
    builder: camera.builder,
    durationUs: ({ startUs, endUs }) => endUs - startUs,
    step: () => camera.step(),
    result: () => camera.simulation.result(),
    close: () => {},
  };
}

async function filmScenario(plan: RunPlan, scenario: NonNullable<RunPlan['scenario']>): Promise<Filming> {
  const onRead = (): void => {};
  const policies = await policiesOf(plan.policy);
  const workloads = new WorkloadCache(onRead);
  let opened: ReturnType<typeof scenarioSimulation> | undefined;
  const camera = new LivingCamera((watch) => {
    opened = scenarioSimulation(plan, scenario, { policies, workloads, onRead, ...watch });
    return opened.simulation;
  });
  const { durationUs, close } = opened!;
  return {
    builder: camera.builder,
    durationUs: () => durationUs,
    step: () => camera.step(),
    result: () => camera.simulation.result(),
    close,
  };
}

/** Runs it to its end. */
async function roll({ builder, step }: Filming, { mostPods = MOST_PODS, signal }: RecordOptions): Promise<void> {
  for (let events = 1; step(); events++) {
    if (builder.pods.length > mostPods)
      throw new InputError(
        `the run starts more than ${mostPods} pods, which no engine will replay; shorten it (duration) or make it smaller`,
      );
    if (events % EVENTS_AT_ONCE !== 0) continue;
    await new Promise((resolve) => setImmediate(resolve));
    if (signal?.aborted === true) throw new InputError('interrupted while the run was simulated; nothing was started');
  }
}

function scriptOf(plan: RunPlan, { builder, durationUs, result: resultOf }: Filming): ReplayScript {
  const result = resultOf();
  const { fingerprint, metrics, living } = result;
  return {
    format: SCRIPT_FORMAT,
    runId: plan.id,
    title: plan.workload.name,
    policy: plan.policy.name,
    seed: plan.seed,
    ...(plan.scenario?.calibration !== undefined && { isCalibrated: true as const }),
    fingerprint,
    durationUs: durationUs(result),
    nodes: builder.nodes,
    services: builder.services,
    pods: builder.pods,
    steps: builder.steps,
    predicted: {
      metrics,
      ...(living && {
        living: {
          timeline: living.timeline,
          services: living.services,
          objectives: living.objectives,
          happenings: living.happenings,
          decisions: living.decisions,
        },
      }),
    },
    notes: builder.notes,
  };
}
