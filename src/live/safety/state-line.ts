import { z } from 'zod';
import type { StateLine } from './replay-state.ts';

const TEXT = z.string();
const TIME = z.number().min(0);
const MOMENT = z.looseObject({ simUs: TIME });

/** What is read again of each line; the rest of it is for people. */
const LINE = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('begin'),
    speed: z.number().positive(),
    scaleCpu: z.union([z.number().positive(), z.literal('shares')]),
    scaleMem: z.number().positive(),
    engines: z.array(z.looseObject({ name: TEXT, address: TEXT, nodes: z.array(TEXT) })),
    fromUs: TIME,
  }),
  z.looseObject({ kind: z.literal('step'), outcome: z.looseObject({ due: MOMENT }) }),
  z.looseObject({ kind: z.literal('time'), at: MOMENT }),
  z.looseObject({ kind: z.literal('trouble'), at: MOMENT }),
  z.looseObject({ kind: z.literal('end'), outcome: z.enum(['finished', 'interrupted', 'failed']) }),
  z.looseObject({ kind: z.enum(['process', 'checkpoint', 'sample', 'cleaned']) }),
]);

/** A line of `state.ndjson`; undefined: it was cut, or is none. */
export function stateLine(text: string): StateLine | undefined {
  try {
    return LINE.parse(JSON.parse(text)) as unknown as StateLine;
  } catch {
    return undefined;
  }
}
