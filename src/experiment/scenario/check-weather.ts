import type { NodeGroup } from '../../sim/fleet/node-group.ts';
import { NodeStates } from '../../sim/fleet/node-states.ts';
import { stream } from '../../sim/random.ts';
import { weatherOf } from '../../sim/weather/weather-kinds.ts';
import { weatherItem } from './weather-kinds.ts';
import { at, ScenarioFault } from './scenario-fault.ts';
import type { ScenarioPlan } from './scenario-plan.ts';

/** So many nodes of each group stand for all. */
const SAMPLE = 200;
/** Happenings in one run, at most; more is a slip in a unit, and would take hours. */
const MOST_EVENTS = 50_000;

/** Makes each item of the weather once, on a sample of the nodes, so that options that do not fit are told with their place. */
export function checkWeather(
  plan: ScenarioPlan,
  groups: readonly NodeGroup[],
  zones: readonly string[],
  services: readonly string[],
): void {
  const { places } = sampleNodes(groups, zones);
  (plan.weather ?? []).forEach((written, index) => {
    const path = ['weather', index];
    const item = weatherItem(written, undefined);
    if (item === undefined) return;
    const source = at(path, () =>
      weatherOf([item], { places, zones, services, streams: (one) => stream('check', one) }),
    );
    for (let events = 0; source.nextUs < plan.duration; source.take())
      if (++events > MOST_EVENTS)
        throw new ScenarioFault(
          path,
          `it makes more than ${MOST_EVENTS} events in ${plan.duration / 1e6} s; write longer times between them`,
        );
  });
}

/** Nodes as the simulation would have them, at most `SAMPLE` of a group. */
export function sampleNodes(groups: readonly NodeGroup[], zones: readonly string[]): NodeStates {
  return new NodeStates(
    groups.map((group) => ({ ...group, max: Math.min(SAMPLE, group.max) })),
    zones,
  );
}
