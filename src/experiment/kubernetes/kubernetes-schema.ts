import { z } from 'zod';
import { bandwidth, clusterSchema } from '../scenario/cluster-schema.ts';
import { bytes, count, duration, share, someDuration, unitField } from '../scenario/fields.ts';
import { objectivesSchema } from '../scenario/objective-schema.ts';
import { trafficSchema } from '../scenario/traffic-schema.ts';
import { weatherSchema } from '../scenario/weather-schema.ts';
import { wallClockMs } from './wall-clock.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const step = z
  .strictObject({
    at: duration('When, counted from the start of the run'),
    run: z
      .string()
      .describe(
        'A line of kubectl (drain, cordon, scale, apply -f, set image, ...), "stop machine n1", "add 2 nodes like n1"',
      ),
  })
  .describe('Something that people do to the cluster');

const scheduling = z
  .strictObject({
    cycle: duration('One scheduling cycle; cycles follow each other').default(1000),
    perNode: duration('The same, more for each node examined').default(0),
    bind: duration('From the decision until the pod is bound; bindings overlap').default(10_000),
    qps: z.number().min(0.1).max(1e9).default(50).describe('API calls a second of its client; binding takes one'),
    burst: count('Calls it may make at once', 1, 1e9).default(100),
  })
  .describe('How fast the scheduler itself is: a slow one makes pods wait');

const karpenter = z
  .strictObject({
    launch: z
      .array(z.string())
      .min(1)
      .optional()
      .describe('Instance types of the catalogue that it may launch; default: general purpose ones of EC2'),
    zones: z.array(z.string()).min(1).optional().describe('Zones it may launch in; default: those of the nodes'),
    boot: someDuration('From launch to ready; default 60s').default(60e6),
  })
  .describe('Launches machines for the NodePools among the manifests');

/** Who decides. Only these are compared as policies. */
const policies = z
  .strictObject({
    name: z.string().min(1).optional().describe('For reports'),
    scheduler: z
      .string()
      .default('default')
      .describe('"default", "most-allocated", or a file with a KubeSchedulerConfiguration'),
    version: z.enum(['1.34', '1.35', '1.36']).default('1.36').describe('Whose rules hold where releases differ'),
    scheduling: scheduling.prefault({}),
    clusterAutoscaler: z
      .union([z.boolean(), z.record(z.string(), scalar)])
      .default(false)
      .describe('true, or flags such as { expander: least-nodes, scale-down-unneeded-time: 5m }'),
    karpenter: z.union([z.boolean(), karpenter]).default(false),
  })
  .describe('Scheduler and node autoscaler');

/** What pods do that manifests cannot say, where no annotation says it. */
const defaults = z
  .strictObject({
    image: bytes('Size of an image').default(200_000_000),
    pull: bandwidth.default(125_000_000),
    boot: duration('From the start of a container until it answers').default(2e6),
    stop: duration('From the order to stop until it has').default(1e6),
    cpu: share('CPU that pods use of what they request, where no modelled requests say it').default(0.3),
    memory: share('Memory that pods use of what they request').default(0.6),
  })
  .describe('How pods behave where no baton.dev/ annotation says it');

/** One Kubernetes scenario after its lists were multiplied out. */
export const kubernetesSchema = z
  .strictObject({
    orchestrator: z.literal('kubernetes'),
    name: z.string().min(1).optional().describe('Title of the report; default: the name of the file'),
    description: z.string().optional().describe('What it teaches, in a line'),
    duration: someDuration('Simulated time; default 1h').default(3600e6),
    untilQuiet: z.boolean().default(false).describe('Stop as soon as nothing waits, starts or ends any more'),
    coldStart: z
      .boolean()
      .optional()
      .describe(
        'Whether services have to start first; default: true, but false where requests come from the first moment',
      ),
    starts: unitField(
      wallClockMs,
      'When it begins, for cron jobs: 2026-03-01T08:00:00Z; default: the moment of a dump, else the beginning of 2026',
    ).optional(),
    seeds: z
      .union([z.string(), z.int().min(0), z.array(z.int().min(0)).min(1, 'the list is empty')])
      .optional()
      .describe('Such as 7, [1, 2, 3] or "1..10"; default 1..3 to compare, 1 to run'),
    model: z.enum(['auto', 'discrete', 'fluid']).default('auto').describe('How requests are modelled'),
    manifests: z.array(z.string()).default([]).describe('Files and folders of manifests, or dumps of a cluster'),
    cluster: clusterSchema
      .optional()
      .describe('Nodes besides those of the manifests: "3 x m5.xlarge zone=a,b,c", or groups that may grow'),
    traffic: trafficSchema.optional(),
    weather: weatherSchema.optional(),
    objectives: objectivesSchema.optional(),
    steps: z.array(step).optional().describe('What people do to the cluster, and when'),
    policies: policies.prefault({}),
    defaults: defaults.prefault({}),
    scrape: someDuration('Time between two measurements').default(15e6),
    timelinePoints: z.int().min(2).max(20_000).default(500).describe('Points of the timeline in reports'),
  })
  .describe('A scenario of Baton: a Kubernetes cluster by its own manifests');

export type KubernetesText = z.output<typeof kubernetesSchema>;
