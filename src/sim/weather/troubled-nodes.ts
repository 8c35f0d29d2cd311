import { durationMeanUs, type DurationSpec } from '../duration-spec.ts';
import { outages } from './outages.ts';
import type { FirstLife, RenewalSpec } from './renewal.ts';
import type { WeatherSource } from './weather-event.ts';
import type { WeatherScene } from './weather-scene.ts';

/** Trouble that a share of the nodes has at any time: its onset is exponential, and rare enough for that share. */
export interface TroubleSpec {
  /** Share of the nodes that are in trouble at a time, above 0 and below 1. */
  readonly share: number;
  /** How long it lasts. */
  readonly lasts: DurationSpec;
  /** `stationary` by default: some are in trouble at the start already. */
  readonly start?: FirstLife;
}

export interface SlowNodesSpec extends TroubleSpec {
  /** Share of the slow nodes that are very slow. */
  readonly verySlowShare: number;
  /** Speeds are uniform between these, for slow and for very slow nodes. */
  readonly slow: readonly [number, number];
  readonly verySlow: readonly [number, number];
}

/** Nodes that work, but slowly: of 100, 95 are well, 4 run at 0.5 to 0.9 of their speed and one at 0.1 to 0.5. */
export const SLOW_NODES: Omit<SlowNodesSpec, 'lasts'> = {
  share: 0.05,
  verySlowShare: 0.2,
  slow: [0.5, 0.9],
  verySlow: [0.1, 0.5],
};

/** Nodes that become slow and recover: a fan that fails, a disk with bad sectors, a neighbour on the same machine. */
export function slowNodes(spec: SlowNodesSpec, scene: WeatherScene): WeatherSource {
  return outages(
    {
      process: 'slow-nodes',
      level: 'node',
      renewal: troubleRenewal(spec),
      effect: (stream) => {
        const [low, high] = stream.next() < spec.verySlowShare ? spec.verySlow : spec.slow;
        return { kind: 'speed', speed: low + (high - low) * stream.next() };
      },
      cause: 'slow',
    },
    scene,
  );
}

export interface FlakyNodesSpec extends TroubleSpec {
  /** The share of what it is asked that a flaky node drops, uniform between these. */
  readonly loss: readonly [number, number];
}

/** Nodes that answer health checks and drop part of their work. */
export function flakyNodes(spec: FlakyNodesSpec, scene: WeatherScene): WeatherSource {
  const [low, high] = spec.loss;
  return outages(
    {
      process: 'flaky-nodes',
      level: 'node',
      renewal: troubleRenewal(spec),
      effect: (stream) => ({ kind: 'loss', share: low + (high - low) * stream.next() }),
      cause: 'flaky',
    },
    scene,
  );
}

/** Disks that fill up and are cleaned: no image can be pulled there meanwhile. */
export function fullDisks(spec: RenewalSpec, scene: WeatherScene): WeatherSource {
  return outages(
    { process: 'disk-full', level: 'node', renewal: spec, effect: { kind: 'disk-full' }, cause: 'disk full' },
    scene,
  );
}

/** Nodes whose network fails while they run on. */
export function cutOffNodes(spec: RenewalSpec, scene: WeatherScene): WeatherSource {
  return outages(
    { process: 'node-cut-off', level: 'node', renewal: spec, effect: { kind: 'cut-off' }, cause: 'network' },
    scene,
  );
}

/** The renewal process in which a node is in trouble for `share` of the time: up = lasts (1 - share) / share. */
function troubleRenewal({ share, lasts, start = 'stationary' }: TroubleSpec): RenewalSpec {
  const meanUs = (durationMeanUs(lasts) * (1 - share)) / share;
  return { up: { kind: 'exponential', meanUs }, down: lasts, start };
}
