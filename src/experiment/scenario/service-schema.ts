import { z } from 'zod';
import { clientSchema } from './client-schema.ts';
import { bytes, count, cpu, duration, nameKey, share, someDuration, times, timing, unitField } from './fields.ts';
import { wholeNumberOf } from '../../sim/quantity.ts';
import { shareOf } from '../../sim/unit-text.ts';

const probe = (meaning: string) =>
  z
    .union([
      z.boolean(),
      z.strictObject({
        delay: duration('Before the first probe').default(0),
        period: someDuration('Between probes').default(10e6),
        timeout: someDuration('Until a probe counts as failed').default(1e6),
        successes: count('In a row to be well', 1, 100).default(1),
        failures: count('In a row to be unwell', 1, 100).default(3),
      }),
    ])
    .describe(`${meaning}; true for Kubernetes' defaults`);

const call = z.union([
  nameKey,
  z.strictObject({
    service: nameKey.describe('The service called'),
    chance: share('Chance that the call is made').default(1),
    copies: count('Calls made at once, all of which must answer', 1, 1000).default(1),
    required: z.boolean().default(true).describe('Whether its failure fails the caller'),
    client: clientSchema.optional(),
  }),
]);

/** One service: replicas of one pod that answer requests. */
export const serviceSchema = z
  .strictObject({
    cpu: cpu('What a replica requests, such as 500m; default 500m').default(500),
    memory: bytes('What a replica requests; default 512Mi').default(512 * 2 ** 20),
    cpuLimit: cpu('Hard limit (CFS quota); default: none').optional(),
    memoryLimit: bytes('A replica that needs more is killed; default: none').optional(),
    gpus: count('GPU devices of a replica', 0, 31).optional(),
    gpuModels: z.array(z.string()).optional(),
    nodeLabels: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))
      .optional()
      .describe('Labels that a node must carry'),
    tolerates: z.array(z.string()).optional().describe('Taints that do not keep it away'),
    replicas: count('Replicas at the start; default 2', 0, 100_000).default(2),
    min: count('Fewest replicas that scaling keeps; default 1 (0 with replicas: 0)', 0, 100_000).optional(),
    max: count('Most replicas that scaling asks for; default 10 times replicas', 0, 100_000).optional(),
    priority: z.int().min(-1_000_000).max(1_000_000).default(0),
    work: timing('Own work of a request at full speed, such as "exponential 20ms"').default({
      kind: 'exponential',
      meanUs: 20_000,
    }),
    concurrency: count('Requests that one replica serves at once; default 10', 1, 100_000).default(10),
    queue: unitField(
      (text): number | null => (text === 'unlimited' ? null : wholeNumberOf(text, 0, 1e9)),
      'Requests that may wait at a replica; more are turned away; default unlimited',
    ).optional(),
    cpuPerRequest: cpu('CPU of a request while it is worked on; default: cpu over concurrency').optional(),
    memoryBase: bytes('What an idle replica uses; default half of memory').optional(),
    memoryPerRequest: bytes('More for each request at the replica').default(0),
    memoryLeak: bytes('Never given back, for each request served').default(0),
    calls: z
      .array(z.union([call, z.array(call)]))
      .optional()
      .describe('Services called after the own work, one after the other; those in a list inside at the same time'),
    holdsPlace: z
      .boolean()
      .default(true)
      .describe('Whether a request keeps its place at the replica while it waits for its calls'),
    image: bytes('Size of the image to be pulled; default 200M').default(200e6),
    imageLayers: count('Layers of the image', 1, 1000).default(5),
    boot: timing('From the image being there to the process answering; default 2s').default({
      kind: 'constant',
      meanUs: 2e6,
    }),
    warmUp: duration('For so long after its boot it works slower').default(0),
    warmUpSpeed: share('... at this speed').default(0.5),
    readiness: probe('When it is sent requests; default: as soon as it has booted').optional(),
    liveness: probe('When it is restarted; default: never').optional(),
    grace: duration('From the order to stop to the kill, at most').default(30e6),
    ignoresStop: z.boolean().default(false).describe('Whether it takes the whole grace'),
    startsAfter: z.array(nameKey).optional().describe('Starts only when these services have a ready replica'),
    minAvailable: unitField(
      (text): { replicas: number } | { share: number } =>
        text.includes('%') ? { share: shareOf(text) } : { replicas: wholeNumberOf(text, 0, 100_000) },
      'Drains and consolidation keep so many ready: 2, or 50%',
    ).optional(),
    balancers: count('Independent load balancers in front of it', 1, 1000).default(1),
    stale: duration('Age of the load that balancers see').default(0),
    slowStart: duration("A new replica's share of requests rises over this time").default(0),
    activator: duration('A call that finds no replica waits so long for one; default: it fails at once').default(0),
  })
  .describe('A service: replicas of one pod that answer requests');

export type ServiceText = z.output<typeof serviceSchema>;
export type CallText = z.output<typeof call>;

/** A new version of a service. */
export const deploymentSchema = z
  .strictObject({
    service: nameKey,
    at: duration('When it begins'),
    work: times("The new version's own work, relative to the old one's", 0.001, 1000).default(1),
    failures: share('Share of its requests that the new version fails').default(0),
    memory: times('Memory of the new version, relative to the old one', 0.001, 1000).default(1),
  })
  .describe('A new version of a service at some time; policies.deployment says how it is rolled out');
