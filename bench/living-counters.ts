import { simulateLiving } from '../src/sim/living-simulation.ts';
import type { LivingSpec } from '../src/sim/living-spec.ts';
import type { Counted } from './counter-scenarios.ts';
import { livingDay } from './living-day.ts';
import { shippedSpecs } from './living.ts';

const SMALL = { services: 20, replicas: 6, nodes: 14, hours: 8 };
/** What a change of the controllers would show in first. */
const QUALITY = ['goodShare', 'p99LatencyMs', 'replicaDeficitS', 'evictions', 'scalingActions', 'nodeHours', 'costUsd'];

/** Living clusters: the controllers of a small fleet, and the shipped scenario that is measured, with a tenth of its day. */
export function livingCounters(): Record<string, Counted> {
  const counted: Record<string, Counted> = { 'living, a small day': told(livingDay(SMALL)) };
  for (const { policy, spec } of shippedSpecs('black-friday')) counted[`living, black-friday, ${policy}`] = told(spec);
  return counted;
}

function told(spec: LivingSpec): Counted {
  const { work, fingerprint, metrics } = simulateLiving(spec, { seed: 1 });
  const { events, decisions, nodeEvaluations, scoreCalls, requests = 0, requestEvents = 0 } = work;
  const quality = Object.fromEntries(QUALITY.filter((name) => name in metrics).map((name) => [name, metrics[name]]));
  return { events, decisions, nodeEvaluations, scoreCalls, requests, requestEvents, fingerprint, ...quality };
}
