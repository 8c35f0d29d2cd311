import { Distribution } from '../../sim/distribution.ts';
import type { Curves, DistributionSummary, PodCounts, UserResult } from '../../sim/result.ts';
import { StepCurves } from '../../sim/step-curves.ts';
import { US_PER_SECOND } from '../../sim/time.ts';
import { jainIndex, UserLedger } from '../../sim/user-ledger.ts';

/** What a pod or task takes of its machine, as reports count it. */
export interface Taken {
  readonly cpuMilli: number;
  readonly memBytes: number;
  readonly gpuMilli: number;
}

const CPU = 0;
const MEM = 1;
const GPU = 2;
const RUNNING = 3;
const PENDING = 4;
const NODES_USED = 5;
const CPU_THERE = 6;
const MEM_THERE = 7;
const GPU_THERE = 8;
const CHANNELS = 9;

/** Run times below this count as this in the bounded slowdown (Feitelson et al. 1997). */
const BOUND_S = 10;
const UNDELAYED = 1;

/** Waits, flow times and curves of pods, as `RunMetrics` has them, for nodes that come and go; users are namespaces, or what comes nearest to them. */
export class PodNumbers {
  private readonly curves = new StepCurves(CHANNELS);
  private readonly waitS = new Distribution();
  private readonly readyS = new Distribution();
  private readonly flowS = new Distribution();
  private readonly slowdown = new Distribution(UNDELAYED);
  private readonly boundedSlowdown = new Distribution(UNDELAYED);
  private readonly users = new Map<string, number>();
  private readonly ledger = new UserLedger();
  private finished = 0;
  private lastFinishUs = 0;

  /** Must be called whenever the clock moves, before anything changes. */
  advance(nowUs: number): void {
    if (nowUs > this.curves.nowUs || nowUs === 0) this.curves.advance(nowUs);
  }

  pending(by: number): void {
    this.curves.raise(PENDING, by);
  }

  running(by: number): void {
    this.curves.raise(RUNNING, by);
  }

  nodesUsed(by: number): void {
    this.curves.raise(NODES_USED, by);
  }

  /** A pod takes its part, or gives it back. */
  take({ cpuMilli, memBytes, gpuMilli }: Taken, sign: 1 | -1): void {
    this.curves.raise(CPU, sign * cpuMilli);
    this.curves.raise(MEM, sign * memBytes);
    if (gpuMilli > 0) this.curves.raise(GPU, sign * gpuMilli);
  }

  /** A node's capacity comes or goes. */
  capacity({ cpuMilli, memBytes, gpuMilli }: Taken, sign: 1 | -1): void {
    this.curves.raise(CPU_THERE, sign * cpuMilli);
    this.curves.raise(MEM_THERE, sign * memBytes);
    if (gpuMilli > 0) this.curves.raise(GPU_THERE, sign * gpuMilli);
  }

  /** A pod was given its node so long after it came. */
  placed(namespace: string, waitUs: number): void {
    const waitS = waitUs / US_PER_SECOND;
    if (waitS === 0) this.waitS.addUsual();
    else this.waitS.add(waitS);
    this.ledger.start(this.userOf(namespace), waitS);
  }

  /** A pod was ready for the first time so long after it came. */
  becameReady(afterUs: number): void {
    this.readyS.add(afterUs / US_PER_SECOND);
  }

  /** A pod has come to its good end. */
  succeeded(namespace: string, nowUs: number, flowUs: number, ranUs: number, taken: Taken): void {
    this.lastFinishUs = nowUs;
    this.finished++;
    const flowS = flowUs / US_PER_SECOND;
    const ranS = ranUs / US_PER_SECOND;
    this.flowS.add(flowS);
    if (ranS > 0) this.slowdown.add(flowS / ranS);
    const bounded = Math.max(UNDELAYED, flowS / Math.max(BOUND_S, ranS));
    this.boundedSlowdown.add(bounded);
    const user = this.userOf(namespace);
    // One that was running when the run began has not been counted yet.
    this.ledger.finish(user, bounded, ranS, taken.cpuMilli, taken.memBytes, taken.gpuMilli);
  }

  results(counts: PodCounts): {
    metrics: Record<string, number>;
    distributions: Record<'waitS' | 'flowS' | 'slowdown' | 'boundedSlowdown', DistributionSummary>;
    curves: Curves;
    users: UserResult[];
  } {
    const { curves } = this;
    curves.settleAll();
    const share = (channel: number, there: number): number[] => {
      const capacity = curves.means(there);
      return curves.means(channel).map((level, k) => (capacity[k] > 0 ? level / capacity[k] : 0));
    };
    const timeUs = curves.timesUs;
    const distributions = {
      waitS: this.waitS.summary(),
      flowS: this.flowS.summary(),
      slowdown: this.slowdown.summary(),
      boundedSlowdown: this.boundedSlowdown.summary(),
    };
    const users = this.finished > 0 ? this.ledger.results([...this.users.keys()]) : [];
    return {
      metrics: this.metrics(counts, { ...distributions, readyS: this.readyS.summary() }, users),
      distributions,
      curves: {
        timeUs,
        cpuShare: share(CPU, CPU_THERE),
        memShare: share(MEM, MEM_THERE),
        gpuShare: share(GPU, GPU_THERE),
        running: curves.means(RUNNING),
        pending: curves.means(PENDING),
        nodesUsed: curves.means(NODES_USED),
        fragmentation: timeUs.map(() => 0),
      },
      users,
    };
  }

  private metrics(
    counts: PodCounts,
    distributions: Readonly<Record<string, DistributionSummary>>,
    users: readonly UserResult[],
  ): Record<string, number> {
    const { curves } = this;
    const metrics: Record<string, number> = { pendingAtEnd: counts.pending };
    if (counts.arrived > 0) {
      metrics['placedShare'] = (counts.arrived - counts.pending - counts.refused) / counts.arrived;
      metrics['refusedShare'] = counts.refused / counts.arrived;
    }
    for (const [name, summary] of Object.entries(distributions)) {
      if (summary.count === 0) continue;
      const title = name[0].toUpperCase() + name.slice(1);
      metrics[`mean${title}`] = summary.mean;
      metrics[`p50${title}`] = summary.p50;
      metrics[`p90${title}`] = summary.p90;
      metrics[`p99${title}`] = summary.p99;
      metrics[`max${title}`] = summary.max;
    }
    if (this.finished > 0) metrics['makespanS'] = (this.lastFinishUs - curves.startUs) / US_PER_SECOND;
    for (const [name, used, there] of [
      ['cpu', CPU, CPU_THERE],
      ['mem', MEM, MEM_THERE],
      ['gpu', GPU, GPU_THERE],
    ] as const) {
      const capacity = curves.integral(there);
      if (capacity > 0) metrics[`${name}AllocatedShare`] = curves.integral(used) / capacity;
    }
    const forUs = curves.nowUs - curves.startUs;
    if (forUs > 0) metrics['nodesUsedMean'] = curves.integral(NODES_USED) / forUs;
    metrics['nodesUsedPeak'] = curves.peaks[NODES_USED];
    const served = users.map((user) => user.meanBoundedSlowdown).filter((slowdown) => slowdown > 0);
    if (served.length > 1) {
      metrics['jainFairness'] = jainIndex(served);
      metrics['worstUserSlowdown'] = served.reduce((worst, one) => Math.max(worst, one), 0);
    }
    return metrics;
  }

  private userOf(namespace: string): number {
    let user = this.users.get(namespace);
    if (user === undefined) {
      this.users.set(namespace, (user = this.users.size));
      this.ledger.open(user);
    }
    return user;
  }
}
