import { z } from 'zod';
import { suggestion } from '../../sim/nearest-name.ts';
import { DETECTION_PRESETS } from '../../sim/weather/detection-presets.ts';
import type { DetectionSpec } from '../../sim/weather/detection.ts';
import { InputError } from '../../sim/input-error.ts';
import { durationUs, quoted } from '../../sim/quantity.ts';
import { duration, someDuration, unitField } from './fields.ts';

/** `5s..8s`, or one time, or `lost`: when the node counts as lost. */
const span = unitField((text): readonly [number, number] | 'lost' => {
  if (text === 'lost') return 'lost';
  const [low, high, ...more] = text.split('..');
  if (more.length > 0) throw new InputError(`${quoted(text)} is not a span; write it like 5s..8s`);
  const lowUs = durationUs(low);
  const highUs = high === undefined ? lowUs : durationUs(high);
  if (highUs >= lowUs) return [lowUs, highUs];
  throw new InputError(`${quoted(text)} runs backwards; write the smaller time first`);
}, 'From the fault until balancers stop sending there, such as 5s..8s; or lost: when the node counts as lost');

const names = DETECTION_PRESETS.map((one) => one.name);
const preset = (name: string): DetectionSpec => DETECTION_PRESETS.find((one) => one.name === name)!;

/** How failures are noticed and handled: a preset, or a preset with own numbers. */
export const detectionSchema = z
  .union([
    z.string(),
    z.strictObject({
      name: z.string().optional().describe('For reports'),
      like: z
        .string()
        .default('kubernetes')
        .describe(`The preset that fills in the rest: ${names.join(', ')}`),
      heartbeat: someDuration('A node says it lives every so long').optional(),
      grace: someDuration('Silence for so long makes it suspect').optional(),
      monitor: duration('... which is looked at every so long').optional(),
      evictAfter: duration('From "lost" to the eviction of its pods').optional(),
      endpointsAfter: span.optional(),
    }),
  ])
  .describe(`How failures are noticed and handled: ${names.join(', ')}, or own numbers`)
  .transform((written, context): DetectionSpec => {
    const like = typeof written === 'string' ? written : written.like;
    if (!names.includes(like)) {
      context.addIssue({
        code: 'custom',
        message: `there is no detection called ${quoted(like)}${suggestion(like, names)}`,
        ...(typeof written !== 'string' && { path: ['like'] }),
      });
      return z.NEVER;
    }
    const base = preset(like);
    if (typeof written === 'string') return base;
    const { heartbeat, grace, monitor, evictAfter, endpointsAfter } = written;
    return {
      ...base,
      name: written.name ?? `like ${like}`,
      source: 'own numbers',
      heartbeatUs: heartbeat ?? base.heartbeatUs,
      graceUs: grace ?? base.graceUs,
      monitorUs: monitor ?? base.monitorUs,
      evictAfterUs: evictAfter ?? base.evictAfterUs,
      endpointsAfterUs:
        endpointsAfter === undefined || endpointsAfter === 'lost' ? base.endpointsAfterUs : endpointsAfter,
      endpointsAtLost: endpointsAfter === undefined ? (base.endpointsAtLost ?? false) : endpointsAfter === 'lost',
    };
  });
