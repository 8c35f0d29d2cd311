import { durationSampler, type DurationSpec } from '../duration-spec.ts';
import { geometric } from '../distributions.ts';
import { unitExponential } from '../ziggurat.ts';
import { effectEvents } from './node-effect.ts';
import { orderOfNodes } from './node-order.ts';
import { wholeUs } from './renewal.ts';
import { mergedWeather, occurrences, type TimedWeather } from './timed-weather.ts';
import type { WeatherSource } from './weather-event.ts';
import { domainsOf, weatherStream, type DomainLevel, type WeatherScene } from './weather-scene.ts';

/** Failures that come together: one node begins, others follow within a short while. */
export interface BurstSpec {
  /** Mean time between bursts that begin at one node; a cluster of n nodes has n times as many. */
  readonly perNodeUs: number;
  /** Mean number of nodes of a burst (geometric, at least `minSize`), and its limit. */
  readonly meanSize: number;
  readonly minSize?: number;
  readonly maxSize: number;
  /** Chance that a member stands in the domain of the first, rather than anywhere. */
  readonly localShare: number;
  readonly domain: DomainLevel;
  /** Members fail within so long of the first, uniformly. */
  readonly withinUs: number;
  /** How long each stays down. */
  readonly down: DurationSpec;
}

/**
 * Poisson bursts of geometric size whose members are mostly neighbours. Of Google's node failures about 37 % came in
 * bursts (Ford et al., OSDI 2010 [M]); of its machine removals of 2011 19.8 % stand in five-minute windows with five or more.
 */
export function failureBursts(spec: BurstSpec, scene: WeatherScene): WeatherSource {
  const { places } = scene;
  const everyone = places.map((_, node) => node);
  const neighbours = new Map<number, readonly number[]>();
  for (const { nodes } of domainsOf(scene, spec.domain)) for (const node of nodes) neighbours.set(node, nodes);
  return mergedWeather(
    everyone.map((first) => burstsFrom(first, everyone, neighbours.get(first) ?? [first], spec, scene)),
  );
}

function burstsFrom(
  first: number,
  everyone: readonly number[],
  neighbours: readonly number[],
  spec: BurstSpec,
  scene: WeatherScene,
): WeatherSource {
  const stream = weatherStream(scene, 'bursts', scene.places[first].name);
  const { minSize = 2 } = spec;
  const extra = geometric(stream);
  const down = durationSampler(spec.down, stream);
  let nowUs = 0;
  return occurrences(() => {
    nowUs += wholeUs(spec.perNodeUs * unitExponential(stream));
    const burstUs = nowUs;
    // fast: members are chosen when the burst comes; to choose the first of all nodes at once took 40 s for 10,000 nodes.
    return { atUs: burstUs, events: () => members(burstUs) };
  });

  function members(burstUs: number): TimedWeather[] {
    // A geometric number from 1 on, moved up to begin at the smallest size.
    const size = Math.min(spec.maxSize, minSize - 1 + extra(1 / Math.max(1, spec.meanSize - minSize + 1)));
    const word = stream.below(2 ** 32);
    let local = 0;
    for (let k = 1; k < size; k++) if (stream.next() < spec.localShare) local++;
    const hit = new Set([first]);
    for (const node of orderOfNodes(scene.places, neighbours, word)) if (hit.size <= local) hit.add(node);
    const far = size - 1 - local;
    const wanted = hit.size + far;
    if (far > 0) for (const node of orderOfNodes(scene.places, everyone, word)) if (hit.size < wanted) hit.add(node);
    const events: TimedWeather[] = [];
    for (const node of hit) {
      const fromUs = node === first ? burstUs : burstUs + Math.floor(stream.fine() * spec.withinUs);
      events.push(...effectEvents({ kind: 'down' }, [node], fromUs, fromUs + wholeUs(down()), 'burst'));
    }
    return events;
  }
}
