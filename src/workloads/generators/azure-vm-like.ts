import { aliasTable, zipfWeights } from '../../sim/distributions.ts';
import { stream } from '../../sim/random.ts';
import { hours, seconds } from '../../sim/time.ts';
import { arrivalsOf } from './arrivals.ts';
import { AZURE_BATCH_SIZES } from './azure-batch-sizes.ts';
import { jobSource } from './job-source.ts';
import type { MachineKind } from './machine-mix.ts';
import { withDefaults } from './options.ts';
import type { GeneratorOptions, WorkloadPreset } from './preset.ts';
import { quantileTable } from './run-times.ts';
import { scaled, ShapeMix } from './shape-mix.ts';
import { jobsPerHourFor, nodesFor, type Sizing } from './sizing.ts';

const GIB = 1024 ** 3;

/** Not published: two kinds of host of our choice, with a little more memory per core than the VMs ask for. */
const MIX: readonly MachineKind[] = [
  { weight: 2, cpuMilli: 48_000, memBytes: 96 * GIB },
  { weight: 1, cpuMilli: 64_000, memBytes: 256 * GIB },
];

const flavour = (weight: number, cores: number, gib: number) => ({
  weight,
  request: { cpuMilli: 1000 * cores, memBytes: gib * GIB },
});

/** The six flavours by their share of VMs, so drawn for each batch and used by all its VMs (80 % of batches have one). */
const FLAVOURS = [
  flavour(56.8, 1, 1.75),
  flavour(19.5, 2, 3.5),
  flavour(10.1, 4, 7),
  flavour(9.5, 8, 14),
  flavour(2.5, 8, 56),
  flavour(1.6, 1, 0.75),
];

/** Lifetimes in seconds, from the bins of the last 5.7 days. */
const LIFETIMES = [
  [0, 30],
  [0.029, 150],
  [0.14, 300],
  [0.262, 600],
  [0.364, 900],
  [0.472, 1250],
  [0.544, 1700],
  [0.605, 2400],
  [0.67, 3600],
  [0.756, 7200],
  [0.815, 14_400],
  [0.861, 24_000],
  [0.9, 34_200],
  [0.9225, 46_800],
  [0.958, 64_800],
  [0.9737, 86_400],
  [0.99, 130_000],
  [0.9974, 259_200],
  [1, 518_400],
] as const;

const HOUR_OF_DAY = [
  0.67, 0.65, 0.61, 0.61, 0.66, 0.8, 0.88, 0.96, 1.01, 1.11, 1.14, 1.14, 1.2, 1.31, 1.4, 1.36, 1.29, 1.29, 1.21, 1.04,
  0.97, 0.94, 0.82, 0.75,
];

const DEFAULTS: GeneratorOptions = {
  pods: Infinity,
  days: 30,
  load: 0.9,
  nodes: 0,
  shapes: FLAVOURS.length,
  batch: 1404,
  longestHours: 30 * 24,
};

const BATCHES_PER_HOUR = 633.6;
/** The share of batches whose VMs all live equally long (to within a bin of the trace). */
const LIVES_TOGETHER = 0.45;

/** First-party VMs of one Azure region: they come in batches of one user and flavour; most live less than an hour. */
export const azureVmLike: WorkloadPreset = {
  name: 'azure-vm-like',
  summary: 'virtual machines in batches of up to 1,404, six flavours, a clear day, lifetimes from minutes to days',
  source:
    'Azure Public Dataset V1 (Cortez et al., SOSP 2017; CC-BY), batches after Bergsma et al., SOSP 2021; the hosts, ' +
    'and users as a Zipf law, are our choice; the doubling of arrivals within the month is left out',
  defaults: DEFAULTS,
  targets: [
    { statistic: 'arrivalsPerHour', value: 633.6, tolerance: 0.05 },
    { statistic: 'dispersion5Minutes', value: 5.7, tolerance: 0.25 },
    { statistic: 'dayPeakToTrough', value: 2.27, tolerance: 0.3 },
    { statistic: 'podsPerArrivalMean', value: 4.9, tolerance: 0.15 },
    { statistic: 'podsPerArrivalP90', value: 7, tolerance: 0.15 },
    { statistic: 'podsPerArrivalP99', value: 68, tolerance: 0.2 },
    { statistic: 'singleShare', value: 0.57, tolerance: 0.05 },
    // 100 and 106 in the two parts that the batch sizes come from; 65 in the three weeks before.
    { statistic: 'podDispersion5Minutes', value: 103, tolerance: 0.3 },
    { statistic: 'runSecondsP50', value: 1500, tolerance: 0.15 },
    { statistic: 'runSecondsP90', value: 34_200, tolerance: 0.15 },
    { statistic: 'runSecondsP99', value: 130_000, tolerance: 0.15 },
    { statistic: 'distinctShapes', value: 6, tolerance: 0 },
    { statistic: 'topShapeShare', value: 0.568, tolerance: 0.1 },
  ],
  nodes: (changes) => {
    const options = withDefaults('azure-vm-like', DEFAULTS, changes);
    return nodesFor(options, model(options).sizing);
  },
  pods(changes, seed) {
    const options = withDefaults('azure-vm-like', DEFAULTS, changes);
    const { sizing, mix, batch, lifetimes } = model(options);
    const arrivals = arrivalsOf(
      {
        sessionsPerHour: jobsPerHourFor(options, sizing),
        hourOfDay: HOUR_OF_DAY,
        drift: { deviation: 0.12, memoryHours: 3 },
      },
      seed,
    );
    const shapes = stream(seed, 'shapes');
    const lives = stream(seed, 'durations');
    const sizes = stream(seed, 'sizes');
    const users = stream(seed, 'users');
    const pickUser = aliasTable(zipfWeights(2000, 0.9));
    const live = (): number => seconds(lifetimes.draw(lives));
    return jobSource(options, arrivals, pickUserName, (user, job) => {
      job.request = mix.draw(shapes);
      job.count = Math.max(1, Math.min(options.batch, Math.round(batch.draw(sizes))));
      job.runsUs = live();
      job.ownRuns = lives.next() < LIVES_TOGETHER ? undefined : live;
      job.priority = 0;
      job.user = user;
    });

    function pickUserName(): string {
      return `subscription-${pickUser(users)}`;
    }
  },
};

function model(options: GeneratorOptions) {
  const lifetimes = quantileTable(LIFETIMES, hours(options.longestHours) / seconds(1));
  const batch = quantileTable(AZURE_BATCH_SIZES, options.batch);
  const mix = new ShapeMix(FLAVOURS.slice(0, options.shapes));
  const perJob = scaled(mix.mean, lifetimes.mean * batch.mean);
  const sizing: Sizing = { mix: MIX, jobsPerHour: BATCHES_PER_HOUR, perJob };
  return { lifetimes, batch, mix, sizing };
}
