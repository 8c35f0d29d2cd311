import { aliasTable } from '../../sim/distributions.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import { stream } from '../../sim/random.ts';
import { hours, seconds } from '../../sim/time.ts';
import { arrivalsOf } from './arrivals.ts';
import { jobSource } from './job-source.ts';
import type { MachineKind } from './machine-mix.ts';
import { withDefaults } from './options.ts';
import type { GeneratorOptions, WorkloadPreset } from './preset.ts';
import { quantileTable } from './run-times.ts';
import { sizeMixture } from './session-sizes.ts';
import { jobsPerHourFor, nodesFor, type Sizing } from './sizing.ts';

const GIB = 1024 ** 3;
/** CPU and memory that go with a GPU: an eighth of the larger machine, less a little for the system. */
const PER_GPU = { cpuMilli: 5000, memBytes: 56 * GIB };

/** Two kinds of machine as in the Philly cluster (2 and 8 GPUs); CPU and memory are our choice. */
const MIX: readonly MachineKind[] = [
  { weight: 321, cpuMilli: 12_000, memBytes: 128 * GIB, gpuCount: 2, gpuModel: 'P100' },
  { weight: 231, cpuMilli: 48_000, memBytes: 512 * GIB, gpuCount: 8, gpuModel: 'P40' },
];

const workers = (gpus: number): PodRequest => ({
  cpuMilli: gpus * PER_GPU.cpuMilli,
  memBytes: gpus * PER_GPU.memBytes,
  gpuCount: gpus,
});
const ONE = workers(1);
const FOUR = workers(4);
const EIGHT = workers(8);

type Quantiles = readonly (readonly [number, number])[];
const ONE_GPU: Quantiles = [
  [0, 15], [0.05, 52], [0.1, 62], [0.2, 76], [0.3, 215], [0.4, 600], [0.5, 1120], [0.6, 1730], [0.7, 2460],
  [0.8, 3750], [0.9, 8510], [0.95, 19_100], [0.99, 135_000], [0.999, 869_000], [1, 3_260_000],
]; // prettier-ignore
const TWO_GPUS: Quantiles = [
  [0, 2], [0.05, 9], [0.2, 15], [0.5, 21], [0.7, 33], [0.8, 150], [0.85, 20_000], [0.9, 73_600], [0.95, 197_000],
  [0.99, 526_000], [1, 2_580_000],
]; // prettier-ignore
const FOUR_GPUS: Quantiles = [
  [0, 3], [0.05, 75], [0.1, 138], [0.2, 406], [0.3, 1700], [0.4, 7480], [0.5, 17_400], [0.6, 36_300], [0.7, 78_700],
  [0.8, 106_000], [0.9, 185_000], [0.95, 274_000], [0.99, 909_000], [1, 2_750_000],
]; // prettier-ignore
const EIGHT_GPUS: Quantiles = [
  [0, 2], [0.05, 125], [0.1, 216], [0.2, 783], [0.3, 3940], [0.4, 12_400], [0.5, 23_700], [0.6, 64_800],
  [0.7, 141_000], [0.8, 203_000], [0.9, 352_000], [0.95, 526_000], [0.99, 1_070_000], [1, 4_630_000],
]; // prettier-ignore
const MORE_GPUS: Quantiles = [
  [0, 5], [0.05, 35], [0.1, 69], [0.2, 345], [0.3, 880], [0.4, 3170], [0.5, 21_100], [0.6, 53_900], [0.7, 73_700],
  [0.8, 160_000], [0.9, 253_000], [0.95, 446_000], [0.99, 1_150_000], [1, 1_710_000],
]; // prettier-ignore

/** Job sizes in GPUs: their share in %, how they are split into workers, and their run times. */
const SIZES = [
  { share: 93.17, count: 1, request: ONE, quantiles: ONE_GPU },
  { share: 2.21, count: 2, request: ONE, quantiles: TWO_GPUS },
  { share: 2.27, count: 4, request: ONE, quantiles: FOUR_GPUS },
  { share: 1, count: 1, request: EIGHT, quantiles: EIGHT_GPUS },
  { share: 1, count: 2, request: FOUR, quantiles: EIGHT_GPUS },
  { share: 0.25, count: 2, request: EIGHT, quantiles: MORE_GPUS },
  { share: 0.08, count: 4, request: EIGHT, quantiles: MORE_GPUS },
  { share: 0.02, count: 8, request: EIGHT, quantiles: MORE_GPUS },
];

