import { LatencyHistogram } from '../../sim/requests/latency-histogram.ts';
import type { ServiceCounters, TrafficCounters } from '../../sim/requests/request-model.ts';
import type { Answer } from './live-world.ts';
import { LatencyMeter } from './latency-meter.ts';
import type { ServiceTraffic, TrafficInterval } from './traffic-measured.ts';

/** What becomes of the calls to one service: times as they are heard of, counts as the counters have them. */
export class ServiceMeter {
  private readonly service: string;
  private readonly latency = new LatencyMeter();
  private readonly ofUsers = new LatencyMeter();
  private readonly serviceTime = new LatencyMeter();
  private readonly overhead = new LatencyMeter();
  private readonly late = new LatencyHistogram();
  private readonly byPod: Record<string, number> = {};
  private readonly intervals: TrafficInterval[] = [];
  private ofInterval = new LatencyHistogram();
  private before: { readonly atUs: number; readonly sent: number; readonly served: number; readonly failed: number };

  constructor(service: string, fromUs: number) {
    this.service = service;
    this.before = { atUs: fromUs, sent: 0, served: 0, failed: 0 };
  }

  /** A request from outside was made so long after it was due. */
  begun(lateMs: number): void {
    this.late.add(wholeUs(lateMs));
  }

  /** A call was answered well, so long after it was due. */
  served(tookMs: number): void {
    this.latency.add(tookMs);
    this.ofInterval.add(wholeUs(tookMs));
  }

  /** A request from outside was. */
  pleased(tookMs: number): void {
    this.ofUsers.add(tookMs);
  }

  /** A container has answered well. */
  answered(pod: string, { workedMs, overheadMs }: Answer): void {
    this.byPod[pod] = (this.byPod[pod] ?? 0) + 1;
    if (workedMs !== undefined) this.serviceTime.add(workedMs);
    if (overheadMs !== undefined) this.overhead.add(overheadMs);
  }

  /** An interval ends. */
  scrape(atUs: number, counted: ServiceCounters): void {
    const { before, ofInterval } = this;
    const { arrived: sent, served } = counted;
    const failed = counted.failed + counted.timedOut;
    if (atUs <= before.atUs) return;
    this.intervals.push({
      fromUs: before.atUs,
      toUs: atUs,
      sent: sent - before.sent,
      served: served - before.served,
      failed: failed - before.failed,
      meanMs: ofInterval.meanUs / 1000,
      p99Ms: ofInterval.quantileUs(0.99) / 1000,
    });
    this.before = { atUs, sent, served, failed };
    this.ofInterval = new LatencyHistogram();
  }

  /** All of it; `traffic` is what asks the service from outside. */
  measured(counted: ServiceCounters, traffic: readonly TrafficCounters[]): ServiceTraffic {
    const { service, late, intervals, byPod, serviceTime, overhead, ofUsers } = this;
    const { arrived, served, timedOut, inFlight } = counted;
    const sum = (of: (one: TrafficCounters) => number): number => traffic.reduce((total, one) => total + of(one), 0);
    const causes = { timedOut, ...counted.failedBy, unanswered: inFlight };
    return {
      service,
      sent: arrived,
      served,
      failedBy: Object.fromEntries(Object.entries(causes).filter(([, count]) => count > 0)),
      latency: this.latency.summary,
      ...(traffic.length > 0 && {
        users: {
          sent: sum(({ offered }) => offered),
          good: sum(({ good }) => good),
          bad: sum(({ offered, good }) => offered - good),
          latency: ofUsers.summary,
        },
      }),
      ...(serviceTime.count > 0 && { serviceTime: serviceTime.summary }),
      ...(overhead.count > 0 && { overhead: overhead.summary }),
      generatorLateMs: { mean: late.meanUs / 1000, p99: late.quantileUs(0.99) / 1000, max: late.maxUs / 1000 },
      intervals,
      byPod,
    };
  }
}

function wholeUs(ms: number): number {
  return Math.max(0, Math.round(ms * 1000));
}
