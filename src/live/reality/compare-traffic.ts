import type { ComparedLine, ServiceCompared, TrafficNumbers } from '../../reporting/reality/reality-check.ts';
import { verdictOf } from '../../reporting/reality/verdict.ts';
import type { ServiceResult } from '../../sim/monitoring/living-result.ts';
import type { ReplayRecord } from '../replay/replay-record.ts';
import type { ReplayScript } from '../script/replay-script.ts';
import type { ServiceTraffic, TrafficInterval } from '../traffic/traffic-measured.ts';
import { timelinePart } from './timeline-part.ts';

/** Shares of failed requests that differ by less are the same. */
const NEGLIGIBLE_SHARE = 0.001;

/** Requests to each service that was sent any, predicted and measured; latencies in milliseconds of simulated time. */
export function compareTraffic(script: ReplayScript, record: ReplayRecord): ServiceCompared[] {
  return (record.traffic?.services ?? []).map((traffic) => {
    const service = script.services.find(({ name }) => name === traffic.service);
    const result = script.predicted.living?.services.find((one) => one.service === traffic.service);
    const predicted = result && predictedNumbers(result, script.durationUs, service?.workMeanUs ?? null);
    const measured = measuredNumbers(traffic, record);
    return {
      service: traffic.service,
      balancing: service?.balancing ?? '',
      ...(predicted && { predicted }),
      measured,
      latency: verdictOf({
        predicted: predicted?.meanMs,
        measured: measured.served === 0 ? undefined : measured.meanMs,
        low: measured.meanLowMs,
        high: measured.meanHighMs,
        more: 'slower',
        less: 'faster',
      }),
      throughput: verdictOf({
        predicted: predicted?.perSecond,
        measured: measured.perSecond,
        more: 'more',
        less: 'less',
      }),
      errors: verdictOf({
        predicted: predicted?.failedShare,
        measured: measured.failedShare,
        more: 'more',
        less: 'fewer',
        negligible: NEGLIGIBLE_SHARE,
      }),
      predictedFailedBy: result?.failedBy ?? {},
      measuredFailedBy: traffic.failedBy,
      generatorLateP99Ms: traffic.generatorLateMs.p99,
    };
  });
}

/** Throughput, failures and p99 latency of each service over time. */
export function trafficLines(script: ReplayScript, record: ReplayRecord): ComparedLine[] {
  const { living } = script.predicted;
  return (record.traffic?.services ?? []).flatMap(({ service, intervals }): ComparedLine[] => {
    if (intervals.length === 0) return [];
    // The last one is what is left; a rate over a moment says nothing.
    const leastUs = (intervals[0].toUs - intervals[0].fromUs) / 2;
    const shown = joined(intervals.filter(({ fromUs, toUs }) => toUs - fromUs >= leastUs));
    if (shown.length === 0) return [];
    const atS = shown.map(({ fromUs, toUs }) => (fromUs + toUs) / 2e6);
    const seconds = ({ fromUs, toUs }: TrafficInterval): number => (toUs - fromUs) / 1e6;
    const line = (
      group: ComparedLine['group'],
      unit: ComparedLine['unit'],
      series: string,
      scale: number,
      measured: (one: TrafficInterval) => number | null,
    ): ComparedLine => {
      const part = timelinePart(living, `baton_service_${series}`, service);
      const predicted = shown.map(({ fromUs, toUs }) => {
        const value = part?.mean(fromUs, toUs);
        return value === undefined ? null : value * scale;
      });
      return { group, about: service, unit, atS, predicted, measured: shown.map(measured) };
    };
    return [
      line('throughput', 'per-second', 'served_per_second', 1, (one) => one.served / seconds(one)),
      line('errors', 'per-second', 'failed_per_second', 1, (one) => one.failed / seconds(one)),
      line('latency', 'ms', 'latency_p99_seconds', 1000, (one) =>
        one.served === 0 || !Number.isFinite(one.p99Ms) ? null : one.p99Ms * record.speed,
      ),
    ];
  });
}

const MOST_INTERVALS = 160;

/** Neighbours taken together until there are few enough to be seen; the p99 of several is taken for their highest. */
function joined(intervals: readonly TrafficInterval[]): readonly TrafficInterval[] {
  const each = Math.ceil(intervals.length / MOST_INTERVALS);
  if (each <= 1) return intervals;
  return Array.from({ length: Math.ceil(intervals.length / each) }, (_, k) => {
    const part = intervals.slice(k * each, (k + 1) * each);
    const sum = (of: (one: TrafficInterval) => number): number => part.reduce((total, one) => total + of(one), 0);
    const served = sum((one) => one.served);
    return {
      fromUs: part[0].fromUs,
      toUs: part[part.length - 1].toUs,
      sent: sum((one) => one.sent),
      served,
      failed: sum((one) => one.failed),
      meanMs: served === 0 ? Number.NaN : sum((one) => (one.served === 0 ? 0 : one.meanMs * one.served)) / served,
      p99Ms: part.reduce((most, one) => (one.served > 0 ? Math.max(most, one.p99Ms) : most), 0),
    };
  });
}

function predictedNumbers(result: ServiceResult, durationUs: number, workMeanUs: number | null): TrafficNumbers {
  const failed = result.failed + result.timedOut;
  return {
    sent: result.arrived,
    served: result.served,
    failed,
    perSecond: result.served / (durationUs / 1e6),
    failedShare: share(failed, result.served + failed),
    meanMs: result.meanMs,
    p50Ms: result.p50Ms,
    p90Ms: result.p90Ms,
    p99Ms: result.p99Ms,
    ...(workMeanUs !== null && { workMs: workMeanUs / 1000 }),
  };
}

function measuredNumbers(traffic: ServiceTraffic, { speed, wallMs }: ReplayRecord): TrafficNumbers {
  const { latency, serviceTime, intervals, sent, served } = traffic;
  const failed = Object.values(traffic.failedBy).reduce((sum, count) => sum + count, 0);
  const first = intervals[0];
  const spanS =
    first === undefined ? (wallMs * speed) / 1000 : (intervals[intervals.length - 1].toUs - first.fromUs) / 1e6;
  const hasInterval = Number.isFinite(latency.meanHalfWidthMs);
  return {
    sent,
    served,
    failed,
    perSecond: spanS > 0 ? served / spanS : 0,
    failedShare: share(failed, served + failed),
    meanMs: latency.meanMs * speed,
    ...(hasInterval && {
      meanLowMs: (latency.meanMs - latency.meanHalfWidthMs) * speed,
      meanHighMs: (latency.meanMs + latency.meanHalfWidthMs) * speed,
    }),
    p50Ms: latency.p50Ms * speed,
    p90Ms: latency.p90Ms * speed,
    p99Ms: latency.p99Ms * speed,
    ...(serviceTime && { workMs: serviceTime.meanMs * speed }),
  };
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
