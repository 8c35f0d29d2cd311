import type { Cluster } from './cluster.ts';
import { Distribution } from './distribution.ts';
import { FragmentationSampler } from './fragmentation-sampler.ts';
import { HeatRecorder } from './heat-recorder.ts';
import type { Pods } from './pods.ts';
import type { Curves, DistributionSummary, HeatMap, PodCounts, UserResult } from './result.ts';
import type { ShapeTable } from './shapes.ts';
import { StepCurves } from './step-curves.ts';
import { US_PER_SECOND } from './time.ts';
import { jainIndex, UserLedger } from './user-ledger.ts';

const CPU = 0;
const MEM = 1;
const GPU = 2;
const RUNNING = 3;
const PENDING = 4;
const NODES_USED = 5;
const CHANNELS = 6;

/** Run times below this count as this in the bounded slowdown (Feitelson et al. 1997). */
const BOUND_S = 10;
/** The slowdown of a pod that did not wait. */
const UNDELAYED = 1;

/** Turns what happens in a run into numbers as it happens, in bounded memory and a few additions an event. */
export class RunMetrics {
  private readonly cluster: Cluster;
  private readonly shapes: ShapeTable;
  private readonly pods: Pods;
  private readonly curves: StepCurves;
  private readonly heat: HeatRecorder | undefined;
  private readonly fragmentation: FragmentationSampler | undefined;
  private readonly ledger: UserLedger | undefined;
  private readonly waitS = new Distribution();
  private readonly flowS = new Distribution();
  private readonly slowdown = new Distribution(UNDELAYED);
  private readonly boundedSlowdown = new Distribution(UNDELAYED);
  /** Pods that have started and not ended; within an instant the cluster may know more or fewer. */
  private readonly podsOn: Int32Array;
  private started = false;
  private lastFinishUs = 0;

  /** Lean: no heat map, no fragmentation, no users; for runs of many millions of pods. */
  constructor(cluster: Cluster, shapes: ShapeTable, pods: Pods, detail: 'full' | 'lean') {
    this.cluster = cluster;
    this.shapes = shapes;
    this.pods = pods;
    this.podsOn = new Int32Array(cluster.count);
    if (detail === 'full') {
      this.heat = new HeatRecorder(cluster);
      this.fragmentation = new FragmentationSampler(cluster, shapes);
      this.ledger = new UserLedger();
    }
    this.curves = new StepCurves(
      CHANNELS,
      (_, endUs) => {
        this.heat?.endSpan(endUs);
        this.fragmentation?.sample();
      },
      () => {
        this.heat?.merge();
        this.fragmentation?.merge();
      },
    );
  }

  /** Must be called whenever the clock moves, before anything changes. */
  advance(nowUs: number): void {
    if (!this.started) {
      this.started = true;
      this.heat?.start(nowUs);
      this.curves.advance(nowUs);
    }
    if (nowUs > this.curves.nowUs) this.curves.advance(nowUs);
  }

  arrive(shape: number): void {
    this.fragmentation?.arrive(shape);
  }

  queue(): void {
    this.raise(PENDING, 1);
  }

  refuse(slot: number): void {
    if (this.pods.isQueued(slot)) this.raise(PENDING, -1);
  }

  place(slot: number, node: number, nowUs: number): void {
    if (this.pods.isQueued(slot)) this.raise(PENDING, -1);
    const waitS = (nowUs - this.pods.arrivesUs[slot]) / US_PER_SECOND;
    if (waitS === 0) this.waitS.addUsual();
    else this.waitS.add(waitS);
    this.ledger?.start(this.pods.user[slot], waitS);
    this.raise(RUNNING, 1);
    if (++this.podsOn[node] === 1) this.raise(NODES_USED, 1);
    this.use(this.pods.shape[slot] | 0, node, 1, nowUs);
  }

  finish(slot: number, node: number, nowUs: number): void {
    this.lastFinishUs = nowUs;
    this.raise(RUNNING, -1);
    if (--this.podsOn[node] === 0) this.raise(NODES_USED, -1);
    const shape = this.pods.shape[slot] | 0;
    this.use(shape, node, -1, nowUs);
    const flowS = (nowUs - this.pods.arrivesUs[slot]) / US_PER_SECOND;
    const ranS = (nowUs - this.pods.startsUs[slot]) / US_PER_SECOND;
    const bounded = flowS === ranS ? UNDELAYED : Math.max(1, flowS / Math.max(BOUND_S, ranS));
    this.flowS.add(flowS);
    // A pod that took no time at all has no slowdown; it is counted by the bounded one.
    if (flowS !== ranS) {
      if (ranS > 0) this.slowdown.add(flowS / ranS);
      this.boundedSlowdown.add(bounded);
    } else {
      if (ranS > 0) this.slowdown.addUsual();
      this.boundedSlowdown.addUsual();
    }
    this.ledger?.finish(
      this.pods.user[slot],
      bounded,
      ranS,
      this.shapes.cpuMilli[shape],
      this.shapes.memBytes[shape],
      this.shapes.gpuCount[shape] * this.shapes.gpuMilli[shape],
    );
  }

  /** A running pod is gone before its end: it leaves no times behind. */
  leave(slot: number, node: number, nowUs: number): void {
    this.raise(RUNNING, -1);
    if (--this.podsOn[node] === 0) this.raise(NODES_USED, -1);
    this.use(this.pods.shape[slot] | 0, node, -1, nowUs);
  }

