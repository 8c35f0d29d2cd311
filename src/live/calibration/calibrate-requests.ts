import type { ServiceTraffic } from '../traffic/traffic-measured.ts';
import type { Calibration } from './calibration.ts';
import type { Replayed } from './calibrate.ts';

/** Fewest answered requests of a service from which anything is learnt. */
const FEWEST = 100;

interface Learnt {
  readonly service: string;
  readonly served: number;
  readonly factor: number;
  readonly overheadMs: number;
}

/** What traffic teaches: service times over those told, and what a request takes beyond service and queue. */
export function requestCalibration(
  replays: readonly Replayed[],
): Pick<Calibration, 'serviceFactor' | 'requestOverheadMs'> {
  const learnt = replays.flatMap((replayed) =>
    (replayed.record.traffic?.services ?? []).flatMap((traffic) => lessonOf(replayed, traffic) ?? []),
  );
  const names = [...new Set(learnt.map(({ service }) => service))];
  const weighted = (of: (one: Learnt) => number, own: readonly Learnt[]): number =>
    own.reduce((sum, one) => sum + of(one) * one.served, 0) / own.reduce((sum, one) => sum + one.served, 0);
  const each = (of: (one: Learnt) => number): [string, number][] =>
    names.map((name) => [
      name,
      weighted(
        of,
        learnt.filter(({ service }) => service === name),
      ),
    ]);
  const all = (of: (one: Learnt) => number): [string, number][] =>
    learnt.length === 0 ? [] : [['*', weighted(of, learnt)]];
  return {
    serviceFactor: Object.fromEntries(each(({ factor }) => factor)),
    requestOverheadMs: Object.fromEntries([
      ...each(({ overheadMs }) => overheadMs),
      ...all(({ overheadMs }) => overheadMs),
    ]),
  };
}

/**
 * Where the containers say how long a request waited in them, the overhead is measured. Else what the run predicts of
 * queues stands in (predicted latency less predicted work), and the overhead holds any error of that; where that
 * prediction was itself calibrated nothing is learnt.
 */
function lessonOf({ script, record }: Replayed, traffic: ServiceTraffic): Learnt | undefined {
  const { serviceTime, latency, served } = traffic;
  const service = script.services.find(({ name }) => name === traffic.service);
  if (serviceTime === undefined || served < FEWEST || service === undefined || service.workMeanUs === null)
    return undefined;
  const workFactor = meanWorkFactor(script, traffic);
  const toldMs = (service.workMeanUs * workFactor) / 1000 / record.speed;
  if (!(toldMs > 0)) return undefined;
  const lesson = { service: traffic.service, served, factor: serviceTime.meanMs / toldMs };
  if (traffic.overhead !== undefined) return { ...lesson, overheadMs: Math.max(0, traffic.overhead.meanMs) };
  if (script.isCalibrated === true) return undefined;
  const predicted = script.predicted.living?.services.find((one) => one.service === traffic.service);
  const queueMs = predicted === undefined ? 0 : Math.max(0, predicted.meanMs / record.speed - toldMs);
  return { ...lesson, overheadMs: Math.max(0, latency.meanMs - serviceTime.meanMs - queueMs) };
}

/** Versions may work longer or shorter than the service; each counts by the requests that it answered. */
function meanWorkFactor({ pods }: Replayed['script'], { byPod }: ServiceTraffic): number {
  let [sum, count] = [0, 0];
  for (const { name, workFactor = 1 } of pods) {
    const answered = byPod[name] ?? 0;
    sum += answered * workFactor;
    count += answered;
  }
  return count === 0 ? 1 : sum / count;
}
