import FastPriorityQueue from 'fastpriorityqueue';
import type { WeatherEvent, WeatherSource } from './weather-event.ts';

/** A weather event and its time, a whole number of microseconds. */
export interface TimedWeather {
  readonly atUs: number;
  readonly event: WeatherEvent;
}

/**
 * Something that happens at a time and all the events it brings: one at that time at least, others then or later. They
 * may be made when the time comes, if making them is much work or draws numbers.
 */
export interface Occurrence {
  readonly atUs: number;
  readonly events: readonly TimedWeather[] | (() => readonly TimedWeather[]);
}

/**
 * Weather made of occurrences, which are drawn one by one as their time comes: `draw` gives them in order of time and
 * undefined at the end. Their events may overlap; those of one instant come in the order in which they were drawn.
 */
export function occurrences(draw: () => Occurrence | undefined): WeatherSource {
  // In order of time from `head` on. Few wait at a time, and most that come go to the end.
  let pending: TimedWeather[] = [];
  let head = 0;
  let next = draw();
  // Beyond 2^53 microseconds, 285 years, time is no longer exact: nothing comes from there.
  const drawnUs = () => (next === undefined || next.atUs > Number.MAX_SAFE_INTEGER ? Infinity : next.atUs);
  const pendingUs = () => (head < pending.length ? pending[head].atUs : Infinity);
  const admit = (timed: TimedWeather) => {
    let at = pending.length;
    while (at > head && pending[at - 1].atUs > timed.atUs) at--;
    if (at === pending.length) pending.push(timed);
    else pending.splice(at, 0, timed);
  };
  return {
    get nextUs() {
      return Math.min(pendingUs(), drawnUs());
    },
    take() {
      while (next !== undefined && drawnUs() < Infinity && drawnUs() <= pendingUs()) {
        if (head > 0) {
          pending = pending.slice(head);
          head = 0;
        }
        const { events } = next;
        for (const timed of typeof events === 'function' ? events() : events) admit(timed);
        next = draw();
      }
      return pending[head++].event;
    },
  };
}

/** Weather that is known beforehand; events of one instant keep their order. */
export function listedWeather(events: readonly TimedWeather[]): WeatherSource {
  const sorted = [...events].sort((a, b) => a.atUs - b.atUs);
  let at = 0;
  return {
    get nextUs() {
      return at < sorted.length ? sorted[at].atUs : Infinity;
    },
    take: () => sorted[at++].event,
  };
}

/** Several sources as one; at one instant the earlier in the list goes first. Knows nothing of overlaps. */
export function mergedWeather(sources: readonly WeatherSource[]): WeatherSource {
  interface Head {
    atUs: number;
    readonly order: number;
  }
  const heads = new FastPriorityQueue<Head>((a, b) => a.atUs < b.atUs || (a.atUs === b.atUs && a.order < b.order));
  sources.forEach((source, order) => {
    if (source.nextUs !== Infinity) heads.add({ atUs: source.nextUs, order });
  });
  return {
    get nextUs() {
      return heads.peek()?.atUs ?? Infinity;
    },
    take() {
      const head = heads.poll()!;
      const source = sources[head.order];
      const event = source.take();
      head.atUs = source.nextUs;
      if (head.atUs !== Infinity) heads.add(head);
      return event;
    },
  };
}

/** All events before a time, for looking at weather without a cluster under it. */
export function weatherUntil(source: WeatherSource, endUs: number): TimedWeather[] {
  const events: TimedWeather[] = [];
  while (source.nextUs < endUs) {
    const atUs = source.nextUs;
    events.push({ atUs, event: source.take() });
  }
  return events;
}
