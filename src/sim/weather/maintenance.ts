import { effectEvents } from './node-effect.ts';
import { listedWeather, occurrences, type Occurrence } from './timed-weather.ts';
import type { WeatherSource } from './weather-event.ts';
import { domainsOf, type DomainLevel, type WeatherScene } from './weather-scene.ts';

/** Planned work that goes through all nodes, some at a time. Nothing of it is chance. */
export interface MaintenanceSpec {
  readonly firstUs: number;
  /** From the beginning of one round to that of the next; Infinity: one round. A round that takes longer delays the next. */
  readonly everyUs: number;
  /** What is drained together: so many nodes (or racks, zones) at a time. */
  readonly level: DomainLevel;
  readonly atATime: number;
  /** How long they stay drained, and the pause before the next. */
  readonly eachUs: number;
  readonly pauseUs: number;
}

/** Drains that roll through the nodes in order, for a new kernel or new firmware. */
export function maintenance(spec: MaintenanceSpec, scene: WeatherScene): WeatherSource {
  const domains = domainsOf(scene, spec.level);
  if (domains.length === 0) return listedWeather([]);
  const batches: number[][] = [];
  for (let k = 0; k < domains.length; k += spec.atATime)
    batches.push(domains.slice(k, k + spec.atATime).flatMap(({ nodes }) => nodes));
  const stepUs = spec.eachUs + spec.pauseUs;
  let roundUs = spec.firstUs;
  let batch = 0;
  return occurrences((): Occurrence | undefined => {
    if (batch === batches.length) {
      batch = 0;
      roundUs += Math.max(spec.everyUs, batches.length * stepUs);
    }
    if (roundUs === Infinity) return undefined;
    const fromUs = roundUs + batch * stepUs;
    const events = effectEvents({ kind: 'drain' }, batches[batch++], fromUs, fromUs + spec.eachUs, 'maintenance');
    return { atUs: fromUs, events };
  });
}
