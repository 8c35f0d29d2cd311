import type {
  ReplicaSize,
  UsageSample,
  VerticalDecision,
  VerticalPolicy,
  VerticalScaler,
} from '../../sim/scaling/vertical-policy.ts';
import { hours, minutes, seconds } from '../../sim/time.ts';
import { numberOf, textOf } from '../option-values.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { confidence, lowerFactor, upperFactor } from './confidence.ts';
import { DecayingHistogram } from './decaying-histogram.ts';
import { CPU_BUCKETS, MEMORY_BUCKETS } from './histogram-buckets.ts';
import { MemoryPeaks } from './memory-peaks.ts';

/** Every CPU sample weighs the same (kubernetes/autoscaler at 2026-08-22; before, it weighed as much as the request). */
const CPU_WEIGHT = 0.1;
/** The least that a pod is given, over its containers: 25 millicores and 250 MiB. */
const LEAST_CPU_MILLI = 25;
const LEAST_MEMORY_BYTES = 250 * 1024 * 1024;
/** After running out of memory: 100 MiB or 20 % more, whichever is more. */
const BUMP_BYTES = 100 * 1024 * 1024;
const BUMP_FACTOR = 1.2;
/** An amount beyond any machine: upstream's largest. */
const LARGEST = 1e14;

/**
 * The recommender and the updater of the Kubernetes vertical pod autoscaler: requests that cover nine tenths of the CPU
 * samples and of the daily memory peaks of the last days, with a margin. Saves what nobody uses; a replica pays for a new
 * size with a restart, and a load that grows faster than days finds it late.
 */
export const percentileHistogram: PolicyFamily<VerticalPolicy> = {
  name: 'percentile-histogram',
  summary: 'requests at a high percentile of what was used, as the Kubernetes VPA',
  source: 'kubernetes/autoscaler, vertical-pod-autoscaler/pkg (2026-08-22)',
  options: [
    {
      name: 'mode',
      kind: 'choice',
      default: 'recreate',
      choices: ['off', 'initial', 'recreate', 'in-place'],
      meaning:
        'What becomes of a recommendation: nothing, new replicas get it, running ones are evicted for it, or they are resized where they run.',
    },
    {
      name: 'target',
      kind: 'share',
      default: 0.9,
      minimum: 0,
      maximum: 1,
      meaning: 'The percentile that is recommended.',
    },
    {
      name: 'lower',
      kind: 'share',
      default: 0.5,
      minimum: 0,
      maximum: 1,
      meaning: 'The percentile below which a request is too small.',
    },
    {
      name: 'upper',
      kind: 'share',
      default: 0.95,
      minimum: 0,
      maximum: 1,
      meaning: 'The percentile above which a request is too large.',
    },
    { name: 'margin', kind: 'share', default: 0.15, minimum: 0, maximum: 10, meaning: 'Added to all three.' },
    {
      name: 'halfLife',
      kind: 'duration',
      default: hours(24),
      minimum: 1,
      meaning: 'After so long a sample counts half.',
    },
    {
      name: 'memoryInterval',
      kind: 'duration',
      default: hours(24),
      minimum: 1,
      meaning: 'Of memory the peak of each such interval counts.',
    },
    {
      name: 'period',
      kind: 'duration',
      default: seconds(60),
      minimum: 1,
      meaning: 'Time between two recommendations.',
    },
    {
      name: 'settled',
      kind: 'duration',
      default: hours(12),
      minimum: 0,
      meaning: 'A request within the bounds is changed only in replicas older than this.',
    },
    {
      name: 'change',
      kind: 'share',
      default: 0.1,
      minimum: 0,
      maximum: 10,
      meaning: 'And only if the recommendation differs by this much.',
    },
  ],
  make(options, name) {
    const settings: Settings = {
      target: numberOf(options, 'target'),
      lower: numberOf(options, 'lower'),
      upper: numberOf(options, 'upper'),
      margin: numberOf(options, 'margin'),
      halfLifeUs: numberOf(options, 'halfLife'),
      memoryIntervalUs: numberOf(options, 'memoryInterval'),
      settledUs: numberOf(options, 'settled'),
      change: numberOf(options, 'change'),
    };
    const { summary, source } = percentileHistogram;
    return {
      name,
      summary,
      source,
      periodUs: numberOf(options, 'period'),
      mode: textOf(options, 'mode') as VerticalPolicy['mode'],
      make: ({ containers }) => new Recommender(settings, Math.max(1, containers)),
    };
  },
};

interface Settings {
  readonly target: number;
  readonly lower: number;
  readonly upper: number;
  readonly margin: number;
  readonly halfLifeUs: number;
  readonly memoryIntervalUs: number;
  readonly settledUs: number;
  readonly change: number;
}

