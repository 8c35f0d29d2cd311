import { minutes, seconds } from '../time.ts';
import { InputError } from '../input-error.ts';
import { duration, list, number, text } from './kind-options.ts';
import { SELECTOR_MODES, type SelectorMode } from './node-selector.ts';
import { scriptedWeather, type ScriptedEffect } from './scripted-weather.ts';
import type { WeatherKind, WeatherOption, WeatherOptions } from './weather-kind.ts';

const EFFECTS = [
  'down',
  'slow',
  'loss',
  'disk-full',
  'cut-off',
  'drain',
  'spot-reclaim',
  'zone-partition',
  'zone-delay',
  'replica-crash',
  'crash-loop',
  'registry-down',
  'control-plane-down',
] as const;

const named = (name: string, what: string): WeatherOption => ({
  name,
  kind: 'text',
  default: '',
  meaning: `Only nodes of ${what}; several with blanks or commas between, empty: all.`,
});

/** A fault at a time that the scenario gives: "at 10m zone a down for 20m". */
export const scriptKind: WeatherKind = {
  name: 'script',
  summary: 'one fault at a fixed time, perhaps again every so long, on nodes chosen by name, place or share',
  source: 'modes as in Chaos Mesh (one, all, fixed, fixed-percent, random-max-percent)',
  options: [
    { name: 'effect', kind: 'choice', default: 'down', choices: EFFECTS, meaning: 'What happens.' },
    { name: 'at', kind: 'duration', default: 0, minimum: 0, meaning: 'When it begins.' },
    { name: 'for', kind: 'duration', default: minutes(10), minimum: 0, meaning: 'How long it lasts; 0: to the end.' },
    { name: 'every', kind: 'duration', default: 0, minimum: 0, meaning: 'Again every so long; 0: once.' },
    { name: 'times', kind: 'count', default: 0, minimum: 0, meaning: 'How often at most, if again; 0: without limit.' },
    { name: 'label', kind: 'text', default: '', meaning: 'What reports call it; empty: its effect.' },
    named('nodes', 'these names'),
    named('zones', 'these zones (for zone-partition and zone-delay: the two that are meant, "outside" is one)'),
    named('racks', 'these racks'),
    named('powers', 'these power domains'),
    named('groups', 'these node groups'),
    named('instance-types', 'these instance types'),
    {
      name: 'mode',
      kind: 'choice',
      default: 'all',
      choices: SELECTOR_MODES,
      meaning: 'How many of the nodes that match.',
    },
    {
      name: 'value',
      kind: 'number',
      default: 0,
      minimum: 0,
      meaning: 'Nodes for mode fixed, a share from 0 to 1 for the percent modes.',
    },
    {
      name: 'speed',
      kind: 'share',
      default: 0.5,
      minimum: 0.001,
      maximum: 1,
      meaning: 'What is left of the speed, for slow.',
    },
    {
      name: 'loss',
      kind: 'share',
      default: 0.5,
      minimum: 0,
      maximum: 1,
      meaning: 'The share that is dropped, for loss.',
    },
    {
      name: 'notice',
      kind: 'duration',
      default: seconds(120),
      minimum: 0,
      meaning: 'How long before, for spot-reclaim.',
    },
    {
      name: 'delay',
      kind: 'duration',
      default: seconds(0.05),
      minimum: 0,
      meaning: 'Extra time one way, for zone-delay.',
    },
    { name: 'service', kind: 'text', default: '', meaning: 'The service, for replica-crash and crash-loop.' },
    {
      name: 'count',
      kind: 'count',
      default: 1,
      minimum: 1,
      maximum: 1e6,
      meaning: 'Processes that die, for replica-crash.',
    },
    {
      name: 'dies-after',
      kind: 'duration',
      default: seconds(10),
      minimum: 1,
      meaning: 'How long a replica lives, for crash-loop.',
    },
  ],
  make(options, scene) {
    const everyUs = duration(options, 'every');
    const times = number(options, 'times');
    const effect = effectOf(options);
    const linked = effect.kind === 'zone-partition' || effect.kind === 'zone-delay';
    return scriptedWeather(
      {
        name: text(options, 'label') || text(options, 'effect'),
        atUs: duration(options, 'at'),
        forUs: duration(options, 'for') || Infinity,
        effect,
        nodes: {
          names: list(options, 'nodes'),
          zones: linked ? [] : list(options, 'zones'),
          racks: list(options, 'racks'),
          powers: list(options, 'powers'),
          groups: list(options, 'groups'),
          instanceTypes: list(options, 'instance-types'),
          mode: text(options, 'mode') as SelectorMode,
          value: number(options, 'value'),
        },
        ...(everyUs > 0 && { everyUs, ...(times > 0 && { times }) }),
      },
      scene,
    );
  },
};

function effectOf(options: WeatherOptions): ScriptedEffect {
  const kind = text(options, 'effect') as (typeof EFFECTS)[number];
  switch (kind) {
    case 'slow':
      return { kind: 'speed', speed: number(options, 'speed') };
    case 'loss':
      return { kind, share: number(options, 'loss') };
    case 'spot-reclaim':
      return { kind, noticeUs: duration(options, 'notice') };
    case 'zone-partition':
      return { kind, zones: twoZones(options) };
    case 'zone-delay':
      return { kind, zones: twoZones(options), delayUs: duration(options, 'delay') };
    case 'replica-crash':
      return { kind, service: text(options, 'service'), count: number(options, 'count') };
    case 'crash-loop':
      return { kind, service: text(options, 'service'), afterUs: duration(options, 'dies-after') };
    default:
      return { kind };
  }
}

function twoZones(options: WeatherOptions): [string, string] {
  const zones = list(options, 'zones');
  if (zones.length !== 2)
    throw new InputError(`${text(options, 'effect')} is between two zones; write them like zones="a b"`);
  return [zones[0], zones[1]];
}
