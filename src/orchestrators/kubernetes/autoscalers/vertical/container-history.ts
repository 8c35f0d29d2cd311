import { confidence, lowerFactor, upperFactor } from '../../../../policies/vertical/confidence.ts';
import { DecayingHistogram } from '../../../../policies/vertical/decaying-histogram.ts';
import { CPU_BUCKETS, MEMORY_BUCKETS } from '../../../../policies/vertical/histogram-buckets.ts';
import { MemoryPeaks } from '../../../../policies/vertical/memory-peaks.ts';
import { afterOutOfMemory } from '../../../../policies/vertical/percentile-histogram.ts';
import { days, hours } from '../../../../sim/time.ts';

/** Every CPU sample weighs the same (`recommender/model/aggregate_container_state.go`). */
const CPU_WEIGHT = 0.1;
const HALF_LIFE_US = hours(24);
const MEMORY_INTERVAL_US = hours(24);
const MARGIN = 0.15;
const TARGET = 0.9;
const LOWER = 0.5;
const UPPER = 0.95;
/** An amount beyond any machine: upstream's largest. */
const LARGEST = 1e14;

export interface ContainerSize {
  readonly cpuMilli: number;
  readonly memBytes: number;
}

export interface ContainerRecommendation {
  readonly target: ContainerSize;
  readonly lower: ContainerSize;
  readonly upper: ContainerSize;
  /** How it came about. */
  readonly why: string;
}

/**
 * What the containers of one name of all pods of a target have used, and what that recommends: the 90th percentile
 * plus 15 %, with bounds that narrow as history grows.
 *
 * Source: kubernetes/autoscaler (2026-08-22), vertical-pod-autoscaler/pkg/recommender/{model,logic}.
 */
export class ContainerHistory {
  private readonly cpu = new DecayingHistogram(CPU_BUCKETS, HALF_LIFE_US);
  private readonly memory = new DecayingHistogram(MEMORY_BUCKETS, HALF_LIFE_US);
  private readonly peaks = new MemoryPeaks(this.memory, MEMORY_INTERVAL_US);
  private firstUs = 0;
  private lastUs = 0;
  private samples = 0;

  /** A sample of one pod's container. */
  observe(pod: number, cpuMilli: number, memBytes: number, atUs: number): void {
    this.cpu.add(cpuMilli / 1000, CPU_WEIGHT, atUs);
    if (this.samples === 0) this.firstUs = atUs;
    this.lastUs = Math.max(this.lastUs, atUs);
    this.samples++;
    this.peaks.observe(pod, memBytes, atUs);
  }

  /** A kill for want of memory: it would have used more than the larger of its request and its peak. */
  outOfMemory(pod: number, requestBytes: number, atUs: number): void {
    this.peaks.observe(pod, afterOutOfMemory(Math.max(requestBytes, this.peaks.peakOf(pod))), atUs);
  }

  /** What is recommended for a container of which none gets less than `least`; undefined: nothing is known yet. */
  recommend(least: ContainerSize): ContainerRecommendation | undefined {
    if (this.samples === 0 || this.memory.empty) return undefined;
    const history = confidence(this.firstUs, this.lastUs, this.samples);
    const target = this.size(TARGET, 1, least);
    const spanDays = Math.round(((this.lastUs - this.firstUs) / days(1)) * 100) / 100;
    return {
      target,
      lower: this.size(LOWER, lowerFactor(history), least),
      upper: this.size(UPPER, upperFactor(history), least),
      why:
        `p90 of ${this.samples} samples over ${spanDays} days + 15 %, confidence ${Math.round(history * 1000) / 1000}: ` +
        sizeText(target),
    };
  }

  private size(share: number, factor: number, least: ContainerSize): ContainerSize {
    return {
      cpuMilli: Math.max(scaled(Math.trunc(this.cpu.percentile(share) * 1000), factor), least.cpuMilli),
      memBytes: Math.max(scaled(Math.trunc(this.memory.percentile(share)), factor), least.memBytes),
    };
  }
}

/** "587m, 300 MiB". */
export function sizeText({ cpuMilli, memBytes }: ContainerSize): string {
  return `${cpuMilli}m, ${Math.round(memBytes / 1024 / 1024)} MiB`;
}

function scaled(amount: number, factor: number): number {
  const product = Math.trunc(amount * (1 + MARGIN)) * factor;
  return product < LARGEST ? Math.trunc(product) : LARGEST;
}
