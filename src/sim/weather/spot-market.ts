import type { DurationSpec } from '../duration-spec.ts';
import { unitExponential } from '../ziggurat.ts';
import { downSpells, wholeUs, type RenewalSpec } from './renewal.ts';
import { orderOfNodes } from './node-order.ts';
import { mergedWeather, occurrences, type TimedWeather } from './timed-weather.ts';
import type { WeatherSource } from './weather-event.ts';
import { domainName, weatherStream, type Domain, type WeatherScene } from './weather-scene.ts';

/** How long before it takes a machine a cloud says so: two minutes at AWS, half a minute at GCP and Azure. */
export const SPOT_NOTICE_US = { aws: 120_000_000, gcp: 30_000_000, azure: 30_000_000 } as const;

/** Spot machines of one instance type in one zone: they are sold from one stock. */
export function spotPools(scene: WeatherScene): Domain[] {
  const pools = new Map<string, { name: string; nodes: number[] }>();
  scene.places.forEach((place, node) => {
    if (!place.spot) return;
    const zone = place.zone < 0 ? 'anywhere' : domainName(scene, 'zone', place.zone);
    const name = `${place.instanceType || place.group} in ${zone}`;
    const pool = pools.get(name);
    if (pool === undefined) pools.set(name, { name, nodes: [node] });
    else pool.nodes.push(node);
  });
  return [...pools.values()];
}

/** The machine is announced at `noticeUs` to be taken, and is taken at `takenUs`. */
export function reclaim(node: number, noticeUs: number, takenUs: number, cause: string): TimedWeather[] {
  return [
    { atUs: noticeUs, event: { kind: 'spot-notice', node, takenUs, cause } },
    { atUs: takenUs, event: { kind: 'spot-taken', node, cause } },
  ];
}

/** Single machines that are reclaimed; others of their kind can be had at once. */
export interface SpotReclaimSpec {
  /** Mean time until a machine is reclaimed (exponential). */
  readonly meanUs: number;
  readonly noticeUs: number;
}

/** Reclaims of single spot machines, each by a stream of its own. */
export function spotReclaims(spec: SpotReclaimSpec, scene: WeatherScene): WeatherSource {
  return mergedWeather(
    scene.places.flatMap((place, node) => {
      if (!place.spot) return [];
      const stream = weatherStream(scene, 'spot-reclaim', place.name);
      let nowUs = 0;
      return occurrences(() => {
        const noticeUs = nowUs + wholeUs(spec.meanUs * unitExponential(stream));
        nowUs = noticeUs + spec.noticeUs;
        return { atUs: noticeUs, events: reclaim(node, noticeUs, nowUs, 'reclaimed') };
      });
    }),
  );
}

/** Pools that run dry: up is the time with capacity, down that without. */
export interface SpotShortageSpec extends RenewalSpec {
  readonly noticeUs: number;
  /** Share of the pool's machines that is reclaimed when it runs dry, rounded up. */
  readonly takenShare: number;
}

/**
 * Shortages of one instance type in one zone. All its machines, or a share of them, get their notice together, and no
 * other of the kind can be had until the shortage ends.
 */
export function spotShortages(spec: SpotShortageSpec, scene: WeatherScene): WeatherSource {
  return mergedWeather(
    spotPools(scene).map(({ name, nodes }) => {
      const stream = weatherStream(scene, 'spot-shortage', name);
      const spell = downSpells(spec, stream);
      const cause = `no ${name}`;
      return occurrences(() => {
        const { fromUs, untilUs } = spell();
        const taken = orderOfNodes(scene.places, nodes, stream.below(2 ** 32));
        const events: TimedWeather[] = [
          { atUs: fromUs, event: { kind: 'spot-capacity', nodes, on: false, cause } },
          { atUs: untilUs, event: { kind: 'spot-capacity', nodes, on: true, cause } },
        ];
        for (const node of taken.slice(0, Math.ceil(nodes.length * spec.takenShare)))
          events.push(...reclaim(node, fromUs, fromUs + spec.noticeUs, cause));
        return { atUs: fromUs, events };
      });
    }),
  );
}

export interface SpotPreset {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  /** Capacity of a pool, there and gone. */
  readonly up: DurationSpec;
  readonly down: DurationSpec;
}

const DAY_US = 86_400_000_000;
const HOUR_US = 3_600_000_000;

/** How scarce spot machines are; the first is the default. */
export const SPOT_PRESETS: readonly SpotPreset[] = [
  {
    name: 'plentiful',
    summary:
      'a pool runs dry every 30 days for 3 hours on average. A choice, in the class of less than 5 % of interruptions a month [M]',
    source: 'AWS Spot Instance advisor publishes classes of interruption frequency; the figures are a choice',
    up: { kind: 'exponential', meanUs: 30 * DAY_US },
    down: { kind: 'lognormal', meanUs: 3 * HOUR_US, sigma: 1 },
  },
  {
    name: 'aws-v100-2023',
    summary: 'single V100 machines in nine zones: capacity there for 3.2 h on average and gone for 1.8 h, Weibull 0.65',
    source: 'computed from skypilot-org/spot-traces (Wu et al., Can’t Be Late, NSDI 2024), 45 days from February 2023',
    up: { kind: 'weibull', meanUs: 3.2 * HOUR_US, shape: 0.65 },
    down: { kind: 'weibull', meanUs: 1.8 * HOUR_US, shape: 0.65 },
  },
];
