import { z } from 'zod';
import { DATA_PLANE_ORCHESTRATORS } from '../../orchestrators/orchestrator.ts';
import { wallClockMs } from '../kubernetes/wall-clock.ts';
import { bandwidth, clusterSchema } from '../scenario/cluster-schema.ts';
import { bytes, duration, share, someDuration, unitField } from '../scenario/fields.ts';
import { objectivesSchema } from '../scenario/objective-schema.ts';
import { trafficSchema } from '../scenario/traffic-schema.ts';
import { weatherSchema } from '../scenario/weather-schema.ts';

const step = z
  .strictObject({
    at: duration('When, counted from the start of the run'),
    run: z
      .string()
      .describe(
        '"scale web=8", "update web registry.example/web:2", "drain node-1", "apply stack.yml", or the system\'s own command line',
      ),
  })
  .describe('What people do to the cluster');

/** Who decides. Only these are compared as policies. */
const policies = z
  .strictObject({
    name: z.string().min(1).optional().describe('For reports'),
    placement: z.string().optional().describe('A placement policy in place of its own choice among machines'),
    constants: z
      .record(z.string(), z.union([z.string(), z.number()]))
      .optional()
      .describe('Timers and numbers that are not as upstream has them, such as { heartbeatPeriod: 10s }'),
  })
  .describe('What of the orchestrator is not as upstream has it');

const defaults = z
  .strictObject({
    image: bytes('Size of an image').default(200_000_000),
    pull: bandwidth.optional(),
    boot: duration('From the start of a process until it answers').default(2e6),
    stop: duration('From the order to stop until it has').default(1e6),
    cpu: share('CPU used of what is declared, where no modelled requests say it').default(0.3),
    memory: share('Memory used of what is declared').default(0.6),
    job: someDuration('How long the process of a job runs').default(60e6),
  })
  .describe('How processes behave where no baton.dev/ label says it');

/** One scenario of an orchestrator's own files, after its lists were multiplied out. */
export const nativeSchema = z
  .strictObject({
    orchestrator: z.enum(DATA_PLANE_ORCHESTRATORS),
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
    starts: unitField(wallClockMs, 'When it begins, for schedules: 2026-03-01T08:00:00Z').optional(),
    seeds: z
      .union([z.string(), z.int().min(0), z.array(z.int().min(0)).min(1, 'the list is empty')])
      .optional()
      .describe('Such as 7, [1, 2, 3] or "1..10"; default 1..3 to compare, 1 to run'),
    model: z.enum(['auto', 'discrete', 'fluid']).default('auto').describe('How requests are modelled'),
    files: z
      .array(z.string())
      .min(1, 'the list is empty')
      .describe(
        "Files and folders in the orchestrator's own format: compose stacks, Marathon apps, task definitions, Nomad jobs",
      ),
    cluster: clusterSchema
      .optional()
      .describe('Machines: "6 x m5.large zone=a,b,c", or groups; default: made for what the files declare'),
    traffic: trafficSchema.optional(),
    weather: weatherSchema.optional(),
    objectives: objectivesSchema.optional(),
    steps: z.array(step).optional().describe('What people do to the cluster, and when'),
    policies: policies.prefault({}),
    defaults: defaults.prefault({}),
    scrape: someDuration('Time between two measurements').default(15e6),
    timelinePoints: z.int().min(2).max(20_000).default(500).describe('Points of the timeline in reports'),
  })
  .describe('A scenario of Baton: a cluster of Docker Swarm, Mesos, Amazon ECS or Nomad by its own files');

export type NativeText = z.output<typeof nativeSchema>;
