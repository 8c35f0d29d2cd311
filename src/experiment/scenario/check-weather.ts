import type { NodeGroup } from '../../sim/fleet/node-group.ts';
import { stream } from '../../sim/random.ts';
import type { NodePlace } from '../../sim/weather/weather-event.ts';
import { weatherOf } from '../../sim/weather/weather-kinds.ts';
import { at, ScenarioFault } from './scenario-fault.ts';
import type { ScenarioPlan } from './scenario-plan.ts';

/** A few nodes of each group stand for all: what names them is the same. */
const SAMPLE = 200;
/** Happenings in one run, at most; more is a slip in a unit, and would take hours. */
const MOST_EVENTS = 100_000;

/** Makes each item of the weather once, on a sample of the nodes, so that options that do not fit are told with their place. */
export function checkWeather(
  plan: ScenarioPlan,
  groups: readonly NodeGroup[],
  zones: readonly string[],
  services: readonly string[],
): void {
  const places = samplePlaces(groups, zones);
  (plan.weather ?? []).forEach(({ name, options }, index) => {
    const path = ['weather', index];
    const source = at(path, () =>
      weatherOf([{ kind: name, options }], { places, zones, services, streams: (one) => stream('check', one) }),
    );
    for (let events = 0; source.nextUs < plan.duration; source.take())
      if (++events > MOST_EVENTS)
        throw new ScenarioFault(
          path,
          `it makes more than ${MOST_EVENTS} events in ${plan.duration / 1e6} s; write longer times between them`,
        );
  });
}

function samplePlaces(groups: readonly NodeGroup[], zones: readonly string[]): NodePlace[] {
  return groups.flatMap((group) =>
    Array.from({ length: Math.min(SAMPLE, group.max) }, (_, k): NodePlace => {
      const zone = group.zones.length === 0 ? -1 : zones.indexOf(group.zones[k % group.zones.length]);
      return {
        name: `${group.name}-${k}`,
        zone,
        rack: group.racksPerZone > 0 ? Math.max(0, zone) * group.racksPerZone + (k % group.racksPerZone) : -1,
        power: -1,
        group: group.name,
        instanceType: group.instanceType,
        spot: group.spot,
      };
    }),
  );
}
