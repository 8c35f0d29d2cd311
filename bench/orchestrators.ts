import { OrchestratedRun } from '../src/orchestrators/data-plane/orchestrated-run.ts';
import {
  DATA_PLANE_ORCHESTRATORS,
  ORCHESTRATOR_TITLES,
  type DataPlaneOrchestrator,
} from '../src/orchestrators/orchestrator.ts';
import type { Benchmark, Sample } from './benchmark.ts';
import type { Counted } from './counter-scenarios.ts';
import { cpuTime } from './cpu-time.ts';
import { orchestratedFleet, type FleetSize } from './orchestrated-fleet.ts';

const LARGE: FleetSize = { machines: 300, services: 60, replicas: 50, minutes: 60 };
const TRIAL: FleetSize = { machines: 12, services: 4, replicas: 6, minutes: 10 };
const SMALL: FleetSize = { machines: 24, services: 8, replicas: 10, minutes: 20 };
/** What a change of a control loop would show in first. */
const QUALITY = ['replicaDeficitS', 'evictions', 'scalingActions', 'nodeHours', 'costUsd', 'goodShare'];

/** The data plane and the control loops on it. */
export const orchestrators: Benchmark = {
  name: 'orchestrators',
  summary:
    'Docker Swarm, Mesos with Marathon, Amazon ECS and Nomad: 300 machines with 60 services and 3,000 replicas for an hour of crashes, a lost zone, new versions and, where the orchestrator scales, rushes; a tenth of the services gets requests, few and long, so that it is the orchestrators that cost. The time includes the quarter of an hour before the run in which everything comes up.',
  repeat: 1,
  tasks: ({ tiny }) =>
    DATA_PLANE_ORCHESTRATORS.map((name) => ({
      name: ORCHESTRATOR_TITLES[name],
      measure: () => measure(name, tiny ? TRIAL : LARGE),
    })),
};

function measure(name: DataPlaneOrchestrator, size: FleetSize): Sample {
  const { value, cpuS } = cpuTime(() => {
    const run = new OrchestratedRun(orchestratedFleet(name, size), { seed: 1 });
    return { run, result: run.run() };
  });
  const { events, decisions, requests = 0, requestEvents = 0 } = value.result.work;
  const { arrived, running, pending } = value.result.counts;
  return {
    cpuS,
    amount: events,
    unit: 'events',
    fingerprint: value.result.fingerprint,
    work: { events, decisions, requests, requestEvents, tasks: arrived, running, pending },
  };
}

/** A small fleet under each orchestrator. */
export function orchestratorCounters(): Record<string, Counted> {
  return Object.fromEntries(
    DATA_PLANE_ORCHESTRATORS.map((name) => {
      const { work, fingerprint, metrics, counts } = new OrchestratedRun(orchestratedFleet(name, SMALL), {
        seed: 1,
      }).run();
      const { events, decisions, requestEvents = 0 } = work;
      const quality = Object.fromEntries(QUALITY.filter((one) => one in metrics).map((one) => [one, metrics[one]]));
      const { arrived, finished, killed } = counts;
      return [
        `orchestrators, ${name}`,
        { events, decisions, requestEvents, fingerprint, arrived, finished, killed, ...quality },
      ];
    }),
  );
}