  /** A running pod has another shape from now on. */
  resize(before: number, after: number, node: number, nowUs: number): void {
    this.use(before, node, -1, nowUs);
    this.use(after, node, 1, nowUs);
  }

  results(counts: PodCounts): {
    metrics: Record<string, number>;
    distributions: Record<'waitS' | 'flowS' | 'slowdown' | 'boundedSlowdown', DistributionSummary>;
    curves: Curves;
    heat: HeatMap;
    users: UserResult[];
  } {
    this.heat?.finish(this.curves.nowUs);
    this.curves.settleAll();
    // A run that takes no time at all has no peaks but its last levels.
    const { levels, peaks, nowUs, startUs } = this.curves;
    if (nowUs === startUs) peaks.set(levels);
    const timeUs = this.curves.timesUs;
    const { cluster } = this;
    const share = (channel: number, total: number): number[] =>
      this.curves.means(channel).map((level) => (total > 0 ? level / total : 0));
    const curves: Curves = {
      timeUs,
      cpuShare: share(CPU, cluster.totalCpuMilli),
      memShare: share(MEM, cluster.totalMemBytes),
      gpuShare: share(GPU, cluster.totalGpuMilli),
      running: this.curves.means(RUNNING),
      pending: this.curves.means(PENDING),
      nodesUsed: this.curves.means(NODES_USED),
      fragmentation: this.fragmentation?.result(timeUs.length) ?? [],
    };
    const distributions = {
      waitS: this.waitS.summary(),
      flowS: this.flowS.summary(),
      slowdown: this.slowdown.summary(),
      boundedSlowdown: this.boundedSlowdown.summary(),
    };
    const users = this.ledger?.results(this.pods.userNames) ?? [];
    return {
      metrics: this.metrics(counts, distributions, curves, users),
      distributions,
      curves,
      heat: this.heat?.result(timeUs, this.curves.startUs) ?? { timeUs: [], groups: [], resource: 'cpu', share: [] },
      users,
    };
  }

  private metrics(
    counts: PodCounts,
    distributions: Record<string, DistributionSummary>,
    curves: Curves,
    users: readonly UserResult[],
  ): Record<string, number> {
    const { cluster } = this;
    const metrics: Record<string, number> = {};
    if (counts.arrived > 0) {
      metrics['placedShare'] = this.waitS.summary().count / counts.arrived;
      metrics['refusedShare'] = counts.refused / counts.arrived;
    }
    metrics['pendingAtEnd'] = counts.pending;
    for (const [name, summary] of Object.entries(distributions)) {
      if (summary.count === 0) continue;
      const title = name[0].toUpperCase() + name.slice(1);
      metrics[`mean${title}`] = summary.mean;
      metrics[`p50${title}`] = summary.p50;
      metrics[`p90${title}`] = summary.p90;
      metrics[`p99${title}`] = summary.p99;
      metrics[`max${title}`] = summary.max;
    }
    if (distributions['flowS'].count > 0)
      metrics['makespanS'] = (this.lastFinishUs - this.curves.startUs) / US_PER_SECOND;
    const parts = [
      ['cpu', CPU, cluster.totalCpuMilli],
      ['mem', MEM, cluster.totalMemBytes],
      ['gpu', GPU, cluster.totalGpuMilli],
    ] as const;
    for (const [name, channel, total] of parts) {
      if (total === 0) continue;
      metrics[`${name}AllocatedShare`] = this.meanLevel(channel) / total;
      metrics[`${name}PeakShare`] = this.curves.peaks[channel] / total;
    }
    if (curves.fragmentation.length > 0) metrics['fragmentation'] = meanOverTime(curves, this.curves.startUs);
    metrics['nodesUsedMean'] = this.meanLevel(NODES_USED);
    metrics['nodesUsedPeak'] = this.curves.peaks[NODES_USED]!;
    metrics['nodeHours'] = this.curves.integral(NODES_USED) / (3600 * US_PER_SECOND);
    const served = users.map((user) => user.meanBoundedSlowdown).filter((slowdown) => slowdown > 0);
    if (served.length > 1) {
      metrics['jainFairness'] = jainIndex(served);
      metrics['worstUserSlowdown'] = served.reduce((worst, one) => Math.max(worst, one), 0);
    }
    return metrics;
  }

  /** Mean over the run; the level itself when the run took no time. */
  private meanLevel(channel: number): number {
    const forUs = this.curves.nowUs - this.curves.startUs;
    return forUs > 0 ? this.curves.integral(channel) / forUs : this.curves.levels[channel];
  }

  private use(shape: number, node: number, sign: 1 | -1, nowUs: number): void {
    const cpuMilli = sign * this.shapes.cpuMilli[shape];
    const gpuMilli = sign * this.shapes.gpuCount[shape] * this.shapes.gpuMilli[shape];
    this.raise(CPU, cpuMilli);
    this.raise(MEM, sign * this.shapes.memBytes[shape]);
    if (gpuMilli !== 0) this.raise(GPU, gpuMilli);
    this.heat?.change(node, cpuMilli, gpuMilli, nowUs);
    this.fragmentation?.change(node);
  }

  private raise(channel: number, by: number): void {
    this.curves.raise(channel, by);
  }
}

function meanOverTime(curves: Curves, startUs: number): number {
  let sum = 0;
  let beforeUs = startUs;
  curves.timeUs.forEach((endUs, span) => {
    sum += curves.fragmentation[span] * (endUs - beforeUs);
    beforeUs = endUs;
  });
  return beforeUs > startUs ? sum / (beforeUs - startUs) : 0;
}
