import { days, hours, minutes, seconds } from '../time.ts';
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
import { maintenance } from './maintenance.ts';
import type { RenewalSpec } from './renewal.ts';
import { cutOffNodes, flakyNodes, fullDisks, SLOW_NODES, slowNodes } from './troubled-nodes.ts';
import type { WeatherKind, WeatherOption, WeatherOptions } from './weather-kind.ts';
import type { DomainLevel } from './weather-scene.ts';
import { zoneDelays, zonePartitions } from './zone-links.ts';

const between = (low: number, high: number, what: string, minimum = 0): WeatherOption[] => [
  { name: 'low', kind: 'share', default: low, minimum, maximum: 1, meaning: `${what} is uniform from this...` },
  { name: 'high', kind: 'share', default: high, minimum, maximum: 1, meaning: '...to this.' },
];

const troubledShare = (share: number): WeatherOption => ({
  name: 'share',
  kind: 'share',
  default: share,
  minimum: 1e-9,
  maximum: 0.999999,
  meaning: 'Share of the nodes that have it at a time.',
});

const renewalOf = (options: WeatherOptions): RenewalSpec => ({
  up: faster(lifeOf(options), number(options, 'rate')),
  down: lastsOf(options),
  start: startOf(options),
});

/** Kinds of weather in which nodes and links go on, but badly, and planned work. */
export const troubleKinds: readonly WeatherKind[] = [
  {
    name: 'slow-nodes',
    summary: 'nodes that work slowly for a while: of 100, 4 at half to nine tenths of their speed and one below that',
    source: 'a proposal after reports of fail-slow hardware; the figures are a choice',
    options: [
      troubledShare(SLOW_NODES.share),
      {
        name: 'very-slow-share',
        kind: 'share',
        default: SLOW_NODES.verySlowShare,
        minimum: 0,
        maximum: 1,
        meaning: 'Share of the slow nodes whose speed is 0.1 to 0.5.',
      },
      ...between(SLOW_NODES.slow[0], SLOW_NODES.slow[1], 'The speed of the other slow nodes', 0.001),
      ...lastsOptions(hours(1), 1),
      START_OPTION,
    ],
    make: (options, scene) =>
      slowNodes(
        {
          ...SLOW_NODES,
          share: number(options, 'share'),
          verySlowShare: number(options, 'very-slow-share'),
          slow: [number(options, 'low'), number(options, 'high')],
          lasts: lastsOf(options),
          start: startOf(options),
        },
        scene,
      ),
  },
  {
    name: 'flaky-nodes',
    summary: 'nodes that drop part of their work while their health checks pass',
    source: 'five racks a year lose half of what passes (Dean, LADIS 2009); the figures for nodes are a choice',
    options: [
      troubledShare(0.01),
      ...between(0.05, 0.5, 'The share that is dropped'),
      ...lastsOptions(minutes(30), 1),
      START_OPTION,
    ],
    make: (options, scene) =>
      flakyNodes(
        {
          share: number(options, 'share'),
          loss: [number(options, 'low'), number(options, 'high')],
          lasts: lastsOf(options),
          start: startOf(options),
        },
        scene,
      ),
  },
  {
    name: 'disk-full',
    summary: 'disks fill up: no image can be pulled there until someone cleans up',
    source: 'a choice',
    options: [
      ...lifeOptions(days(90), 'exponential', 1, 'Mean time a node has space before its disk is full.'),
      ...lastsOptions(hours(1), 1),
      RATE_OPTION,
      START_OPTION,
    ],
    make: (options, scene) => fullDisks(renewalOf(options), scene),
  },
  {
    name: 'node-cut-off',
    summary: 'a node’s network fails: its pods go on, unheard',
    source: 'a choice',
    options: [
      ...lifeOptions(days(180), 'exponential', 1, 'Mean time a node’s network works before it fails.'),
      ...lastsOptions(minutes(10), 1),
      RATE_OPTION,
      START_OPTION,
    ],
    make: (options, scene) => cutOffNodes(renewalOf(options), scene),
  },
  {
    name: 'zone-partition',
    summary: 'the link between two zones fails; both go on within themselves',
    source: 'a choice',
    options: [
      ...lifeOptions(days(180), 'exponential', 1, 'Mean time the link of one pair of zones works before it fails.'),
      ...lastsOptions(minutes(10), 1),
      RATE_OPTION,
      START_OPTION,
    ],
    make: (options, scene) => zonePartitions(renewalOf(options), scene),
  },
  {
    name: 'zone-delay',
    summary: 'the link between two zones becomes slow',
    source: 'a choice',
    options: [
      ...lifeOptions(days(30), 'exponential', 1, 'Mean time the link of one pair of zones is well before it is slow.'),
      ...lastsOptions(minutes(20), 1),
      {
        name: 'delay',
        kind: 'duration',
        default: seconds(0.02),
        minimum: 1,
        meaning: 'Mean extra time one way (exponential, drawn anew each time).',
      },
      RATE_OPTION,
      START_OPTION,
    ],
    make: (options, scene) =>
      zoneDelays({ ...renewalOf(options), delay: { kind: 'exponential', meanUs: duration(options, 'delay') } }, scene),
  },
  {
    name: 'maintenance',
    summary: 'planned drains that roll through all nodes',
    source: 'Google’s machines of 2011 left about once in 41 days, maintenance included',
    options: [
      { name: 'first', kind: 'duration', default: 0, minimum: 0, meaning: 'When the first round begins.' },
      {
        name: 'every',
        kind: 'duration',
        default: days(45),
        minimum: 0,
        meaning: 'From one round to the next; 0: one round.',
      },
      {
        name: 'by',
        kind: 'choice',
        default: 'node',
        choices: ['node', 'rack', 'power', 'zone'],
        meaning: 'What is drained together.',
      },
      { name: 'at-a-time', kind: 'count', default: 1, minimum: 1, maximum: 1e6, meaning: 'So many of them at a time.' },
      { name: 'each', kind: 'duration', default: minutes(20), minimum: 1, meaning: 'How long they stay drained.' },
      { name: 'pause', kind: 'duration', default: minutes(1), minimum: 0, meaning: 'Before the next ones.' },
    ],
    make: (options, scene) =>
      maintenance(
        {
          firstUs: duration(options, 'first'),
          everyUs: duration(options, 'every') || Infinity,
          level: text(options, 'by') as DomainLevel,
          atATime: number(options, 'at-a-time'),
          eachUs: duration(options, 'each'),
          pauseUs: duration(options, 'pause'),
        },
        scene,
      ),
  },
];
