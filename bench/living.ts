import { openNamed } from '../src/experiment/local/scenarios-here.ts';
import { livingSpecOf } from '../src/experiment/scenario/living-spec-of.ts';
import { backfillPolicy } from '../src/policies/backfilling/index.ts';
import { builtInPlacement } from '../src/policies/placement/index.ts';
import { queuePolicy } from '../src/policies/queueing/index.ts';
import { simulateLiving } from '../src/sim/living-simulation.ts';
import type { LivingSpec } from '../src/sim/living-spec.ts';
import type { RunResult } from '../src/sim/result.ts';
import type { Benchmark, BenchTask, Sample } from './benchmark.ts';
import { cpuTime } from './cpu-time.ts';
import { livingDay } from './living-day.ts';

const DAY = { services: 200, replicas: 15, nodes: 300, hours: 24 };
const TRIAL = { services: 10, replicas: 5, nodes: 10, hours: 1 };

/** Living clusters: what the controllers cost by themselves, and shipped scenarios end to end. */
export const living: Benchmark = {
  name: 'living',
  summary:
    'Living clusters. A day of 200 services on 300 machines with next to no requests, so that it is the controllers that cost: scrapes and horizontal decisions every 15 s, CPU and memory every 5 s, the node autoscaler every 10 s. And a shipped scenario, one run a variant, whose requests are simulated one by one.',
  repeat: 1,
  tasks: ({ tiny }) => [
    { name: 'a day of 200 services on 300 nodes', measure: () => measure(livingDay(tiny ? TRIAL : DAY), 'events') },
    ...scenarioTasks('black-friday', tiny),
  ],
};

/** Every variant of a scenario of the project's folder, which must be the current one. */
function scenarioTasks(name: string, tiny: boolean): BenchTask[] {
  const variants = shippedSpecs(name);
  return (tiny ? variants.slice(0, 1) : variants).map(({ policy, spec }) => ({
    name: `${name}, ${policy}`,
    measure: () => measure(spec, 'requests'),
  }));
}

/** The living clusters of a shipped scenario that needs no file, with the names of their policies. */
export function shippedSpecs(name: string): { readonly policy: string; readonly spec: LivingSpec }[] {
  const named = openNamed(`scenarios/${name}.yaml`, []);
  if (named.kind !== 'scenario') throw new Error(`${name} is no scenario`);
  return named.planned.variants.map(({ policy, scenario }) => ({
    policy: policy.name,
    spec: livingSpecOf(scenario!, {
      placement: builtInPlacement(policy.placement!).create,
      queue: queuePolicy(policy.queue),
      backfill: backfillPolicy(policy.backfill)!,
      open: notHere,
      pods: notHere,
    }),
  }));
}

function notHere(): never {
  throw new Error('a scenario that is measured reads no files');
}

function measure(spec: LivingSpec, unit: 'events' | 'requests'): Sample {
  const { value: result, cpuS } = cpuTime((): RunResult => simulateLiving(spec, { seed: 1 }));
  const { events, decisions, requests = 0, requestEvents = 0 } = result.work;
  return {
    cpuS,
    amount: unit === 'events' ? events : requests,
    unit,
    fingerprint: result.fingerprint,
    work: { events, decisions, requests, requestEvents },
  };
}
