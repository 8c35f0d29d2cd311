import { openOrchestrated } from '../src/experiment/local/open-orchestrated.ts';
import { WorkloadCache } from '../src/experiment/local/open-inputs.ts';
import { policiesOf } from '../src/experiment/local/policies-of-plan.ts';
import { plannedScenarios } from '../src/experiment/local/scenarios-here.ts';
import { builtInNames } from '../src/experiment/policy-catalogue.ts';
import { planScenario } from '../src/experiment/scenario/plan-scenario.ts';
import { OrchestratedRun } from '../src/orchestrators/data-plane/orchestrated-run.ts';
import type { KubernetesRun } from '../src/orchestrators/kubernetes/kubernetes-run.ts';
import type { OrchestratorName } from '../src/orchestrators/orchestrator.ts';

/** Eight small replicas on four machines; nothing is said that any of the five has a default for. */
const scenario = (orchestrator: OrchestratorName): string => `
duration: 15m
cluster: { groups: { node: { instance: m5.large, count: 4 } } }
services:
  web: { cpu: 200m, memory: 128Mi, replicas: 8, boot: 0s, image: 10M }
policies: { orchestrator: ${orchestrator} }
`;

/** By when the machine stops, beyond any round of heartbeats. */
const STOPS_US = 60e6;

/** What became of a lost machine's replicas, in microseconds after it stopped. */
export interface MachineLoss {
  /** Replicas that it held. */
  readonly held: number;
  /** The process of the first replacement, and of the last, was started. */
  readonly firstUs: number;
  readonly lastUs: number;
}

/** Runs one seed and stops the machine that holds most replicas (of equal ones the first). */
export type LoseMachine = (seed: number) => MachineLoss;

/** How it is lost: it stops, or it stands still and nothing else is wrong with it. */
export type LossOf = 'stops' | 'hangs';

/** Puts everything together that does not depend on the seed. */
export async function machineLosses(orchestrator: OrchestratorName, how: LossOf = 'stops'): Promise<LoseMachine> {
  const planned = planScenario(scenario(orchestrator), {
    file: 'node-loss',
    title: 'Node loss',
    names: builtInNames(() => false),
    resolvePath: (path) => path,
  });
  const { variants } = planned;
  const policies = await policiesOf(variants[0].policy);
  const workloads = new WorkloadCache(() => {});
  const digests = { batonVersion: '', files: {} };
  return (seed) => {
    const [plan] = plannedScenarios([planned], [seed]).runs((policy) => policy, digests);
    const { run } = openOrchestrated(plan, { policies, workloads });
    return run instanceof OrchestratedRun ? loseOnDataPlane(run, how) : loseInKubernetes(run, how);
  };
}

function loseOnDataPlane(run: OrchestratedRun, how: LossOf): MachineLoss {
  run.runUntil(STOPS_US);
  const holds = run.machines.specs.map((_, machine) => run.containers.on(machine).filter(runs).length);
  const held = Math.max(...holds);
  const victim = holds.indexOf(held);
  const started: number[] = [];
  run.containers.watchAll(({ state, startedUs, order }, before) => {
    if (order.machine !== victim && before === 'created' && state !== 'exited') started.push(startedUs);
  });
  if (how === 'stops') run.machines.stop(victim);
  else run.machines.slow(victim, 0);
  while (started.length < held && run.step());
  return lossOf(held, started);
}

const runs = ({ state }: { readonly state: string }): boolean => state === 'booting' || state === 'up';

function loseInKubernetes(run: KubernetesRun, how: LossOf): MachineLoss {
  run.runUntil(STOPS_US);
  const nodes = [...run.api.nodes.all()].map(({ metadata }) => metadata.name);
  const holds = nodes.map((node) => [...run.api.pods.all()].filter(({ spec }) => spec.nodeName === node).length);
  const held = Math.max(...holds);
  const started: number[] = [];
  run.api.pods.watch((pod, before) => {
    const isRunning = (one: typeof pod): boolean =>
      one?.status.containers.some(({ state }) => state === 'running') ?? false;
    if (pod !== undefined && pod.metadata.creationUs > STOPS_US && isRunning(pod) && !isRunning(before))
      started.push(run.api.nowUs);
  });
  const victim = nodes[holds.indexOf(held)];
  if (how === 'stops') run.machines.stop(victim);
  else run.machines.slow(victim, 0);
  while (started.length < held && run.step());
  return lossOf(held, started);
}

function lossOf(held: number, started: readonly number[]): MachineLoss {
  return { held, firstUs: (started[0] ?? Infinity) - STOPS_US, lastUs: (started[held - 1] ?? Infinity) - STOPS_US };
}
