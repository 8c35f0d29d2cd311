import { minutes, seconds } from '../../sim/time.ts';
import type { PolicyOption } from '../policy-family.ts';
import { EXPANDERS } from './expanders.ts';

/** The flags of Cluster Autoscaler that matter here, at its defaults of August 2026. */
export const clusterAutoscalerOptions: readonly PolicyOption[] = [
  {
    name: 'expander',
    kind: 'choice',
    default: 'least-waste',
    choices: EXPANDERS,
    meaning: 'How a group is chosen when several would help.',
  },
  {
    name: 'then',
    kind: 'choice',
    default: 'random',
    choices: EXPANDERS,
    meaning: 'How a group is chosen among those that are equal to the expander.',
  },
  {
    name: 'priorities',
    kind: 'text',
    default: '',
    meaning: 'For the priority expander: parts of group names and their priorities, such as "spot=50 ondemand=10".',
  },
  { name: 'scan', kind: 'duration', default: seconds(10), minimum: seconds(1), meaning: 'Time between looks.' },
  {
    name: 'frequent',
    kind: 'switch',
    default: true,
    meaning: 'Whether it also looks as soon as a pod finds no room.',
  },
  {
    name: 'podDelay',
    kind: 'duration',
    default: 0,
    minimum: 0,
    meaning: 'How long a pod must have waited before nodes are added for it.',
  },
  {
    name: 'priorityCutoff',
    kind: 'number',
    default: -10,
    meaning: 'Pods of lower priority are expendable: no nodes are added for them.',
  },
  {
    name: 'maxPerScaleUp',
    kind: 'count',
    default: 1000,
    minimum: 1,
    meaning: 'Most nodes ordered in one step.',
  },
  {
    name: 'maxProvision',
    kind: 'duration',
    default: minutes(15),
    minimum: seconds(1),
    meaning: 'A node that has not come up in this time is given back.',
  },
  {
    name: 'utilisation',
    kind: 'share',
    default: 0.5,
    minimum: 0,
    maximum: 1,
    meaning: 'A node is a candidate for removal when its requests are at most this share of it.',
  },
  {
    name: 'gpuUtilisation',
    kind: 'share',
    default: 0.5,
    minimum: 0,
    maximum: 1,
    meaning: 'The same for nodes with GPUs, by their GPUs alone.',
  },
  {
    name: 'unneeded',
    kind: 'duration',
    default: minutes(10),
    minimum: 0,
    meaning: 'How long a node must have been unneeded before it is removed.',
  },
  {
    name: 'unready',
    kind: 'duration',
    default: minutes(20),
    minimum: 0,
    meaning: 'The same for a node that is not ready.',
  },
  {
    name: 'delayAfterAdd',
    kind: 'duration',
    default: minutes(10),
    minimum: 0,
    meaning: 'No node is removed for this time after nodes were added.',
  },
  {
    name: 'delayAfterRemove',
    kind: 'duration',
    default: 0,
    minimum: 0,
    meaning: 'No node is removed for this time after nodes were removed.',
  },
  { name: 'parallelism', kind: 'count', default: 10, minimum: 1, meaning: 'Most nodes being removed at once.' },
  { name: 'drains', kind: 'count', default: 1, minimum: 0, meaning: 'Of those, most nodes that still hold pods.' },
  {
    name: 'candidates',
    kind: 'count',
    default: 30,
    minimum: 0,
    meaning: 'Most nodes with pods that are examined in one look.',
  },
];
