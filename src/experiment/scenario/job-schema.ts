import { z } from 'zod';
import { count, times } from './fields.ts';

const optionValue = z.union([z.string(), z.number(), z.boolean()]);

const common = {
  options: z.record(z.string(), optionValue).optional().describe('Options of the reader or generator'),
  transforms: z.array(z.string()).optional().describe('What is done to the pods, in this order'),
  usage: times('CPU that a job uses over what it requests; above 1 it takes what others leave', 0, 100).default(1),
  restarts: count('How often an evicted or failed job is started again, from its beginning', 0, 1000).default(10),
};

/** Jobs beside the services: a workload as in an experiment. */
export const jobsSchema = z
  .record(
    z.string().regex(/^[A-Za-z][\w-]{0,62}$/, 'is not a name; write letters, digits, - and _, a letter first'),
    z.union([
      z.string().describe('"preset:NAME[,key=value...]", or a trace file'),
      z.strictObject({ generate: z.string().describe('Preset of a synthetic generator'), ...common }),
      z.strictObject({
        file: z.string().min(1).describe('A trace, relative to this file'),
        format: z.string().optional().describe('Format of the trace; default: found out'),
        ...common,
      }),
    ]),
  )
  .describe('Jobs beside the services, by name: pods that arrive, run and end');
