import type { Cluster } from './cluster.ts';
import type { HeatMap } from './result.ts';
import { CURVE_POINTS, mergePairs } from './step-curves.ts';

const MOST_GROUPS = 48;

/** How full groups of neighbouring nodes were over time, in the spans of the run's curves. */
export class HeatRecorder {
  private readonly nodeCount: number;
  private readonly groups: number;
  private readonly nodesPerGroup: number;
  private readonly used: Float64Array;
  private readonly sinceUs: Float64Array;
  private readonly sums: Float64Array;
  private readonly capacity: Float64Array;
  private readonly resource: 'gpu' | 'cpu';
  private span = 0;

  constructor(cluster: Cluster) {
    this.nodeCount = cluster.count;
    this.nodesPerGroup = Math.max(1, Math.ceil(cluster.count / MOST_GROUPS));
    this.groups = Math.ceil(cluster.count / this.nodesPerGroup);
    this.resource = cluster.totalGpuMilli > 0 ? 'gpu' : 'cpu';
    this.used = new Float64Array(this.groups);
    this.sinceUs = new Float64Array(this.groups);
    this.sums = new Float64Array(this.groups * CURVE_POINTS);
    this.capacity = new Float64Array(this.groups);
    for (let node = 0; node < cluster.count; node++)
      this.capacity[this.groupOf(node)] +=
        this.resource === 'gpu' ? cluster.gpuCount[node] * 1000 : cluster.cpuMilli[node];
  }

  start(nowUs: number): void {
    this.sinceUs.fill(nowUs);
  }

  /** The node's pods took this much more (or less, if negative). */
  change(node: number, cpuMilli: number, gpuMilli: number, nowUs: number): void {
    const group = this.groupOf(node);
    this.settle(group, nowUs);
    this.used[group] += this.resource === 'gpu' ? gpuMilli : cpuMilli;
  }

  endSpan(endUs: number): void {
    for (let group = 0; group < this.groups; group++) this.settle(group, endUs);
    this.span++;
  }

  merge(): void {
    mergePairs(this.sums, this.groups, CURVE_POINTS);
    this.span = CURVE_POINTS / 2;
  }

  result(timesUs: number[], startUs: number): HeatMap {
    const share = Array.from({ length: this.groups }, (_, group) => {
      const capacity = this.capacity[group];
      return timesUs.map((endUs, span) => {
        const forUs = endUs - (span === 0 ? startUs : timesUs[span - 1]);
        return capacity > 0 && forUs > 0 ? this.sums[span * this.groups + group] / (capacity * forUs) : 0;
      });
    });
    const groups = Array.from({ length: this.groups }, (_, group) => ({
      firstNode: group * this.nodesPerGroup,
      lastNode: Math.min((group + 1) * this.nodesPerGroup, this.nodeCount) - 1,
    }));
    return { timeUs: timesUs, groups, resource: this.resource, share };
  }

  /** Brings every group up to this time, so that `result` is complete. */
  finish(nowUs: number): void {
    for (let group = 0; group < this.groups; group++) this.settle(group, nowUs);
  }

  private settle(group: number, nowUs: number): void {
    this.sums[this.span * this.groups + group] += this.used[group] * (nowUs - this.sinceUs[group]);
    this.sinceUs[group] = nowUs;
  }

  private groupOf(node: number): number {
    return Math.floor(node / this.nodesPerGroup);
  }
}
