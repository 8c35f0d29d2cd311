import type { ReplicaSample, ServiceObservation, ServicePoint } from '../../sim/scaling/horizontal-policy.ts';
import { hours, minutes, seconds } from '../../sim/time.ts';

/** An observation for tests: an hour into the run, a scrape every 15 s, no replicas and no points unless given. */
export function observation(given: Partial<ServiceObservation> = {}): ServiceObservation {
  return {
    nowUs: hours(1),
    service: 'web',
    current: given.replicas?.length ?? 1,
    minReplicas: 1,
    maxReplicas: 100,
    replicas: [],
    points: [],
    scrapeUs: seconds(15),
    deploying: false,
    workMeanUs: 100_000,
    concurrency: 1,
    ...given,
  };
}

/** A replica for tests: ready since long, just sampled, one core requested. */
export function replica(given: Partial<ReplicaSample> = {}): ReplicaSample {
  return {
    state: 'ready',
    startedUs: 0,
    changedUs: seconds(10),
    sampledUs: hours(1),
    cpuUsageMilli: 500,
    cpuRequestMilli: 1000,
    memUsageBytes: 2 ** 29,
    memRequestBytes: 2 ** 30,
    ...given,
  };
}

/** So many replicas alike. */
export function replicas(count: number, given: Partial<ReplicaSample> = {}): ReplicaSample[] {
  return Array.from({ length: count }, () => replica(given));
}

/** Points every `spanUs` up to and including `untilUs`, each as `at` says. */
export function pointsUntil(
  untilUs: number,
  count: number,
  at: (index: number, timeUs: number) => Partial<ServicePoint>,
  spanUs = minutes(1),
): ServicePoint[] {
  return Array.from({ length: count }, (_, index) => {
    const timeUs = untilUs - (count - 1 - index) * spanUs;
    return {
      timeUs,
      spanUs,
      requestsPerSecond: 0,
      servedPerSecond: 0,
      failedPerSecond: 0,
      inFlight: 0,
      cpuShare: NaN,
      memShare: NaN,
      ready: 0,
      p99Us: 0,
      ...at(index, timeUs),
    };
  });
}
