import { InputError } from '../../sim/input-error.ts';
import { reclaim } from '../../sim/weather/spot-market.ts';
import { listedWeather, type TimedWeather } from '../../sim/weather/timed-weather.ts';
import type { WeatherSource } from '../../sim/weather/weather-event.ts';
import type { WeatherScene } from '../../sim/weather/weather-scene.ts';
import type { ReplayWindow } from './replay-failures.ts';

/** How many spot machines of one kind could be had in one zone, step by step. */
export interface SpotAvailability {
  readonly gapUs: number;
  readonly counts: readonly number[];
  /** The largest count: all that were asked for. */
  readonly most: number;
}

/**
 * A file of skypilot-org/spot-traces (Wu et al., Can't Be Late, NSDI 2024): JSON with `metadata.gap_seconds` and `data`,
 * the machines available (or running) at each step. Throws InputError with the file's name and the place.
 */
export function readSkypilotSpot(name: string, text: string): SpotAvailability {
  const parsed = parsedJson(name, text) as { metadata?: { gap_seconds?: unknown }; data?: unknown } | null;
  const gap = parsed?.metadata?.gap_seconds;
  if (typeof gap !== 'number' || !(gap > 0))
    throw new InputError(
      `${name}:1: has no metadata.gap_seconds above 0; write {"metadata": {"gap_seconds": 300}, "data": [1, 0]}`,
    );
  const data = parsed?.data;
  if (!Array.isArray(data) || data.length === 0)
    throw new InputError(`${name}:1: has no list "data"; write {"metadata": {"gap_seconds": 300}, "data": [1, 0]}`);
  const counts = data.map((count: unknown, step) => {
    if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) return count;
    throw new InputError(`${name}:1: data[${step}] is ${JSON.stringify(count)}; write a whole number of machines`);
  });
  return {
    gapUs: Math.floor(gap * 1_000_000 + 0.5),
    counts,
    most: counts.reduce((most, count) => Math.max(most, count), 0),
  };
}

/**
 * Recorded availability as weather on a pool of spot machines: where m of the recording's most could be had, the first
 * m / most of the nodes (rounded down) are there, and the others are taken and cannot be had. A step's change is a
 * machine taken then; its notice comes `noticeUs` before, or at the beginning.
 */
export function replaySpot(
  recording: SpotAvailability,
  nodes: readonly number[],
  options: ReplayWindow & { readonly noticeUs: number },
  scene: WeatherScene,
): WeatherSource {
  const stray = nodes.find((node) => !scene.places[node].spot);
  if (stray !== undefined)
    throw new InputError(`node ${scene.places[stray].name} is not a spot machine; set spot on its group`);
  const { fromUs = 0, untilUs = Infinity, compression = 1, noticeUs } = options;
  if (!(compression > 0))
    throw new InputError(`a recording cannot be compressed ${compression} times; write 1 or more`);
  const { gapUs, counts, most } = recording;
  const events: TimedWeather[] = [];
  let there = nodes.length;
  for (let step = Math.max(0, Math.floor(fromUs / gapUs)); step < counts.length && step * gapUs < untilUs; step++) {
    const now = most === 0 ? 0 : Math.floor((counts[step] / most) * nodes.length);
    const atUs = Math.floor(Math.max(0, step * gapUs - fromUs) / compression + 0.5);
    if (now < there) {
      const gone = nodes.slice(now, there);
      events.push({ atUs, event: { kind: 'spot-capacity', nodes: gone, on: false, cause: 'recorded' } });
      for (const node of gone) events.push(...reclaim(node, Math.max(0, atUs - noticeUs), atUs, 'recorded'));
    } else if (now > there)
      events.push({
        atUs,
        event: { kind: 'spot-capacity', nodes: nodes.slice(there, now), on: true, cause: 'recorded' },
      });
    there = now;
  }
  return listedWeather(events);
}

function parsedJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError(`${name}:1: is not JSON; write {"metadata": {"gap_seconds": 300}, "data": [1, 0]}`);
  }
}
