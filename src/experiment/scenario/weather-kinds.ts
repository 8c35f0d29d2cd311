import { weatherKinds, type WeatherItem } from '../../sim/weather/weather-kinds.ts';
import type { ByteSource } from '../../workloads/byte-source.ts';
import type { Optioned, PolicyChoice } from './policy-choice.ts';
import { RECORDED_WEATHER } from './recorded-weather.ts';

/** Every kind of weather a scenario may name. */
export const WEATHER_KINDS: readonly (Optioned & { readonly summary: string; readonly source: string })[] = [
  ...weatherKinds,
  ...RECORDED_WEATHER,
];

/** A kind as the simulation's weather takes it; a recording is opened with `open`, and left out without it. */
export function weatherItem(
  { name, options }: PolicyChoice,
  open: ((path: string) => ByteSource) | undefined,
): WeatherItem | undefined {
  const recorded = RECORDED_WEATHER.find((one) => one.name === name);
  if (recorded === undefined) return { kind: name, options };
  return open === undefined ? undefined : (scene) => recorded.make(options, scene, open);
}
