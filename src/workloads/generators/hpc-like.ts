import { aliasTable, zipfWeights } from '../../sim/distributions.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import { stream } from '../../sim/random.ts';
import { hours, seconds } from '../../sim/time.ts';
import { arrivalsOf } from './arrivals.ts';
import { jobSource } from './job-source.ts';
import { withDefaults } from './options.ts';
import type { GeneratorOptions, WorkloadPreset } from './preset.ts';
import { quantileTable } from './run-times.ts';
import { sizeMixture } from './session-sizes.ts';

const GIB = 1024 ** 3;

/** Processors of a job and the share of jobs in %. */
const PROCESSORS: readonly (readonly [number, number])[] = [
  [1, 32.9], [2, 13.4], [3, 4.8], [4, 10.4], [5, 3.9], [6, 2.4], [7, 1.1], [8, 8.7], [9, 3.9], [10, 2.1], [12, 1.1],
  [15, 1], [16, 4.9], [17, 0.54], [20, 0.68], [24, 0.53], [25, 0.51], [32, 2.32], [40, 1], [48, 0.9], [64, 0.92],
  [72, 0.5], [80, 0.58], [94, 0.4],
]; // prettier-ignore

const RUN_TIMES: readonly (readonly [number, number])[] = [
  [0, 1], [0.05, 10], [0.1, 14], [0.2, 22], [0.3, 63], [0.4, 221], [0.5, 848], [0.6, 2680], [0.7, 7060],
  [0.8, 12_500], [0.9, 28_700], [0.95, 47_800], [0.99, 77_900], [0.999, 216_000], [1, 216_000],
]; // prettier-ignore

/** Run time over requested time, by run time: short jobs are over-estimated most. */
const ACCURACY = [
  { below: 60, ratio: quantileTable([[0, 0.0005], [0.1, 0.001], [0.2, 0.004], [0.3, 0.017], [0.5, 0.05], [0.7, 0.1], [0.9, 0.267], [0.95, 0.4], [1, 0.95]]) },
  { below: 1000, ratio: quantileTable([[0, 0.005], [0.1, 0.034], [0.3, 0.138], [0.5, 0.273], [0.7, 0.508], [0.9, 0.903], [1, 1]]) },
  { below: 10_000, ratio: quantileTable([[0, 0.04], [0.1, 0.167], [0.3, 0.436], [0.5, 0.64], [0.7, 0.815], [0.9, 0.985], [1, 1]]) },
  { below: Infinity, ratio: quantileTable([[0, 0.2], [0.1, 0.656], [0.3, 0.881], [0.5, 0.945], [0.7, 0.998], [1, 1]]) },
]; // prettier-ignore

/** Some requests are one of these round times in seconds, the next one up; the others are round to minutes. */
const MENU = [60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 5400, 7200, 10_800, 14_400, 18_000, 28_800, 36_000, 43_200,
  57_600, 86_400, 120_000, 172_800, 216_000]; // prettier-ignore

const HOUR_OF_DAY = [
  0.43, 0.38, 0.34, 0.21, 0.11, 0.08, 0.08, 0.19, 0.54, 1.3, 1.77, 1.81, 1.71, 1.81, 2.11, 2.08, 2.14, 1.91, 1.65, 0.82,
  0.75, 0.63, 0.57, 0.59,
];
const DAY_OF_WEEK = [1.09, 1.24, 1.29, 1.29, 1.11, 0.43, 0.55];

const SESSION = sizeMixture([
  { weight: 0.65, mean: 1 },
  { weight: 0.25, mean: 3 },
  { weight: 0.1, mean: 7 },
]);
const IN_SESSION = 250;
const JOBS_PER_HOUR = 3.49;

const DEFAULTS: GeneratorOptions = {
  pods: Infinity,
  days: 340,
  load: 0.7,
  nodes: 100,
  shapes: PROCESSORS.length,
  batch: 1,
  longestHours: 60,
};

