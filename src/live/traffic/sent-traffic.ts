import { readChoice } from '../../experiment/scenario/policy-choice.ts';
import { balancingPolicies } from '../../policies/balancing/index.ts';
import { stream } from '../../sim/random.ts';
import type { BalancingPolicy } from '../../sim/requests/balancing-policy.ts';
import type { RequestModelOptions } from '../../sim/requests/request-model.ts';
import type { ClientSpec, LevelCurve, Traffic, TrafficSource } from '../../sim/requests/traffic.ts';
import type { Levels, PlannedClient, PlannedSource, TrafficPlan } from './traffic-plan.ts';

/** What a plan says, as the request model takes it from `fromUs` on; made anew for each replay. Throws an InputError for an unknown policy. */
export function sentTraffic(plan: TrafficPlan, fromUs = 0): RequestModelOptions {
  const { seed, durationUs, zones, services, traffic } = plan;
  return {
    services: services.map((service) => ({
      ...service,
      queueLimit: service.queueLimit ?? Infinity,
      // An answer frees the container's place, whatever is called afterwards.
      holdsPlace: false,
      balancing: balancingNamed(service.balancing),
      calls: service.calls.map((stage) => stage.map((call) => ({ ...call, client: clientOf(call.client) }))),
    })),
    traffic: traffic.map((one): Traffic => ({
      ...one,
      client: clientOf(one.client),
      source: sourceOf(one.source, durationUs),
    })),
    zones,
    startUs: fromUs,
    endUs: durationUs,
    streams: (name) => stream(seed, name),
  };
}

function balancingNamed(text: string): BalancingPolicy {
  const choice = readChoice(text, balancingPolicies, 'balancing policy');
  return balancingPolicies.find(({ name }) => name === choice.name)!.make(choice.options, choice.text);
}

function clientOf(client: PlannedClient): ClientSpec {
  return { ...client, timeoutUs: client.timeoutUs ?? Infinity };
}

function sourceOf(source: PlannedSource, durationUs: number): TrafficSource {
  switch (source.kind) {
    case 'times': {
      let next = 0;
      const { timesUs } = source;
      return { kind: 'times', next: () => (next < timesUs.length ? timesUs[next++] : Infinity) };
    }
    case 'open':
      return { kind: 'open', curve: curveOf(source.levels, durationUs), spacing: source.spacing };
    case 'closed':
      return { kind: 'closed', users: curveOf(source.levels, durationUs), think: source.think };
    default:
      return source satisfies never;
  }
}

/** The levels as a curve, and nothing from the end on. */
function curveOf(levels: Levels, durationUs: number): LevelCurve {
  const indexAt = (timeUs: number): number => {
    let low = 0;
    let high = levels.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (levels[middle][0] <= timeUs) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };
  return {
    at: (timeUs) => (timeUs >= durationUs ? 0 : (levels[indexAt(timeUs)]?.[1] ?? 0)),
    untilUs: (timeUs) => {
      if (timeUs >= durationUs) return Infinity;
      return Math.min(durationUs, levels[indexAt(timeUs) + 1]?.[0] ?? Infinity);
    },
  };
}
