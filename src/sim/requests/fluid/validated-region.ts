import { durationSquaredCv } from '../../duration-spec.ts';
import type { RequestModelOptions } from '../request-model.ts';
import type { RequestService } from '../request-service.ts';
import type { ClientSpec } from '../traffic.ts';

/**
 * Where the fluid model was compared with the discrete one and stayed within 5 % on mean and 99th percentile, steady
 * and while the load swings (docs/fluid.md). Replicas and load are those of the run, where they are known beforehand.
 */
export const VALIDATED = {
  /** Mean load per place; above it small differences in load decide. */
  busiest: 0.9,
  /** Variability of service times. */
  squaredCv: { low: 0.05, high: 4 },
  /** Places of a replica. */
  places: 4,
  /** Fewest replicas, by what the balancer does; 1 alone is always a queue of its own. */
  replicas: { random: 1, 'round-robin': 2, choices: 100, least: 100 },
} as const;

/** Why a service is outside of what the fluid model was validated for; undefined: it is inside. */
export function outsideValidated(
  options: RequestModelOptions,
  index: number,
  replicas: number | undefined,
  load: number | undefined,
): string | undefined {
  const service = options.services[index];
  return ownLimits(service, replicas, load) ?? clientLimits(options, index);
}

function ownLimits(
  service: RequestService,
  replicas: number | undefined,
  load: number | undefined,
): string | undefined {
  const { balancing, concurrency, work } = service;
  const { fluid } = balancing;
  if (fluid === undefined) return `the fluid model has no equations for the balancer "${balancing.name}"`;
  const squaredCv = durationSquaredCv(work);
  const { low, high } = VALIDATED.squaredCv;
  if (squaredCv < low || squaredCv > high)
    return `service times with a squared coefficient of variation of ${short(squaredCv)} are outside of ${low} to ${high}`;
  if (concurrency > VALIDATED.places) return `${concurrency} requests at once are more than ${VALIDATED.places}`;
  if (service.staleUs > 0 && fluid.kind !== 'random' && fluid.kind !== 'round-robin')
    return 'its balancers see old loads';
  if (service.balancers > 1 && fluid.kind !== 'random') return 'it has several balancers';
  if (service.slowStartUs > 0) return 'new endpoints start slowly';
  if ((service.holdUs ?? 0) > 0) return 'calls wait where there is no endpoint (an activator)';
  if (service.queueLimit < Infinity) return 'its queues are limited';
  if (service.holdsPlace && service.calls.length > 0) return 'requests keep their place while they wait for calls';
  if (squaredCv > 1.1 && concurrency > 1 && (fluid.kind === 'random' || fluid.kind === 'round-robin'))
    return `service times with a squared coefficient of variation of ${short(squaredCv)} at several places were not compared closely enough`;
  if (fluid.kind === 'round-robin' && squaredCv < 0.9 && concurrency === 1 && (replicas ?? Infinity) > 10)
    return 'nearly constant service behind round robin over many replicas is off by more than 5 %';
  if (fluid.kind === 'least' && concurrency === 1 && (squaredCv < 0.9 || squaredCv > 1.1))
    return 'service that is not exponential behind a balancer that takes the least loaded is off by more than 5 %';
  const least = VALIDATED.replicas[fluid.kind];
  if (replicas !== undefined && replicas !== 1 && replicas < least)
    return `${replicas} replicas behind "${balancing.name}" are fewer than ${least}`;
  if (replicas === undefined && least > 2) return `it is not known that it has ${least} replicas or more`;
  if (load !== undefined && load > VALIDATED.busiest) return `a load of ${short(load)} is above ${VALIDATED.busiest}`;
  return undefined;
}

function clientLimits(options: RequestModelOptions, index: number): string | undefined {
  const clients: ClientSpec[] = [];
  for (const traffic of options.traffic) {
    if (traffic.service !== index) continue;
    clients.push(traffic.client);
    if (traffic.source.kind === 'closed') return 'its users wait for answers';
    if (traffic.source.kind === 'times') return 'its arrivals are recorded one by one';
    if (traffic.source.batch !== undefined) return 'its requests come in batches';
    if (traffic.source.spacing === 'even') return 'its requests are evenly spaced';
  }
  for (const caller of options.services)
    for (const call of caller.calls.flat())
      if (call.service === index) {
        if (call.fanOut > 1) return 'calls to it come several at once';
        clients.push(call.client);
      }
  for (const client of clients) {
    if (client.breaker !== undefined) return 'a caller has a circuit breaker';
    if (client.hedgeAfterUs !== undefined) return 'a caller hedges';
    if (client.timeoutUs < Infinity || client.attempts > 1) return 'a caller has a timeout or retries';
  }
  return undefined;
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}
