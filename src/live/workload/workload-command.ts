/** Port on which the workload answers. */
export const WORKLOAD_PORT = 8080;

/** What the workload of our own is to do; times are real ones. */
export interface WorkloadOrders {
  /** Before it says that it is ready, and answers work. */
  readonly bootMs: number;
  /** The same when its container is started again; absent: as long. */
  readonly againBootMs?: number;
  /** It ends by itself so long after its boot; absent: when it is told. */
  readonly runMs?: number;
  readonly exitCode?: number;
  /** CPU that it burns all the time. */
  readonly burnMilli?: number;
  /** Memory that it holds, and has touched before it is ready. */
  readonly holdBytes?: number;
  /** Answers requests: so many at once, so many more may wait, each takes so long unless the request says otherwise. */
  readonly serve?: {
    readonly concurrency: number;
    /** Absent: no limit but the memory's. */
    readonly queueLimit?: number;
    readonly serviceUs: number;
    /** `sleep`: it waits; `burn`: it computes for so long. */
    readonly by: 'sleep' | 'burn';
    /** Of `burn`: the share of the time for which it computes, 0 to 1; the rest it waits. Absent: all. */
    readonly burnShare?: number;
    /** Share of requests that are answered 500, after their work; absent: none. */
    readonly errorShare?: number;
  };
  /** After SIGTERM: requests under way are finished, at most for so long; then it ends with exit code 0. */
  readonly lingerMs: number;
}

/**
 * The command line of the workload (`workload/baton-workload.c` tells all of it). Whether or not it serves, `GET /ready`
 * answers 200 once it has booted, 503 before. Any other path is work: the header `x-baton-service-us` says how long this
 * request takes, and the answer's `x-baton-worked-us` and `x-baton-queued-us` how long it really took, and waited before.
 * A request that is not served gets 503 with `x-baton-refused`: `queue` (full), `booting` or `ending`.
 */
export function workloadCommand(orders: WorkloadOrders): string[] {
  const { serve } = orders;
  return [
    '/baton-workload',
    `port=${WORKLOAD_PORT}`,
    `boot-ms=${Math.round(orders.bootMs)}`,
    ...(orders.againBootMs === undefined ? [] : [`again-boot-ms=${Math.round(orders.againBootMs)}`]),
    ...(orders.runMs === undefined ? [] : [`run-ms=${Math.round(orders.runMs)}`]),
    ...(orders.exitCode === undefined ? [] : [`exit-code=${orders.exitCode}`]),
    ...(orders.burnMilli === undefined ? [] : [`burn-milli=${Math.round(orders.burnMilli)}`]),
    ...(orders.holdBytes === undefined ? [] : [`hold-bytes=${Math.round(orders.holdBytes)}`]),
    ...(serve === undefined
      ? []
      : [
          `serve=${serve.by}`,
          `concurrency=${serve.concurrency}`,
          ...(serve.queueLimit === undefined ? [] : [`queue-limit=${serve.queueLimit}`]),
          `service-us=${Math.round(serve.serviceUs)}`,
          ...(serve.errorShare === undefined ? [] : [`error-ppm=${Math.round(serve.errorShare * 1e6)}`]),
          ...(serve.burnShare === undefined ? [] : [`share-milli=${Math.round(serve.burnShare * 1000)}`]),
        ]),
    `linger-ms=${Math.round(orders.lingerMs)}`,
  ];
}
