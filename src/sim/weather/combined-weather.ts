import { NodeStates } from './node-states.ts';
import { SharedStates } from './shared-states.ts';
import type { WeatherEvent, WeatherSource } from './weather-event.ts';

/**
 * Many sources as one in which nothing overlaps: a node that two causes take down goes down once and comes up when both
 * have ended, and so for everything else that has a beginning and an end. Rules where effects meet:
 *
 * - down, cut off, disk full, drained, partitioned, no spot capacity, registry or control plane down: on while any cause lasts;
 * - speed: the product of all; loss: 1 - the product of what each lets through; delay between zones: the sum;
 * - a crash loop under two causes has the shorter time to the crash;
 * - of two spot notices for one node the one that takes it earlier counts, and the node is taken once.
 *
 * All that sources say at one instant is one change: an outage that ends as another begins is not seen as an end. An
 * event carries the cause that made the difference. Each source keeps its own beginnings and ends in pairs; levels
 * (speed, loss, delay) of one source replace each other.
 */
export function combinedWeather(sources: readonly WeatherSource[]): WeatherSource {
  const nodes = new NodeStates();
  const shared = new SharedStates();
  const nextUs = sources.map((source) => source.nextUs);
  let ready: WeatherEvent[] = [];
  let at = 0;
  let nowUs = 0;
  const earliest = () => nextUs.reduce((least, us) => (us < least ? us : least), Infinity);
  /** Lets all sources speak, instant by instant, until something has changed. */
  const advance = () => {
    ready = [];
    at = 0;
    // What only passes through comes after the changes: no machine is bought for one that is taken as its kind runs out.
    const passing: WeatherEvent[] = [];
    while (ready.length === 0) {
      nowUs = earliest();
      if (nowUs === Infinity) return;
      for (let source = 0; source < sources.length; source++) {
        while (sources[source].nextUs === nowUs) {
          const event = sources[source].take();
          if (!nodes.take(event, source, nowUs, passing)) shared.take(event, source, passing);
        }
        nextUs[source] = sources[source].nextUs;
      }
      nodes.settle(ready);
      shared.settle(ready);
      ready.push(...passing);
    }
  };
  advance();
  return {
    get nextUs() {
      return at < ready.length ? nowUs : Infinity;
    },
    take() {
      const event = ready[at++];
      if (at === ready.length) advance();
      return event;
    },
  };
}