/** Shares of jobs of the virtual clusters. */
const TENANTS = [50.1, 19.6, 12.1, 9, 2.4, 1.8, 1.7, 1.4, 0.9, 0.5, 0.45];

const JOBS_PER_HOUR = 31.4;
const SESSION = sizeMixture([
  { weight: 0.78, mean: 1 },
  { weight: 0.16, mean: 3 },
  { weight: 0.06, mean: 30 },
]);
const IN_SESSION = 8;

const DEFAULTS: GeneratorOptions = {
  pods: Infinity,
  days: 109,
  load: 0.9,
  nodes: 0,
  shapes: 3,
  batch: 8,
  longestHours: 54 * 24,
};

/** Training of deep networks: mostly one-GPU jobs, but the gangs of several workers take most of the GPU time. */
export const dlTrainingLike: WorkloadPreset = {
  name: 'dl-training-like',
  summary: 'deep-learning training: gangs of GPU workers that start together, violent bursts, run times up to weeks',
  source:
    'Philly (Jeon et al., USENIX ATC 2019; CC-BY), the 82,247 jobs of the Sia artifact: sizes, run times by size, ' +
    'arrivals, virtual clusters; how a job is split into workers, and their CPU and memory, is our choice; the dozen ' +
    'gaps of 14 to 69 hours that raise its CV of gaps from 4.8 to 15 are left out',
  defaults: DEFAULTS,
  targets: [
    { statistic: 'arrivalsPerHour', value: 31.4, tolerance: 0.25 },
    { statistic: 'dispersion5Minutes', value: 36.6, tolerance: 0.35 },
    { statistic: 'dispersion1Hour', value: 164, tolerance: 0.5 },
    { statistic: 'gapCv', value: 4.8, tolerance: 0.4 },
    { statistic: 'singleShare', value: 0.942, tolerance: 0.03 },
    { statistic: 'runSecondsP50', value: 1144, tolerance: 0.25 },
    { statistic: 'topResourceTimeShare', value: 0.67, tolerance: 0.15 },
    { statistic: 'multiGpuTimeShare', value: 0.82, tolerance: 0.1 },
    { statistic: 'topUserShare', value: 0.501, tolerance: 0.15 },
  ],
  nodes: (changes) => {
    const options = withDefaults('dl-training-like', DEFAULTS, changes);
    return nodesFor(options, model(options).sizing);
  },
  pods(changes, seed) {
    const options = withDefaults('dl-training-like', DEFAULTS, changes);
    const { sizing, sizes } = model(options);
    const arrivals = arrivalsOf(
      {
        sessionsPerHour: jobsPerHourFor(options, sizing) / SESSION.mean,
        drift: { deviation: 1.3, memoryHours: 3 },
        sessionSize: SESSION.draw,
        gapInSession: (IN_SESSION * JOBS_PER_HOUR) / SESSION.mean / 3600,
      },
      seed,
    );
    const shapes = stream(seed, 'shapes');
    const runs = stream(seed, 'durations');
    const users = stream(seed, 'users');
    const pickTenant = aliasTable(TENANTS);
    const pickSize = aliasTable(sizes.map(({ share }) => share));
    return jobSource(
      options,
      arrivals,
      () => `vc-${pickTenant(users)}`,
      (tenant, job) => {
        const size = sizes[pickSize(shapes)];
        job.request = size.request;
        job.count = size.count;
        job.isGang = size.count > 1;
        job.runsUs = seconds(size.runTimes.draw(runs));
        job.priority = 0;
        job.user = tenant;
      },
    );
  },
};

function model(options: GeneratorOptions) {
  const longest = hours(options.longestHours) / seconds(1);
  const sizes = SIZES.filter(({ count }) => count <= options.batch).map((size) => ({
    ...size,
    runTimes: quantileTable(size.quantiles, longest),
  }));
  const perJob = { cpuMilli: 0, memBytes: 0, gpuMilli: 0 };
  const shares = sizes.reduce((sum, { share }) => sum + share, 0);
  for (const { share, count, request, runTimes } of sizes) {
    const amount = (share / shares) * count * runTimes.mean;
    perJob.cpuMilli += amount * request.cpuMilli;
    perJob.memBytes += amount * request.memBytes;
    perJob.gpuMilli += amount * 1000 * (request.gpuCount ?? 0);
  }
  const sizing: Sizing = { mix: MIX, jobsPerHour: JOBS_PER_HOUR, perJob };
  return { sizes, sizing };
}
