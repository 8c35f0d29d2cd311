import { z } from 'zod';
import { bytes, count, cpu, duration, nameKey, price, timing, unitField } from './fields.ts';
import { bytesOfQuantity } from '../../sim/quantity.ts';

const scalarText = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** Bytes per second: `100Mi/s`. */
export const bandwidth = unitField((text) => bytesOfQuantity(text.replace(/\s*\/\s*s$/, '')), 'Such as 100Mi/s');

const nodeGroup = z
  .strictObject({
    instance: z
      .string()
      .optional()
      .describe('An instance type of the catalogue, such as m5.xlarge: size, price and power come with it'),
    cpu: cpu('Cores, or millicores as 1500m').optional(),
    memory: bytes('Such as 16Gi').optional(),
    storage: bytes('Ephemeral storage').optional(),
    gpus: count('GPU devices', 0, 31).optional(),
    gpuModel: z.string().optional(),
    podLimit: count('Most pods on one node', 1, 10_000).optional(),
    count: count('Nodes at the start; default 1 (or min)', 0, 100_000).optional(),
    min: count('Fewest nodes that scaling keeps; default: count', 0, 100_000).optional(),
    max: count('Most nodes that scaling buys; default: count', 0, 100_000).optional(),
    zones: z.array(nameKey).optional().describe('Nodes are dealt to these in turn; default: all zones of the cluster'),
    racks: count('Racks in each zone; default: those of the cluster', 0, 10_000).optional(),
    price: price('Such as $0.192/h; default: that of the instance type, else 0').optional(),
    spot: z.boolean().default(false).describe('Spot machines: cheaper, and taken away by weather'),
    boot: timing('From order to ready; default 90s').optional(),
    pull: bandwidth.optional().describe('Image pulls of one node share it; default 125M/s'),
    idleWatts: z
      .number()
      .min(0)
      .max(100_000)
      .optional()
      .describe('Power of an idle node; default: of the instance type'),
    busyWatts: z.number().min(0).max(100_000).optional().describe('Power when all CPUs are busy'),
    labels: z.record(z.string(), scalarText).optional(),
    taints: z.array(z.string()).optional().describe('Keep away pods that do not tolerate them'),
  })
  .describe('Some equal machines');

const watts = (meaning: string) => z.number().min(0).max(100_000).optional().describe(meaning);

const ownInstance = z
  .strictObject({
    cpu: cpu('Cores, or millicores as 1500m').optional(),
    memory: bytes('Such as 16Gi').optional(),
    price: price('On demand, such as $0.192/h').optional(),
    spotPrice: price('As a spot machine').optional(),
    gpus: count('GPU devices', 0, 31).optional(),
    gpuModel: z.string().optional(),
    idleWatts: watts('Power when idle'),
    busyWatts: watts('Power when all CPUs are busy'),
  })
  .describe('An instance type of your own; of one that is in the catalogue, what is written replaces its part');

export type OwnInstanceText = z.output<typeof ownInstance>;

/** The machines, and where they stand. */
export const clusterSchema = z.union([
  z.string().describe('Nodes such as "3 x m5.xlarge zone=a,b,c" or "4 x 8cpu 32Gi"'),
  z.strictObject({
    name: z.string().optional().describe('For reports'),
    zones: z.array(nameKey).optional().describe('Zones; default: those that groups name'),
    racks: count('Racks in each zone; 0: racks are not modelled', 0, 10_000).default(0),
    groups: z
      .union([z.string(), z.record(nameKey, nodeGroup)])
      .describe('Groups of equal machines by name, or nodes as text'),
    instances: z.record(z.string(), ownInstance).optional().describe('Instance types of your own, by name'),
    delays: z
      .strictObject({
        within: duration('One way, between nodes of one zone').default(250),
        between: duration('One way, between zones').default(1000),
        outside: duration('One way, between clients outside and any zone').default(0),
      })
      .optional()
      .describe('Time on the way'),
    zoneTraffic: z
      .strictObject({
        usdPerGb: z.number().min(0).max(1000).default(0.02).describe('What a gigabyte between zones costs'),
        requestBytes: bytes('Bytes of a request and its answer').default(10_000),
      })
      .optional()
      .describe('What traffic between zones costs; default: 10 kB a request at $0.02 a GB'),
    carbon: z
      .union([z.number().min(0).max(10), z.string()])
      .optional()
      .describe('Kilograms of carbon dioxide of a kilowatt-hour, or a region such as us-east-1; default 0.4'),
  }),
]);

export type ClusterText = z.output<typeof clusterSchema>;
export type NodeGroupText = z.output<typeof nodeGroup>;
