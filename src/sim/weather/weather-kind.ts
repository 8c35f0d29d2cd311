import type { WeatherSource } from './weather-event.ts';
import type { WeatherScene } from './weather-scene.ts';

/** One option of a kind of weather, shaped like an option of a policy. Durations are handed over in microseconds. */
export interface WeatherOption {
  readonly name: string;
  readonly kind: 'count' | 'number' | 'share' | 'duration' | 'bytes' | 'choice' | 'switch' | 'text';
  readonly default: number | string | boolean;
  /** Whole sentence for the list of kinds. */
  readonly meaning: string;
  readonly choices?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

export type WeatherOptions = Readonly<Record<string, number | string | boolean>>;

/** A kind of weather that a scenario can ask for by name. */
export interface WeatherKind {
  readonly name: string;
  /** One line: what happens. */
  readonly summary: string;
  readonly source: string;
  readonly options: readonly WeatherOption[];
  /** `options` holds a value for every option, of the right kind and within bounds. Throws InputError for what does not fit the scene. */
  make(options: WeatherOptions, scene: WeatherScene): WeatherSource;
}
