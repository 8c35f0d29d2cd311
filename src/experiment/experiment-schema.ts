import { z } from 'zod';

/** Any field may be a list; lists multiply. */
const oneOrMore = <T extends z.ZodType>(field: T) => z.union([field, z.array(field).min(1, 'the list is empty')]);

const optionValue = z.union([z.string(), z.number(), z.boolean()]);
const options = z
  .record(z.string(), oneOrMore(optionValue))
  .describe('Options of the reader or generator; see `baton trace --help`');
const transforms = z
  .union([z.string(), z.array(z.union([z.string(), z.array(z.string())]))])
  .describe('What is done to the pods, in this order; a list inside the list gives alternatives of one step');

const nodeGroup = z
  .strictObject({
    count: z.int().min(1).default(1).describe('How many such nodes'),
    cpu: z.union([z.string(), z.number()]).describe('Cores, or millicores as "1500m"'),
    memory: z.string().describe('Such as "256Gi"'),
    gpus: z.int().min(0).max(31).optional().describe('GPU devices per node'),
    gpuModel: z.string().optional(),
    zone: z.string().optional(),
  })
  .describe('Some equal nodes');

const cluster = z.union([
  z.string().describe('Nodes such as "16 x 32cpu 128Gi", or "preset:NAME" for the cluster of a generator'),
  z.strictObject({
    name: z.string().optional().describe('For reports'),
    nodes: z
      .union([z.string(), z.array(z.union([z.string(), nodeGroup])).min(1)])
      .describe('The nodes themselves: text, or a list of groups'),
  }),
  z.strictObject({
    name: z.string().optional().describe('For reports'),
    file: oneOrMore(z.string()).describe('A machine list, relative to this file'),
    format: z.string().optional().describe('Format of the machine list; default: found out'),
  }),
  z.strictObject({
    name: z.string().optional().describe('For reports'),
    generate: oneOrMore(z.string()).describe('The cluster that belongs to this preset'),
    options: options.optional(),
  }),
]);

const workload = z.union([
  z.string().describe('A trace file, or "preset:NAME" for a generator'),
  z.strictObject({
    name: z.string().optional().describe('For reports'),
    file: oneOrMore(z.string()).describe('A trace, relative to this file'),
    format: z.string().optional().describe('Format of the trace; default: found out from its name'),
    options: options.optional(),
    transforms: transforms.optional(),
  }),
  z.strictObject({
    name: z.string().optional().describe('For reports'),
    generate: oneOrMore(z.string()).describe('Preset of a synthetic generator'),
    options: options.optional(),
    transforms: transforms.optional(),
  }),
]);

const policy = z.union([
  z.string().describe('Such as "best-fit", "best-fit+shortest-first+easy", or "./mine.ts"'),
  z.strictObject({
    placement: oneOrMore(z.string())
      .describe('Where to put a pod: a built-in placement, or a file such as "./mine.ts"')
      .optional(),
    queue: oneOrMore(z.string()).describe('In which order waiting pods are tried; default fifo').optional(),
    backfill: oneOrMore(z.string()).describe('Who may pass the head of the queue; default any').optional(),
    name: z.string().optional().describe('For reports'),
  }),
]);

/** The shape of an experiment file. */
export const experimentSchema = z
  .strictObject({
    name: z.string().optional().describe('Title of the report'),
    clusters: oneOrMore(cluster).describe('Clusters to run on'),
    workloads: oneOrMore(workload).describe('What arrives'),
    policies: oneOrMore(policy).describe('Who decides'),
    seeds: z
      .union([z.string(), z.int().min(0), z.array(z.int().min(0)).min(1)])
      .optional()
      .describe('Such as 7, [1, 2, 3] or "1..10"; default "1..10" where chance plays a part, else 1'),
    whenFull: oneOrMore(z.enum(['wait', 'refuse']))
      .optional()
      .describe('What happens to a pod that fits nowhere now; default wait'),
    stopAfter: oneOrMore(z.string())
      .optional()
      .describe('Stop each run at this simulated time after its start, such as "7d"'),
  })
  .describe('An experiment of Baton: clusters x workloads x policies x seeds');

/** An experiment as it stands in the file. */
export type ExperimentText = z.input<typeof experimentSchema>;

/** The JSON Schema that editors check an experiment file against. */
export function experimentJsonSchema(): object {
  return {
    ...z.toJSONSchema(experimentSchema, { target: 'draft-2020-12', io: 'input' }),
    title: 'Baton experiment',
  };
}
