import { z } from 'zod';
import type { ScriptPrediction } from './replay-script.ts';

/** Numbers as JSON has them: what is not a number is null, and what has no end is a text. */
const NUMBER = z
  .union([z.number(), z.null(), z.literal('Infinity'), z.literal('-Infinity')])
  .transform((value) => (value === null ? Number.NaN : Number(value)));

const COUNTS = z.record(z.string(), NUMBER);

const SERVICE = z.object({
  service: z.string(),
  arrived: NUMBER,
  served: NUMBER,
  failed: NUMBER,
  timedOut: NUMBER,
  inFlight: NUMBER,
  retries: NUMBER,
  failedBy: COUNTS,
  meanMs: NUMBER,
  p50Ms: NUMBER,
  p90Ms: NUMBER,
  p99Ms: NUMBER,
  p999Ms: NUMBER,
  replicasMean: NUMBER,
  replicasPeak: NUMBER,
  replicaHours: NUMBER,
  cpuShareMean: NUMBER,
  costUsd: NUMBER,
  deficitReplicaS: NUMBER,
  lostReplicaS: NUMBER.exactOptional(),
  evictions: NUMBER,
  restarts: NUMBER,
  atEnd: z.object({ desired: NUMBER, ready: NUMBER }).exactOptional(),
  model: z.string(),
});

const OBJECTIVE = z.object({
  service: z.string(),
  kind: z.enum(['availability', 'latency']),
  text: z.string(),
  target: NUMBER,
  goodShare: NUMBER,
  budgetUsed: NUMBER,
  worstBurn5m: NUMBER,
  worstBurn1h: NUMBER,
  violatedMinutes: NUMBER,
  kept: z.boolean(),
});

const UNITS = ['', 's', 'share', 'per-second', 'usd-per-hour', 'usd', 'bytes', 'millicores', 'watts'] as const;

const LIVING = z.object({
  timeline: z.object({
    timeUs: z.array(NUMBER),
    series: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        unit: z.enum(UNITS),
        labels: z.record(z.string(), z.string()),
        values: z.array(NUMBER),
      }),
    ),
  }),
  services: z.array(SERVICE),
  objectives: z.array(OBJECTIVE),
  happenings: z.array(z.object({ timeUs: NUMBER, kind: z.string(), about: z.string(), what: z.string() })),
  decisions: z.array(
    z.object({
      timeUs: NUMBER,
      by: z.string(),
      policy: z.string(),
      about: z.string(),
      what: z.string(),
      why: z.string(),
      limitedBy: z.string().exactOptional(),
    }),
  ),
});

/** What a run predicts, as a script's file has it. */
export const PREDICTION: z.ZodType<ScriptPrediction> = z.object({ living: LIVING.exactOptional(), metrics: COUNTS });
