import { InputError } from '../input-error.ts';
import { suggestion } from '../nearest-name.ts';
import { combinedWeather } from './combined-weather.ts';
import { marketKinds } from './market-kinds.ts';
import { nodeKinds } from './node-kinds.ts';
import { scriptKind } from './script-kind.ts';
import { troubleKinds } from './trouble-kinds.ts';
import type { WeatherSource } from './weather-event.ts';
import type { WeatherKind, WeatherOptions } from './weather-kind.ts';
import type { WeatherScene } from './weather-scene.ts';

/** Every kind of weather that can be asked for by name. */
export const weatherKinds: readonly WeatherKind[] = [...nodeKinds, ...troubleKinds, ...marketKinds, scriptKind];

/** One item of a scenario's weather: a kind by name with some options set, or a source made otherwise (a recording). */
export type WeatherItem =
  { readonly kind: string; readonly options?: WeatherOptions } | ((scene: WeatherScene) => WeatherSource);

/**
 * All items as one weather without overlaps (see combined-weather.ts). A kind that is there twice draws from other
 * streams the second time. Throws InputError for an unknown kind or option.
 */
export function weatherOf(items: readonly WeatherItem[], scene: WeatherScene): WeatherSource {
  const seen = new Map<string, number>();
  return combinedWeather(
    items.map((item) => {
      const name = typeof item === 'function' ? 'other' : item.kind;
      const time = (seen.get(name) ?? 0) + 1;
      seen.set(name, time);
      const own = time === 1 ? scene : { ...scene, streams: (stream: string) => scene.streams(`${time}/${stream}`) };
      if (typeof item === 'function') return item(own);
      const kind = weatherKind(item.kind);
      return kind.make(withDefaults(kind, item.options ?? {}), own);
    }),
  );
}

/** The kind of this name; throws InputError with the known ones. */
export function weatherKind(name: string): WeatherKind {
  const kind = weatherKinds.find((one) => one.name === name);
  if (kind !== undefined) return kind;
  throw new InputError(
    `no weather called "${name}"${suggestion(
      name,
      weatherKinds.map((one) => one.name),
    )}`,
  );
}

function withDefaults(kind: WeatherKind, given: WeatherOptions): WeatherOptions {
  const names = kind.options.map((option) => option.name);
  for (const name of Object.keys(given))
    if (!names.includes(name))
      throw new InputError(`weather ${kind.name} has no option "${name}"${suggestion(name, names)}`);
  const options: Record<string, number | string | boolean> = {};
  for (const option of kind.options) options[option.name] = given[option.name] ?? option.default;
  return options;
}
