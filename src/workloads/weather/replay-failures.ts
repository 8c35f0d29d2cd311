import { InputError } from '../../sim/input-error.ts';
import { effectEvents } from '../../sim/weather/node-effect.ts';
import type { FailureRecord } from '../../sim/weather/describe-failures.ts';
import { listedWeather } from '../../sim/weather/timed-weather.ts';
import type { WeatherSource } from '../../sim/weather/weather-event.ts';
import type { WeatherScene } from '../../sim/weather/weather-scene.ts';

/** Which part of a recording is played, and how fast. */
export interface ReplayWindow {
  /** Times of the recording; from its first failure to its end by default. */
  readonly fromUs?: number;
  readonly untilUs?: number;
  /** So many times faster than it was: 60 makes a minute of each hour. 1 by default. Outages become shorter too. */
  readonly compression?: number;
}

/**
 * Recorded failures as weather. The recording's nodes take the scene's nodes in order (see `nodesInOrder`), the first
 * to the first; those beyond the scene's last are left out. A failure that began before the window begins with it.
 */
export function replayFailures(
  records: readonly FailureRecord[],
  window: ReplayWindow,
  scene: WeatherScene,
  cause = 'recorded',
): WeatherSource {
  const { compression = 1, untilUs = Infinity } = window;
  if (!(compression > 0))
    throw new InputError(`a recording cannot be compressed ${compression} times; write 1 or more`);
  const first = records.reduce((least, { downUs }) => Math.min(least, downUs), Infinity);
  const fromUs = window.fromUs ?? (first === Infinity ? 0 : first);
  if (fromUs >= untilUs) throw new InputError('the window of the recording is empty; let it end after its beginning');
  const places = new Map(nodesInOrder(records).map((name, node) => [name, node]));
  const at = (us: number) => Math.floor(Math.max(0, us - fromUs) / compression + 0.5);
  const events = records.flatMap(({ node: name, downUs, upUs }) => {
    const node = places.get(name)!;
    if (node >= scene.places.length || downUs >= untilUs || upUs <= fromUs) return [];
    const beginsUs = at(downUs);
    return effectEvents({ kind: 'down' }, [node], beginsUs, Math.max(beginsUs + 1, at(upUs)), cause);
  });
  return listedWeather(events);
}

/** The nodes of a recording: by number where all names are numbers, else as they are first named. */
export function nodesInOrder(records: readonly FailureRecord[]): string[] {
  const names = [...new Set(records.map(({ node }) => node))];
  return names.every((name) => /^\d+$/.test(name)) ? names.sort((a, b) => Number(a) - Number(b)) : names;
}
