import type { TimelineSeries } from '../../sim/monitoring/living-result.ts';
import type { Folding, Timeline } from '../../sim/monitoring/timeline.ts';
import { US_PER_SECOND } from '../../sim/time.ts';
import type { CallsSince } from './request-records.ts';
import type { Workload } from './workload-counts.ts';

type Unit = TimelineSeries['unit'];

/** What the whole cluster came to at a scrape. */
export interface ClusterReading {
  readonly nodes: number;
  readonly nodesReady: number;
  /** Pods without a node, by the names of the queues. */
  readonly queues: Readonly<Record<string, number>>;
  readonly cpuUsedShare: number;
  readonly usdPerHour: number;
  readonly usdSoFar: number;
  readonly readyInZone: readonly number[];
}

/** What a workload came to at a scrape; calls only of modelled services. */
export interface WorkloadReading {
  readonly cpuShare: number;
  readonly memShare: number;
  readonly calls?: CallsSince & { readonly inFlight: number; readonly spanUs: number };
}

const OF_REQUESTS: readonly [name: string, title: string, unit: Unit][] = [
  ['requests_per_second', 'Requests', 'per-second'],
  ['served_per_second', 'Requests answered', 'per-second'],
  ['failed_per_second', 'Requests failed or too late', 'per-second'],
  ['in_flight', 'Requests in flight', ''],
];
const OF_REPLICAS: readonly [name: string, title: string, unit: Unit][] = [
  ['replicas_desired', 'Replicas asked for', ''],
  ['replicas_ready', 'Replicas ready', ''],
  ['replicas_available', 'Replicas available', ''],
  ['replicas_answering', 'Replicas that answer', ''],
  ['cpu_share', 'CPU used of CPU requested', 'share'],
  ['memory_share', 'Memory used of memory requested', 'share'],
];
const QUANTILES: readonly [share: number, title: string][] = [
  [0.5, 'p50'],
  [0.9, 'p90'],
  [0.99, 'p99'],
  [0.999, 'p999'],
];

/** Every series of a run's timeline; names as in living clusters, so that reports and exports treat them alike. */
export class ClusterLines {
  readonly timeline: Timeline;
  private readonly zones: readonly string[];
  private readonly queues: readonly string[];
  private readonly fleetFrom: number;
  /** By workload: the first of its series about replicas, and about requests (-1: none). */
  private readonly replicasFrom: number[] = [];
  private readonly requestsFrom: number[] = [];

  /** `queues`: where pods without a node may stand. */
  constructor(timeline: Timeline, zones: readonly string[], queues: readonly string[]) {
    this.timeline = timeline;
    this.zones = zones;
    this.queues = queues;
    this.fleetFrom = timeline.series.length;
    const whole = (name: string, title: string, unit: Unit, fold: Folding = 'mean', labels = {}): number =>
      timeline.add({ name, title, unit, labels }, fold);
    whole('baton_nodes_bought', 'Nodes paid for', '');
    whole('baton_nodes_ready', 'Nodes that are ready', '');
    whole('baton_nodes_not_ready', 'Nodes that are not ready', '');
    whole('baton_cpu_used_share', 'CPU used of CPU bought', 'share');
    whole('baton_cost_usd_per_hour', 'Cost', 'usd-per-hour');
    whole('baton_cost_usd', 'Cost so far', 'usd', 'last');
    for (const queue of queues) whole('baton_pods_pending', 'Pods without a node', '', 'mean', { queue });
    for (const zone of zones) whole('baton_nodes_ready', 'Nodes that are ready', '', 'mean', { zone });
  }

  /** A workload has come to be known: its lines begin. */
  add({ index, name }: Workload, isModelled: boolean): void {
    const { timeline } = this;
    const labels = { service: name };
    this.replicasFrom[index] = timeline.series.length;
    for (const [line, title, unit] of OF_REPLICAS)
      timeline.add({ name: `baton_service_${line}`, title, unit, labels }, 'mean');
    this.requestsFrom[index] = isModelled ? timeline.series.length : -1;
    if (!isModelled) return;
    for (const [line, title, unit] of OF_REQUESTS)
      timeline.add({ name: `baton_service_${line}`, title, unit, labels }, 'mean');
    for (const [, title] of QUANTILES)
      timeline.add(
        { name: `baton_service_latency_${title}_seconds`, title: `Latency ${title}`, unit: 's', labels },
        'max',
      );
  }

  drawWorkload(workload: Workload, { cpuShare, memShare, calls }: WorkloadReading): void {
    const { index, desired, ready, available, answering } = workload;
    const { timeline } = this;
    const from = this.replicasFrom[index];
    [desired, ready, available, answering, cpuShare, memShare].forEach((value, k) => timeline.take(from + k, value));
    const requests = this.requestsFrom[index];
    if (calls === undefined || requests < 0 || calls.spanUs <= 0) return;
    const perSecond = US_PER_SECOND / calls.spanUs;
    [calls.arrived * perSecond, calls.served * perSecond, calls.bad * perSecond, calls.inFlight].forEach((value, k) =>
      timeline.take(requests + k, value),
    );
    if (calls.latency.count === 0) return;
    QUANTILES.forEach(([share], k) =>
      timeline.take(requests + OF_REQUESTS.length + k, calls.latency.quantileUs(share) / US_PER_SECOND),
    );
  }

  /** After all workloads: ends the scrape. */
  drawCluster(nowUs: number, reading: ClusterReading): void {
    const { timeline, fleetFrom } = this;
    const values = [
      reading.nodes,
      reading.nodesReady,
      reading.nodes - reading.nodesReady,
      reading.cpuUsedShare,
      reading.usdPerHour,
      reading.usdSoFar,
      ...this.queues.map((queue) => reading.queues[queue]),
      ...this.zones.map((_, zone) => reading.readyInZone[zone] ?? 0),
    ];
    values.forEach((value, k) => timeline.take(fleetFrom + k, value));
    timeline.endScrape(nowUs);
  }
}