/** A parallel machine with a batch queue: rigid jobs, over-estimated requested times, working hours. */
export const hpcLike: WorkloadPreset = {
  name: 'hpc-like',
  summary: 'a parallel machine as in SWF logs: rigid jobs with over-estimated run times, for queues and backfilling',
  source:
    'KTH-SP2 log of the Parallel Workloads Archive (L. Malinowsky): sizes, run times, accuracy of requests by run time, ' +
    'hours, weekdays, users; here `nodes` are the processors of one machine, and a job is one pod of as many CPUs; ' +
    'sizes and run times are drawn independently',
  defaults: DEFAULTS,
  targets: [
    { statistic: 'gapCv', value: 3.3, tolerance: 0.25 },
    { statistic: 'dispersion1Hour', value: 8.66, tolerance: 0.3 },
    { statistic: 'runSecondsP50', value: 848, tolerance: 0.2 },
    { statistic: 'runSecondsP90', value: 28_696, tolerance: 0.15 },
    { statistic: 'runSecondsMean', value: 8879, tolerance: 0.1 },
    { statistic: 'runCvSquared', value: 5.5, tolerance: 0.3 },
    { statistic: 'runOverEstimateP50', value: 0.41, tolerance: 0.2 },
    { statistic: 'users', value: 214, tolerance: 0.05 },
    { statistic: 'topUserShare', value: 0.084, tolerance: 0.25 },
  ],
  nodes(changes) {
    const { nodes } = withDefaults('hpc-like', DEFAULTS, changes);
    const processors = nodes || DEFAULTS.nodes;
    return [{ name: 'machine', cpuMilli: 1000 * processors, memBytes: processors * GIB }];
  },
  pods(changes, seed) {
    const options = withDefaults('hpc-like', DEFAULTS, changes);
    const processors = options.nodes || DEFAULTS.nodes;
    const longest = hours(options.longestHours) / seconds(1);
    const runTimes = quantileTable(RUN_TIMES, longest);
    const fitting = PROCESSORS.slice(0, options.shapes).filter(([size]) => size <= processors);
    const requests = fitting.map(([size]): PodRequest => ({ cpuMilli: 1000 * size, memBytes: size * GIB }));
    const total = fitting.reduce((sum, [, share]) => sum + share, 0);
    const meanSize = fitting.reduce((sum, [size, share]) => sum + (size * share) / total, 0);
    const jobsPerHour = (3600 * options.load * processors) / (meanSize * runTimes.mean);
    const arrivals = arrivalsOf(
      {
        sessionsPerHour: jobsPerHour / SESSION.mean,
        hourOfDay: HOUR_OF_DAY,
        dayOfWeek: DAY_OF_WEEK,
        drift: { deviation: 0.4, memoryHours: 4 },
        sessionSize: SESSION.draw,
        gapInSession: (IN_SESSION * JOBS_PER_HOUR) / SESSION.mean / 3600,
      },
      seed,
    );
    const shapes = stream(seed, 'shapes');
    const runs = stream(seed, 'durations');
    const users = stream(seed, 'users');
    const estimates = stream(seed, 'estimates');
    const pickUser = aliasTable(zipfWeights(214, 0.75));
    const pickSize = aliasTable(fitting.map(([, share]) => share));
    // A user's jobs of one session are alike in size (68 % of the jobs are as large as the same user's last).
    const open = () => ({ user: `user-${pickUser(users)}`, request: requests[pickSize(shapes)] });
    return jobSource(options, arrivals, open, (session, job) => {
      const run = runTimes.draw(runs);
      const { ratio } = ACCURACY.find(({ below }) => run < below)!;
      const asked = run / ratio.draw(estimates);
      const menu = estimates.next() < 0.3 ? MENU.find((round) => round >= asked) : 60 * Math.ceil(asked / 60);
      job.request = session.request;
      job.count = 1;
      job.runsUs = seconds(run);
      // The queue kills what exceeds its request, so the request is never below the run time.
      job.estimateUs = seconds(Math.max(run, Math.min(menu ?? longest, longest)));
      job.priority = 0;
      job.user = session.user;
    });
  },
};
