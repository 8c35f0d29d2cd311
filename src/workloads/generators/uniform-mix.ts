import { stream } from '../../sim/random.ts';
import { days, hours } from '../../sim/time.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import { clearRow, type PodRow } from '../../sim/pod-source.ts';
import { unitExponential } from '../../sim/ziggurat.ts';
import { capacity, machines, type MachineKind } from './machine-mix.ts';
import { withDefaults } from './options.ts';
import type { GeneratorOptions, WorkloadPreset } from './preset.ts';

const GIB = 1024 ** 3;
const MIX: readonly MachineKind[] = [{ weight: 1, cpuMilli: 32_000, memBytes: 128 * GIB }];

const DEFAULTS: GeneratorOptions = {
  pods: 10_000_000,
  days: 30,
  load: 0.8,
  nodes: 10_000,
  shapes: 300,
  batch: 1,
  longestHours: 1e6,
};

/** Memoryless arrivals and run times and equally frequent shapes: the plainest workload, for benches and as a control. */
export const uniformMix: WorkloadPreset = {
  name: 'uniform-mix',
  summary: 'Poisson arrivals, exponential run times, equally frequent shapes: no structure at all, and very fast',
  source: 'a control without a model in the real world; the month of 10 million pods on 10,000 nodes is its default',
  defaults: DEFAULTS,
  targets: [
    { statistic: 'arrivalsPerHour', value: 10_000_000 / 720, tolerance: 0.02 },
    { statistic: 'gapCv', value: 1, tolerance: 0.02 },
    { statistic: 'dispersion5Minutes', value: 1, tolerance: 0.3 },
    { statistic: 'runCvSquared', value: 1, tolerance: 0.05 },
    { statistic: 'distinctShapes', value: 300, tolerance: 0 },
  ],
  nodes: (changes) => machines(MIX, nodeCount(withDefaults('uniform-mix', DEFAULTS, changes))),
  pods(changes, seed) {
    const options = withDefaults('uniform-mix', DEFAULTS, changes);
    // Days and pods are both the length of the workload here, and their ratio the rate; load sets the run times.
    const pods = options.pods === Infinity ? DEFAULTS.pods : options.pods;
    const span = days(options.days === Infinity ? DEFAULTS.days : options.days);
    const requests = catalogue(options.shapes);
    const meanGapUs = span / pods;
    const meanRunUs = meanRun(options, requests, meanGapUs);
    const longestUs = hours(options.longestHours);
    const gaps = stream(seed, 'arrivals');
    const shapes = stream(seed, 'shapes');
    const runs = stream(seed, 'durations');
    let left = pods;
    let atUs = 0;
    return {
      next(row: PodRow): boolean {
        if (left === 0) return false;
        left--;
        atUs += unitExponential(gaps) * meanGapUs;
        clearRow(row);
        row.arrivesUs = Math.floor(atUs);
        row.request = requests[Math.floor(shapes.next() * requests.length)];
        row.runsUs = Math.min(longestUs, Math.floor(unitExponential(runs) * meanRunUs));
        return true;
      },
    };
  },
};

const nodeCount = (options: GeneratorOptions): number => options.nodes || DEFAULTS.nodes;

/** The run time at which the scarcest resource has the load asked for (Little's law). */
function meanRun(options: GeneratorOptions, requests: readonly PodRequest[], meanGapUs: number): number {
  const cluster = capacity(machines(MIX, nodeCount(options)));
  const sum = (of: (request: PodRequest) => number): number =>
    requests.reduce((total, request) => total + of(request), 0) / requests.length;
  const running = Math.min(
    cluster.cpuMilli / sum((request) => request.cpuMilli),
    cluster.memBytes / sum((request) => request.memBytes),
  );
  return options.load * running * meanGapUs;
}

/** Distinct shapes, the same for every seed: 0.1 to 4 cores in whole 100m, 1 to 6 GiB a core, in steps of 64 MiB. */
function catalogue(count: number): PodRequest[] {
  const draws = stream('catalogue', 'uniform-mix');
  const seen = new Set<string>();
  const requests: PodRequest[] = [];
  // Past some thousand shapes the steps run out, so they get finer with each miss.
  let step = 1;
  while (requests.length < count) {
    const cpuMilli = 100 + 100 * draws.below(40);
    const perCore = 1 + 5 * draws.next();
    const unit = (64 * 1024 * 1024) / step;
    const memBytes = unit * Math.max(1, Math.round((perCore * GIB * (cpuMilli / 1000)) / unit));
    const key = `${cpuMilli}/${memBytes}`;
    if (seen.has(key)) step = Math.min(step * 2, 65_536);
    else {
      seen.add(key);
      requests.push({ cpuMilli, memBytes });
    }
  }
  return requests;
}
