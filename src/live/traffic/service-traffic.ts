import {
  BREAKER_OPEN,
  CALL_FAILED,
  ENDPOINT_LOST,
  ERROR_ANSWER,
  GOOD,
  NO_ENDPOINT,
  QUEUE_FULL,
} from '../../sim/requests/events/outcomes.ts';
import { LatencyHistogram } from '../../sim/requests/latency-histogram.ts';
import { LatencyMeter } from './latency-meter.ts';
import type { ServiceTraffic, TrafficInterval } from './traffic-measured.ts';

/** Intervals of one replay, at most; where a run has more scrapes, an interval is several of them. */
const MOST_INTERVALS = 2000;

/** What becomes of the requests from outside to one service. */
export class ServiceMeter {
  private readonly service: string;
  private readonly intervalUs: number;
  private readonly latency = new LatencyMeter();
  private readonly serviceTime = new LatencyMeter();
  private readonly late = new LatencyHistogram();
  private readonly failedBy: Record<string, number> = {};
  private readonly byPod: Record<string, number> = {};
  private readonly intervals: TrafficInterval[] = [];
  private sent = 0;
  private served = 0;
  private failed = 0;
  private interval = emptyInterval(0);

  constructor(service: string, scrapeUs: number, durationUs: number) {
    this.service = service;
    this.intervalUs = scrapeUs * Math.max(1, Math.ceil(durationUs / scrapeUs / MOST_INTERVALS));
  }

  /** A request is sent so much later than it was due. */
  begun(atUs: number, lateMs: number): void {
    this.roll(atUs);
    this.sent++;
    this.interval.sent++;
    this.late.add(Math.max(0, Math.round(lateMs * 1000)));
  }

  /** A request has its last answer, so long after it was due. */
  ended(atUs: number, outcome: number, tookMs: number): void {
    this.roll(atUs);
    if (outcome === GOOD) {
      this.served++;
      this.interval.served++;
      this.interval.latency.add(Math.max(0, Math.round(tookMs * 1000)));
      this.latency.add(tookMs);
    } else this.fail(causeOf(outcome), 1);
  }

  /** A container has answered well after working so long by its own account. */
  answered(pod: string, workedMs: number | undefined): void {
    this.byPod[pod] = (this.byPod[pod] ?? 0) + 1;
    if (workedMs !== undefined) this.serviceTime.add(workedMs);
  }

  /** So many requests had no answer when nobody waited any longer. */
  unanswered(count: number): void {
    if (count > 0) this.fail('unanswered', count);
  }

  get counts(): { readonly sent: number; readonly served: number; readonly failed: number } {
    return { sent: this.sent, served: this.served, failed: this.failed };
  }

  measured(nowUs: number): ServiceTraffic {
    this.roll(nowUs);
    const { service, sent, served, failedBy, late, intervals, byPod, serviceTime, interval } = this;
    const hasRest = interval.sent + interval.served + interval.failed > 0;
    return {
      service,
      sent,
      served,
      failedBy,
      latency: this.latency.summary,
      ...(serviceTime.count > 0 && { serviceTime: serviceTime.summary }),
      generatorLateMs: { mean: late.meanUs / 1000, p99: late.quantileUs(0.99) / 1000, max: late.maxUs / 1000 },
      intervals: hasRest ? [...intervals, closed(interval, nowUs)] : intervals,
      byPod,
    };
  }

  private fail(cause: string, count: number): void {
    this.failed += count;
    this.interval.failed += count;
    this.failedBy[cause] = (this.failedBy[cause] ?? 0) + count;
  }

  /** Closes the intervals that have ended by then. */
  private roll(atUs: number): void {
    while (atUs > this.interval.fromUs + this.intervalUs) {
      const toUs = this.interval.fromUs + this.intervalUs;
      this.intervals.push(closed(this.interval, toUs));
      this.interval = emptyInterval(toUs);
    }
  }
}

interface OpenInterval {
  readonly fromUs: number;
  sent: number;
  served: number;
  failed: number;
  readonly latency: LatencyHistogram;
}

function emptyInterval(fromUs: number): OpenInterval {
  return { fromUs, sent: 0, served: 0, failed: 0, latency: new LatencyHistogram() };
}

function closed({ fromUs, sent, served, failed, latency }: OpenInterval, toUs: number): TrafficInterval {
  return { fromUs, toUs, sent, served, failed, meanMs: latency.meanUs / 1000, p99Ms: latency.quantileUs(0.99) / 1000 };
}

/** The request model's words. */
function causeOf(outcome: number): string {
  switch (outcome) {
    case QUEUE_FULL:
      return 'queueFull';
    case NO_ENDPOINT:
      return 'noEndpoint';
    case ENDPOINT_LOST:
      return 'endpointLost';
    case BREAKER_OPEN:
      return 'breakerOpen';
    case CALL_FAILED:
      return 'callFailed';
    case ERROR_ANSWER:
      return 'errorAnswer';
    default:
      return 'timedOut';
  }
}