class Recommender implements VerticalScaler {
  readonly #settings: Settings;
  readonly #least: ReplicaSize;
  readonly #cpu: DecayingHistogram;
  readonly #memory: DecayingHistogram;
  readonly #peaks: MemoryPeaks;
  #firstUs = -1;
  #lastUs = -1;
  #samples = 0;
  #outOfMemoryUs = -Infinity;
  /** What a replica requests, as far as known; a sample does not say. */
  #requestBytes = 0;

  constructor(settings: Settings, containers: number) {
    this.#settings = settings;
    this.#least = {
      cpuMilli: Math.trunc(LEAST_CPU_MILLI / containers),
      memBytes: Math.trunc(LEAST_MEMORY_BYTES / containers),
    };
    this.#cpu = new DecayingHistogram(CPU_BUCKETS, settings.halfLifeUs);
    this.#memory = new DecayingHistogram(MEMORY_BUCKETS, settings.halfLifeUs);
    this.#peaks = new MemoryPeaks(this.#memory, settings.memoryIntervalUs);
  }

  observe({ timeUs, cpuMilli, memBytes, outOfMemory, replica = -1 }: UsageSample): void {
    if (Number.isFinite(cpuMilli) && cpuMilli >= 0) {
      this.#cpu.add(cpuMilli / 1000, CPU_WEIGHT, timeUs);
      if (this.#firstUs < 0) this.#firstUs = timeUs;
      this.#lastUs = Math.max(this.#lastUs, timeUs);
      this.#samples++;
    }
    if (!Number.isFinite(memBytes) || memBytes < 0) return;
    this.#peaks.observe(replica, memBytes, timeUs);
    if (!outOfMemory) return;
    this.#outOfMemoryUs = timeUs;
    // What it would have used is not known, only that it was more than it had.
    const used = Math.max(this.#requestBytes, this.#peaks.peakOf(replica));
    this.#peaks.observe(replica, afterOutOfMemory(used), timeUs);
  }

  recommend(_nowUs: number, current: ReplicaSize): VerticalDecision | undefined {
    this.#requestBytes = current.memBytes;
    if (this.#cpu.empty || this.#memory.empty) return undefined;
    const history = confidence(this.#firstUs, this.#lastUs, this.#samples);
    const { target, lower, upper, margin } = this.#settings;
    const size = (share: number, factor: number): ReplicaSize => ({
      cpuMilli: Math.max(scaled(Math.trunc(this.#cpu.percentile(share) * 1000), margin, factor), this.#least.cpuMilli),
      memBytes: Math.max(scaled(Math.trunc(this.#memory.percentile(share)), margin, factor), this.#least.memBytes),
    });
    const wanted = size(target, 1);
    return {
      target: wanted,
      lower: size(lower, lowerFactor(history)),
      upper: size(upper, upperFactor(history)),
      why: `p${inPercent(target)} of ${this.#samples} samples over ${inPercent(history) / 100} days + ${inPercent(margin)} %: ${wanted.cpuMilli}m ${mebibytes(wanted.memBytes)} MiB`,
    };
  }

  /** Out of bounds at once; within them only what is settled and differs; soon after running out of memory whatever differs. */
  shouldUpdate(nowUs: number, current: ReplicaSize, startedUs: number, decision: VerticalDecision): boolean {
    const { target, lower, upper } = decision;
    const difference =
      Math.abs(target.cpuMilli - current.cpuMilli) / Math.max(1, current.cpuMilli) +
      Math.abs(target.memBytes - current.memBytes) / Math.max(1, current.memBytes);
    if (difference === 0) return false;
    const outside =
      current.cpuMilli < lower.cpuMilli ||
      current.cpuMilli > upper.cpuMilli ||
      current.memBytes < lower.memBytes ||
      current.memBytes > upper.memBytes;
    if (outside || nowUs - this.#outOfMemoryUs < minutes(10)) return true;
    return nowUs - startedUs >= this.#settings.settledUs && difference >= this.#settings.change;
  }
}

/** The memory that is assumed after a kill, from what was used or requested, whichever is more. */
export function afterOutOfMemory(usedBytes: number): number {
  return Math.max(usedBytes + BUMP_BYTES, usedBytes * BUMP_FACTOR);
}

/** An amount with the margin, times the factor of confidence, in whole units. */
function scaled(amount: number, margin: number, factor: number): number {
  const product = Math.trunc(amount * (1 + margin)) * factor;
  return product < LARGEST ? Math.trunc(product) : LARGEST;
}

function inPercent(share: number): number {
  return Math.round(share * 10_000) / 100;
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
