import { aliasTable, zipfWeights } from '../../sim/distributions.ts';
import { stream } from '../../sim/random.ts';
import { hours, seconds } from '../../sim/time.ts';
import { arrivalsOf } from './arrivals.ts';
import { jobSource } from './job-source.ts';
import { OPENB_MACHINES, OPENB_SHAPES } from './openb-shapes.ts';
import { withDefaults } from './options.ts';
import type { GeneratorOptions, WorkloadPreset } from './preset.ts';
import { bodyAndTail } from './run-times.ts';
import { scaled, ShapeMix } from './shape-mix.ts';
import { jobsPerHourFor, nodesFor, type Sizing } from './sizing.ts';

const DEFAULTS: GeneratorOptions = {
  pods: 100_000,
  days: Infinity,
  load: 0.95,
  nodes: 1523,
  shapes: OPENB_SHAPES.length,
  batch: 1,
  longestHours: 30 * 24,
};

/** Weibull gaps with the published CV of 1.71; `mean` is that of the unit scale, the gamma function at 1 + 1 / shape. */
const GAPS = { shape: 0.613, mean: 1.463987782240694 };

/** Service classes as the trace has them, with priorities of our choice. */
const CLASSES = [
  { share: 57, priority: 100 },
  { share: 41.7, priority: 0 },
  { share: 1.2, priority: 50 },
  { share: 0.1, priority: 200 },
];

/** A shared GPU cluster: most pods want one GPU or a part of one, and the GPUs are what is short. */
export const gpuOpenbLike: WorkloadPreset = {
  name: 'gpu-openb-like',
  summary: 'a GPU cluster with shared devices: 38 % of the pods want a part of a GPU, a few want all eight',
  source:
    'Alibaba cluster-trace-gpu-v2023 (openb): machines, requests, service classes, run times, CV of the gaps; the trace ' +
    'is a sample of pods, so the rate of arrivals follows from `load`; its users are not known, 40 by a Zipf law are ours',
  defaults: DEFAULTS,
  targets: [
    { statistic: 'gapCv', value: 1.71, tolerance: 0.1 },
    { statistic: 'runSecondsP10', value: 80, tolerance: 0.35 },
    { statistic: 'runSecondsP50', value: 540, tolerance: 0.2 },
    { statistic: 'runSecondsP90', value: 6573, tolerance: 0.2 },
    { statistic: 'runSecondsP99', value: 96_500, tolerance: 0.25 },
    { statistic: 'gpuPodShare', value: 0.867, tolerance: 0.03 },
    { statistic: 'topShapeShare', value: 0.128, tolerance: 0.1 },
  ],
  nodes: (changes) => {
    const options = withDefaults('gpu-openb-like', DEFAULTS, changes);
    return nodesFor(options, model(options).sizing);
  },
  pods(changes, seed) {
    const options = withDefaults('gpu-openb-like', DEFAULTS, changes);
    const { sizing, mix, runTimes } = model(options);
    const arrivals = arrivalsOf({ sessionsPerHour: jobsPerHourFor(options, sizing), gaps: GAPS }, seed);
    const shapes = stream(seed, 'shapes');
    const runs = stream(seed, 'durations');
    const users = stream(seed, 'users');
    const pickUser = aliasTable(zipfWeights(40, 1));
    const pickClass = aliasTable(CLASSES.map(({ share }) => share));
    return jobSource(
      options,
      arrivals,
      () => `team-${pickUser(users)}`,
      (user, job) => {
        job.request = mix.draw(shapes);
        job.count = 1;
        job.runsUs = seconds(runTimes.draw(runs));
        job.priority = CLASSES[pickClass(users)].priority;
        job.user = user;
      },
    );
  },
};

function model(options: GeneratorOptions) {
  const longest = hours(options.longestHours) / seconds(1);
  // The published lognormal, and beyond 26,500 s the tail that its p99 of 96,500 s calls for.
  const runTimes = bodyAndTail({ mu: 6.44, sigma: 1.88, tailShare: 0.03, tailFrom: 26_500, alpha: 0.85 }, longest);
  const mix = new ShapeMix(OPENB_SHAPES.slice(0, options.shapes));
  const sizing: Sizing = { mix: OPENB_MACHINES, jobsPerHour: 232 / 24, perJob: scaled(mix.mean, runTimes.mean) };
  return { runTimes, mix, sizing };
}
