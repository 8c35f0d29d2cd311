import { outages } from './outages.ts';
import type { RenewalSpec } from './renewal.ts';
import type { WeatherSource } from './weather-event.ts';
import type { WeatherScene } from './weather-scene.ts';
import { faster } from './faster.ts';

export interface NodeCrashSpec extends RenewalSpec {
  /** Share of the nodes that are lemons: they fail `lemonFactor` times as often. */
  readonly lemonShare?: number;
  readonly lemonFactor?: number;
}

/**
 * Machines that stop and are repaired, each on its own. Some may be lemons, which fail far more often than others
 * (Revisiting Reliability in Large-Scale Machine Learning Research Clusters, HPCA 2025); which ones is drawn by node.
 */
export function nodeCrashes(spec: NodeCrashSpec, scene: WeatherScene): WeatherSource {
  const { lemonShare = 0, lemonFactor = 1 } = spec;
  const lemon = { ...spec, up: faster(spec.up, lemonFactor) };
  return outages(
    {
      process: 'node-crash',
      level: 'node',
      renewal: (stream) => (lemonShare > 0 && stream.next() < lemonShare ? lemon : spec),
      effect: { kind: 'down' },
      cause: 'crash',
    },
    scene,
  );
}
