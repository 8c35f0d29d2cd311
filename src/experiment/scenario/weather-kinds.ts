import { weatherKinds } from '../../sim/weather/weather-kinds.ts';
import type { Optioned } from './policy-choice.ts';

/** Every kind of weather a scenario may name. */
export const WEATHER_KINDS: readonly Optioned[] = weatherKinds;
