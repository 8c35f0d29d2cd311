import { hours, minutes, days } from '../time.ts';
import { clusterYear } from './cluster-year.ts';
import { commonCause, domainOutages } from './domain-outages.ts';
import { failureBursts } from './failure-bursts.ts';
import { faster } from './faster.ts';
import {
  duration,
  lastsOf,
  lastsOptions,
  lifeOf,
  lifeOptions,
  number,
  RATE_OPTION,
  START_OPTION,
  startOf,
  text,
} from './kind-options.ts';
import { nodeCrashes } from './node-crashes.ts';
import { NODE_PRESETS } from './node-presets.ts';
import type { NodeEffect } from './node-effect.ts';
import type { WeatherKind, WeatherOption } from './weather-kind.ts';
import type { DomainLevel } from './weather-scene.ts';

const level = (choices: readonly DomainLevel[]): WeatherOption => ({
  name: 'domain',
  kind: 'choice',
  default: choices[0],
  choices,
  meaning: 'What fails as a whole.',
});

/** Kinds of weather in which nodes stop and come back. */
export const nodeKinds: readonly WeatherKind[] = [
  {
    name: 'node-crash',
    summary: 'machines stop and are repaired, each on its own',
    source: 'presets: ' + NODE_PRESETS.map(({ name, source }) => `${name} (${source})`).join('; '),
    options: [
      {
        name: 'preset',
        kind: 'choice',
        default: NODE_PRESETS[0].name,
        choices: NODE_PRESETS.map(({ name }) => name),
        meaning: 'How often machines fail and how long they stay away; what is set below replaces its part.',
      },
      ...lifeOptions(0, 'weibull', 0.75, 'Mean time a machine is up between its failures; 0: the preset’s.'),
      ...lastsOptions(0, 1.41).map((option) =>
        option.name === 'lasts-median'
          ? { ...option, meaning: `${option.meaning.slice(0, -1)}; 0: the preset’s.` }
          : option,
      ),
      RATE_OPTION,
      START_OPTION,
      {
        name: 'age',
        kind: 'duration',
        default: 0,
        minimum: 0,
        meaning:
          'Instead of `start`: machines were new so long ago, and have failed and been repaired since; 0: not so.',
      },
      {
        name: 'lemon-share',
        kind: 'share',
        default: 0,
        minimum: 0,
        maximum: 1,
        meaning: 'Share of the machines that fail more often.',
      },
      {
        name: 'lemon-factor',
        kind: 'number',
        default: 10,
        minimum: 1,
        maximum: 1e6,
        meaning: 'How many times as often they fail.',
      },
    ],
    make(options, scene) {
      const preset = NODE_PRESETS.find(({ name }) => name === options['preset'])!;
      const up = duration(options, 'mean-time-between') > 0 ? lifeOf(options) : preset.up;
      const ageUs = duration(options, 'age');
      return nodeCrashes(
        {
          up: faster(up, number(options, 'rate')),
          down: duration(options, 'lasts-median') > 0 ? lastsOf(options) : preset.down,
          start: ageUs > 0 ? { installedUs: ageUs } : startOf(options),
          lemonShare: number(options, 'lemon-share'),
          lemonFactor: number(options, 'lemon-factor'),
        },
        scene,
      );
    },
  },
  {
    name: 'domain-outage',
    summary: 'whole racks, power domains or zones fail, and return as one',
    source:
      'racks: 20 failures a year among some 30, 1-6 h (Dean, LADIS 2009); zones: one in two years, 1-6 h, is a choice',
    options: [
      level(['rack', 'power', 'zone']),
      ...lifeOptions(
        days(365.25 * 1.5),
        'exponential',
        1,
        'Mean time one domain is well between its failures; a zone usually has 2 years.',
      ),
      ...lastsOptions(hours(2.5), 0.5),
      {
        name: 'effect',
        kind: 'choice',
        default: 'down',
        choices: ['down', 'cut-off', 'loss'],
        meaning: 'Whether its nodes stop, are cut off from the network, or lose part of what they are asked.',
      },
      {
        name: 'loss',
        kind: 'share',
        default: 0.5,
        minimum: 0,
        maximum: 1,
        meaning: 'The share they lose, for effect loss.',
      },
      RATE_OPTION,
      START_OPTION,
    ],
    make(options, scene) {
      const effect: NodeEffect =
        options['effect'] === 'loss'
          ? { kind: 'loss', share: number(options, 'loss') }
          : { kind: options['effect'] === 'cut-off' ? 'cut-off' : 'down' };
      return domainOutages(
        {
          level: text(options, 'domain') as DomainLevel,
          up: faster(lifeOf(options), number(options, 'rate')),
          down: lastsOf(options),
          start: startOf(options),
          effect,
        },
        scene,
      );
    },
  },
  {
    name: 'common-cause',
    summary: 'machines crash, and a share of their failures takes the whole rack or zone (beta factor)',
    source: 'Fleming 1975; 5 to 40 % is usual',
    options: [
      level(['rack', 'power', 'zone']),
      {
        name: 'beta',
        kind: 'share',
        default: 0.1,
        minimum: 0,
        maximum: 1,
        meaning: 'Share of a machine’s failures that its whole domain has with it.',
      },
      ...lifeOptions(
        days(120),
        'weibull',
        0.75,
        'Mean time a machine is up between its failures, its own and common ones.',
      ),
      ...lastsOptions(minutes(30), 1.41),
      RATE_OPTION,
      START_OPTION,
    ],
    make: (options, scene) =>
      commonCause(
        {
          level: text(options, 'domain') as DomainLevel,
          beta: number(options, 'beta'),
          up: faster(lifeOf(options), number(options, 'rate')),
          down: lastsOf(options),
          start: startOf(options),
        },
        scene,
      ),
  },
  {
    name: 'bursts',
    summary: 'failures that come together, mostly of neighbours',
    source:
      'about 37 % of node failures come in bursts (Ford et al., OSDI 2010 [M]); geometric size, mean 8 and at most 60, is a choice near Google’s removals of 2011',
    options: [
      {
        name: 'per-node',
        kind: 'duration',
        default: days(3200),
        minimum: 1,
        meaning: 'Mean time between bursts that begin at one node; n nodes have n times as many.',
      },
      {
        name: 'mean-size',
        kind: 'number',
        default: 8,
        minimum: 2,
        maximum: 1e6,
        meaning: 'Mean number of nodes in a burst (geometric, two at least).',
      },
      { name: 'max-size', kind: 'count', default: 60, minimum: 2, maximum: 1e6, meaning: 'Most nodes in a burst.' },
      {
        name: 'local-share',
        kind: 'share',
        default: 0.8,
        minimum: 0,
        maximum: 1,
        meaning: 'Chance that a member stands in the same domain as the first.',
      },
      level(['rack', 'power', 'zone']),
      {
        name: 'within',
        kind: 'duration',
        default: minutes(2),
        minimum: 0,
        meaning: 'Members fail within so long of the first.',
      },
      ...lastsOptions(minutes(15), 1.4),
      RATE_OPTION,
    ],
    make: (options, scene) =>
      failureBursts(
        {
          perNodeUs: duration(options, 'per-node') / number(options, 'rate'),
          meanSize: number(options, 'mean-size'),
          maxSize: number(options, 'max-size'),
          localShare: number(options, 'local-share'),
          domain: text(options, 'domain') as DomainLevel,
          withinUs: duration(options, 'within'),
          down: lastsOf(options),
        },
        scene,
      ),
  },
  {
    name: 'cluster-year',
    summary:
      'the first year of a new cluster: crashes, racks, power, heat, by the rates of one machine, rack, power domain',
    source: 'J. Dean, LADIS 2009; machines in that cluster (about 1,800), racks and overheating [M]',
    options: [RATE_OPTION, START_OPTION],
    make: (options, scene) => clusterYear({ rate: number(options, 'rate'), start: startOf(options) }, scene),
  },
];
