import type { DurationSpec } from '../duration-spec.ts';
import { days, hours } from '../time.ts';
import { domainOutages, type DomainOutageSpec } from './domain-outages.ts';
import { faster } from './faster.ts';
import { nodeCrashes } from './node-crashes.ts';
import { NODE_PRESETS } from './node-presets.ts';
import type { FirstLife } from './renewal.ts';
import { mergedWeather } from './timed-weather.ts';
import type { WeatherSource } from './weather-event.ts';
import type { WeatherScene } from './weather-scene.ts';

const YEAR_US = days(365.25);

/**
 * The first year of a new cluster of some 1,800 machines (J. Dean, LADIS 2009; [M] where marked), as rates of one
 * domain, so that a cluster of another size has its share: 20 rack failures among some 30 racks of 60 (40-80) machines
 * [M], 5 racks that lose half of what passes, one power unit among 2.4 (500-1,000 machines), half an overheating of the
 * whole. Not here, because what they do to requests is not told: reloads and failures of routers, network maintenance.
 */
export const CLUSTER_YEAR: readonly DomainOutageSpec[] = [
  { level: 'rack', up: yearly(20 / 30), down: { kind: 'uniform', lowUs: hours(1), highUs: hours(6) } },
  {
    level: 'rack',
    up: yearly(5 / 30),
    down: { kind: 'lognormal', meanUs: hours(2), sigma: 1 },
    effect: { kind: 'loss', share: 0.5 },
  },
  { level: 'power', up: yearly(1 / 2.4), down: { kind: 'lognormal', meanUs: hours(6), sigma: 0.3 } },
  { level: 'cluster', up: yearly(0.5), down: { kind: 'uniform', lowUs: days(1), highUs: days(2) } },
];

/** All of it at once: machines that crash (`dean-2009`), racks, power, heat; `rate` times as often as in that year. */
export function clusterYear(
  spec: { readonly rate: number; readonly start?: FirstLife },
  scene: WeatherScene,
): WeatherSource {
  const { rate, start = 'stationary' } = spec;
  const { up, down } = NODE_PRESETS.find(({ name }) => name === 'dean-2009')!;
  return mergedWeather([
    nodeCrashes({ up: faster(up, rate), down, start }, scene),
    ...CLUSTER_YEAR.map((outage) => domainOutages({ ...outage, up: faster(outage.up, rate), start }, scene)),
  ]);
}

function yearly(times: number): DurationSpec {
  return { kind: 'exponential', meanUs: YEAR_US / times };
}
