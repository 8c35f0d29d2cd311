import { z } from 'zod';
import type { TrafficField } from '../../workloads/traffic/traffic-kind.ts';

/** What a kind's options look like in the file; what they mean is checked when the traffic is made. */
export type KindOptions = Readonly<Record<string, unknown>>;

/** Something with named options, as traffic and batches are registered. */
interface Kind {
  readonly name: string;
  readonly summary: string;
  readonly fields: readonly TrafficField[];
}

/** The options of a kind of traffic as a map, for editors and for the names of fields. */
export function kindSchema({ fields, summary }: Kind) {
  const shape = Object.fromEntries(
    fields.map((field) => {
      const schema = valueSchema(field).describe(field.meaning);
      return [field.name, field.required === true ? schema : schema.optional()];
    }),
  );
  return z.strictObject(shape).describe(summary);
}

function valueSchema(field: TrafficField): z.ZodType {
  const scalar = z.union([z.string(), z.number()]);
  switch (field.kind) {
    case 'switch':
      return z.boolean();
    case 'choice':
      return z.enum(field.choices ?? []);
    case 'numbers':
      return z.array(z.number());
    case 'texts':
      return z.union([scalar, z.array(scalar)]);
    case 'points':
      return z.array(z.array(scalar).length(2));
    default:
      return scalar;
  }
}
