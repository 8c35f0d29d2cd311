import { z } from 'zod';
import { PREDICTION } from './prediction-schema.ts';
import type { TrafficPlan } from '../traffic/traffic-plan.ts';
import { SCRIPT_FORMAT, type ReplayScript } from './replay-script.ts';

const AMOUNT = z.int().min(0);
const PLACE = z.int().min(0);
const TIME = z.int().min(0);
/** A duration, which may have been drawn as a fraction. */
const DURATION = z.number().min(0);

const NODE = z.strictObject({
  name: z.string().min(1),
  zone: z.string().exactOptional(),
  cpuMilli: AMOUNT,
  memBytes: AMOUNT,
  isThereAtStart: z.boolean(),
});

const SERVICE = z.strictObject({
  name: z.string().min(1),
  concurrency: z.int().min(1),
  queueLimit: AMOUNT.nullable(),
  workMeanUs: DURATION.nullable(),
  cpuPerRequestMilli: z.number().min(0),
  balancing: z.string(),
});

const LIMITS = { cpuLimitMilli: z.number().min(0).exactOptional(), memLimitBytes: z.number().min(0).exactOptional() };

const POD = z.strictObject({
  name: z.string(),
  workload: z.string(),
  service: PLACE.exactOptional(),
  workFactor: z.number().positive().exactOptional(),
  errorShare: z.number().min(0).max(1).exactOptional(),
  image: z.string().min(1).exactOptional(),
  cpuMilli: AMOUNT,
  memBytes: AMOUNT,
  ...LIMITS,
  cpuUseMilli: z.number().min(0).exactOptional(),
  memUseBytes: z.number().min(0).exactOptional(),
  bootUs: DURATION,
  runsUs: DURATION.exactOptional(),
  exitCode: z.int().min(0).max(255).exactOptional(),
  restart: z.enum(['never', 'on-failure', 'always']),
});

const ofPod = <Kind extends string>(kind: Kind) => ({ atUs: TIME, do: z.literal(kind), pod: PLACE });
const ofNode = <Kind extends string>(kind: Kind) => ({ atUs: TIME, do: z.literal(kind), node: PLACE });

const STEP = z.discriminatedUnion('do', [
  z.strictObject({ ...ofPod('start'), node: PLACE }),
  z.strictObject(ofPod('ready')),
  z.strictObject(ofPod('unready')),
  z.strictObject({ ...ofPod('rotate-in'), weight: z.number().positive().exactOptional() }),
  z.strictObject(ofPod('rotate-out')),
  z.strictObject({ ...ofPod('stop'), graceUs: DURATION, why: z.string() }),
  z.strictObject(ofPod('finish')),
  z.strictObject({ ...ofPod('kill'), why: z.string() }),
  z.strictObject({ ...ofPod('restart'), bootUs: DURATION.exactOptional() }),
  z.strictObject({ ...ofPod('pause'), why: z.string() }),
  z.strictObject(ofPod('resume')),
  z.strictObject({ ...ofPod('resize'), cpuMilli: AMOUNT, memBytes: AMOUNT, ...LIMITS }),
  z.strictObject(ofPod('gone')),
  z.strictObject(ofNode('node-added')),
  z.strictObject(ofNode('node-removed')),
  z.strictObject({ ...ofNode('node-down'), why: z.string() }),
  z.strictObject(ofNode('node-up')),
  z.strictObject({ ...ofNode('node-cut-off'), why: z.string() }),
  z.strictObject(ofNode('node-back')),
  z.strictObject({ ...ofNode('node-speed'), speed: z.number().positive(), why: z.string() }),
]);

/** The requests: what every part of them must have; who sends them reads the rest. */
const TRAFFIC = z.looseObject({
  seed: z.number(),
  durationUs: TIME,
  scrapeUs: z.number().positive(),
  zones: z.array(z.string()),
  delaysUs: z.object({ within: DURATION, between: DURATION, outside: DURATION }),
  services: z.array(z.looseObject({ name: z.string(), work: z.looseObject({ kind: z.string() }) })),
  traffic: z.array(
    z.looseObject({
      name: z.string(),
      service: PLACE,
      fromZone: z.int(),
      source: z.looseObject({ kind: z.enum(['times', 'open', 'closed']) }),
    }),
  ),
  notes: z.array(z.string()),
}) as unknown as z.ZodType<TrafficPlan>;

/** A script as its file has it. */
export const SCRIPT: z.ZodType<ReplayScript> = z.strictObject({
  format: z.literal(SCRIPT_FORMAT),
  runId: z.string().min(1),
  title: z.string(),
  policy: z.string(),
  seed: z.number(),
  fingerprint: z.string(),
  isCalibrated: z.literal(true).exactOptional(),
  traffic: TRAFFIC.exactOptional(),
  durationUs: TIME,
  nodes: z.array(NODE),
  services: z.array(SERVICE),
  pods: z.array(POD),
  steps: z.array(STEP),
  predicted: PREDICTION,
  notes: z.array(z.string()),
});
