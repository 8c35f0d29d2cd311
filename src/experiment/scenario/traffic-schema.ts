import { z } from 'zod';
import { BATCH_KINDS } from '../../workloads/traffic/batch-kinds.ts';
import { trafficKinds } from '../../workloads/traffic/traffic-kinds.ts';
import { clientSchema } from './client-schema.ts';
import { count, duration, nameKey, rate, someDuration, times, timing } from './fields.ts';
import { kindSchema, type KindOptions } from './traffic-fields.ts';

/** Kinds by name, each optional; a plain rate is the constant kind. */
const kindsThat = (...makes: string[]) =>
  Object.fromEntries(
    trafficKinds
      .filter((kind) => makes.includes(kind.makes) && kind.name !== 'constant')
      .map((kind) => [kind.name, kindSchema(kind).optional()]),
  ) as Record<string, z.ZodOptional<z.ZodType<KindOptions>>>;

const constant = rate('The same all the time, such as 200/s').optional();
const shapes = { rate: constant, ...kindsThat('rate', 'factor') };

/** Kinds that are needed twice, or in a list. */
const further = z
  .array(z.looseObject({ kind: z.string().describe('A kind of traffic, such as spike') }))
  .optional()
  .describe('More of the same: kinds that are needed twice, each { kind: spike, ... }');

const trafficItem = z
  .strictObject({
    to: nameKey.optional().describe('The service asked; default: the one of the same name'),
    ...shapes,
    ...kindsThat('requests'),
    shapes: further,
    otherwise: z
      .strictObject({ ...shapes, shapes: further })
      .optional()
      .describe('Made traffic, taken when the recording is below BATON_TRACE_DIR and that is not set'),
    users: z
      .union([count('Users', 0, 10_000_000), z.strictObject({ ...kindsThat('rate', 'factor'), shapes: further })])
      .optional()
      .describe('So many users, each of whom waits for the answer, thinks, and asks again; or a shape of their number'),
    think: timing('How long a user thinks; default "exponential 5s"').optional(),
    adjust: z
      .strictObject({
        compress: times('Time runs so many times as fast', 0.001, 1e6).optional(),
        delay: duration('Everything comes so much later').optional(),
        from: duration('Nothing before').optional(),
        until: someDuration('Nothing after').optional(),
        repeat: someDuration('What has come until then comes again and again').optional(),
        factor: times('Times so much', 0, 1e9).optional(),
        mean: rate('Scaled to this mean over the run').optional(),
        peak: rate('Scaled to this highest rate over the run').optional(),
        least: rate('Never less').optional(),
        most: rate('Never more').optional(),
      })
      .optional()
      .describe('Changes to the sum of all shapes'),
    spacing: z
      .enum(['poisson', 'even'])
      .optional()
      .describe('Independent of each other (default), or as regular as the rate allows'),
    batch: z
      .union([
        z.number().min(1).max(100_000),
        z.strictObject(Object.fromEntries(BATCH_KINDS.map((kind) => [kind.name, kindSchema(kind).optional()]))),
      ])
      .optional()
      .describe('Requests that come at once: their mean number, or a kind such as { azure-vm: {} }'),
    from: nameKey.optional().describe('The zone where its clients are; default: outside'),
    client: clientSchema.optional(),
  })
  .describe('Requests from outside; shapes written together are added up, factors multiply the sum');

/** Traffic by name. */
export const trafficSchema = z
  .record(nameKey, z.union([rate('Requests a second, such as 200/s'), trafficItem]))
  .describe('Requests from outside, by name; the name is the service asked unless "to" says another');

export type TrafficItem = z.output<typeof trafficItem>;
