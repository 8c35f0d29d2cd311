import type { DurationSpec } from '../duration-spec.ts';
import { InputError } from '../input-error.ts';
import { lognormalOfMedian } from './node-presets.ts';
import type { FirstLife } from './renewal.ts';
import { serviceIndex } from './scripted-weather.ts';
import type { WeatherScene } from './weather-scene.ts';
import type { WeatherOption, WeatherOptions } from './weather-kind.ts';

const LIVES = ['exponential', 'weibull', 'lognormal', 'constant'] as const;

/** Options for the time between faults; `meanUs` 0 stands for what a preset says. */
export function lifeOptions(
  meanUs: number,
  life: (typeof LIVES)[number],
  shape: number,
  what: string,
): WeatherOption[] {
  return [
    { name: 'mean-time-between', kind: 'duration', default: meanUs, minimum: 0, meaning: what },
    {
      name: 'life',
      kind: 'choice',
      default: life,
      choices: LIVES,
      meaning: 'The distribution of the time between them.',
    },
    {
      name: 'shape',
      kind: 'number',
      default: shape,
      minimum: 0.05,
      maximum: 20,
      meaning: 'Shape of a Weibull (below 1: they come in clusters), or sigma of a lognormal life.',
    },
  ];
}

/** The time between faults that the `lifeOptions` describe. */
export function lifeOf(options: WeatherOptions): DurationSpec {
  const meanUs = duration(options, 'mean-time-between');
  if (!(meanUs > 0)) throw new InputError('mean-time-between is 0; write a time, such as 30d');
  const shape = number(options, 'shape');
  const life = text(options, 'life') as (typeof LIVES)[number];
  switch (life) {
    case 'exponential':
    case 'constant':
      return { kind: life, meanUs };
    case 'weibull':
      return { kind: life, meanUs, shape };
    case 'lognormal':
      return { kind: life, meanUs, sigma: shape };
    default:
      return life satisfies never;
  }
}

/** Options for how long a fault lasts: a lognormal of this median. */
export function lastsOptions(medianUs: number, sigma: number): WeatherOption[] {
  return [
    {
      name: 'lasts-median',
      kind: 'duration',
      default: medianUs,
      minimum: 0,
      meaning: 'Half of them last longer than this (lognormal).',
    },
    {
      name: 'lasts-sigma',
      kind: 'number',
      default: sigma,
      minimum: 0,
      maximum: 10,
      meaning: 'How much it varies: sigma of the lognormal; 0: always the median.',
    },
  ];
}

/** How long a fault lasts, as the `lastsOptions` say. */
export function lastsOf(options: WeatherOptions): DurationSpec {
  const medianUs = duration(options, 'lasts-median');
  if (!(medianUs > 0)) throw new InputError('lasts-median is 0; write a time, such as 5m');
  return lognormalOfMedian(medianUs, number(options, 'lasts-sigma'));
}

export const START_OPTION: WeatherOption = {
  name: 'start',
  kind: 'choice',
  default: 'stationary',
  choices: ['stationary', 'new'],
  meaning: 'Whether all has run for ever when the simulation begins, or is new.',
};

export const RATE_OPTION: WeatherOption = {
  name: 'rate',
  kind: 'number',
  default: 1,
  minimum: 1e-9,
  maximum: 1e9,
  meaning: 'So many times as often: failures of years within a simulated hour.',
};

export const SERVICE_OPTION: WeatherOption = {
  name: 'service',
  kind: 'text',
  default: '',
  meaning: 'Name of the service; empty: every service, each on its own.',
};

/** The services meant by the `service` option. */
export function servicesOf(options: WeatherOptions, scene: WeatherScene): number[] {
  const name = text(options, 'service');
  if (name === '') return (scene.services ?? []).map((_, service) => service);
  return [serviceIndex(name, scene)];
}

export function startOf(options: WeatherOptions): FirstLife {
  return options['start'] === 'new' ? 'new' : 'stationary';
}

export const duration = (options: WeatherOptions, name: string): number => Number(options[name]);
export const number = (options: WeatherOptions, name: string): number => Number(options[name]);
export const text = (options: WeatherOptions, name: string): string => String(options[name]);
/** Words of a text option, written with commas or blanks between them. */
export const list = (options: WeatherOptions, name: string): string[] =>
  text(options, name)
    .split(/[\s,]+/)
    .filter((word) => word !== '');
