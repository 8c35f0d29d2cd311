import type { TimelineSeries } from '../monitoring/living-result.ts';
import type { Folding, Timeline } from '../monitoring/timeline.ts';
import { US_PER_SECOND } from '../time.ts';
import type { MetricControl } from './metric-control.ts';
import type { World } from './world.ts';

/** What the whole fleet came to at a scrape, for those lines that are about it. */
export interface FleetReading {
  readonly boughtNodes: number;
  readonly cpuUsedShare: number;
  readonly usdPerHour: number;
  readonly usdSoFar: number;
}

type Unit = TimelineSeries['unit'];

/** Lines of each service that are means over the scrapes of a point, in the order in which `ofService` gives their values. */
const MEANS: readonly [name: string, title: string, unit: Unit][] = [
  ['requests_per_second', 'Requests', 'per-second'],
  ['served_per_second', 'Requests answered', 'per-second'],
  ['failed_per_second', 'Requests failed or too late', 'per-second'],
  ['replicas_desired', 'Replicas asked for', ''],
  ['replicas_ready', 'Replicas ready', ''],
  ['cpu_share', 'CPU used of CPU requested', 'share'],
  ['memory_share', 'Memory used of memory requested', 'share'],
  ['in_flight', 'Requests in flight', ''],
];
const QUANTILES: readonly [share: number, title: string][] = [
  [0.5, 'p50'],
  [0.9, 'p90'],
  [0.99, 'p99'],
  [0.999, 'p999'],
];

/** Every series of a living run's timeline, in the order of the report, and their values at each scrape. */
export class TimelineLines {
  private readonly world: World;
  private readonly metrics: MetricControl;
  private readonly timeline: Timeline;
  /** Lines follow each other: service by service, then the fleet's, then one a zone. */
  private readonly fleetFrom: number;

  constructor(world: World, metrics: MetricControl, timeline: Timeline) {
    this.world = world;
    this.metrics = metrics;
    this.timeline = timeline;
    for (const { name: service } of world.spec.services) {
      const labels = { service };
      for (const [name, title, unit] of MEANS)
        timeline.add({ name: `baton_service_${name}`, title, unit, labels }, 'mean');
      for (const [, title] of QUANTILES)
        timeline.add(
          { name: `baton_service_latency_${title}_seconds`, title: `Latency ${title}`, unit: 's', labels },
          'max',
        );
    }
    this.fleetFrom = timeline.series.length;
    const whole = (name: string, title: string, unit: Unit, fold: Folding = 'mean'): number =>
      timeline.add({ name, title, unit, labels: {} }, fold);
    whole('baton_nodes_bought', 'Nodes paid for', '');
    whole('baton_nodes_ready', 'Nodes that work', '');
    whole('baton_nodes_down', 'Nodes down or cut off', '');
    whole('baton_pods_pending', 'Pods without room', '');
    whole('baton_cpu_used_share', 'CPU used of CPU bought', 'share');
    whole('baton_cost_usd_per_hour', 'Cost', 'usd-per-hour');
    whole('baton_cost_usd', 'Cost so far', 'usd', 'last');
    for (const zone of world.spec.zones)
      timeline.add({ name: 'baton_nodes_ready', title: 'Nodes that work', unit: '', labels: { zone } }, 'mean');
  }

  /** After the metrics pipeline has read everything. */
  draw(fleet: FleetReading): void {
    const { services } = this.world.spec;
    const perService = MEANS.length + QUANTILES.length;
    for (let service = 0; service < services.length; service++) this.ofService(service, service * perService);
    this.ofFleet(fleet);
    this.timeline.endScrape(this.world.nowUs);
  }

  private ofService(service: number, from: number): void {
    const { world, metrics, timeline } = this;
    const point = metrics.points[service].at(-1);
    timeline.take(from + 3, world.desired[service]);
    timeline.take(from + 4, world.ready[service]);
    if (point !== undefined) {
      timeline.take(from, point.requestsPerSecond);
      timeline.take(from + 1, point.servedPerSecond);
      timeline.take(from + 2, point.failedPerSecond);
      timeline.take(from + 5, point.cpuShare);
      timeline.take(from + 6, point.memShare);
      timeline.take(from + 7, point.inFlight);
    }
    const { latency } = metrics.lastOfService[service];
    if (latency.count === 0) return;
    for (let k = 0; k < QUANTILES.length; k++) {
      const [share] = QUANTILES[k];
      // The point has it already.
      const quantileUs = share === 0.99 && point !== undefined ? point.p99Us : latency.quantileUs(share);
      timeline.take(from + MEANS.length + k, quantileUs / US_PER_SECOND);
    }
  }

  private ofFleet(fleet: FleetReading): void {
    const { world, timeline, fleetFrom } = this;
    const { nodes } = world;
    const worksInZone = world.spec.zones.map(() => 0);
    let works = 0;
    let broken = 0;
    for (let node = 0; node < nodes.count; node++) {
      if (nodes.bought[node] === 0) continue;
      if (nodes.works(node)) {
        works++;
        if (nodes.places[node].zone >= 0) worksInZone[nodes.places[node].zone]++;
      } else if (nodes.coming[node] === 0) broken++;
    }
    timeline.take(fleetFrom, fleet.boughtNodes);
    timeline.take(fleetFrom + 1, works);
    timeline.take(fleetFrom + 2, broken);
    timeline.take(fleetFrom + 3, world.simulation.ledger.counts.pending);
    timeline.take(fleetFrom + 4, fleet.cpuUsedShare);
    timeline.take(fleetFrom + 5, fleet.usdPerHour);
    timeline.take(fleetFrom + 6, fleet.usdSoFar);
    worksInZone.forEach((count, zone) => timeline.take(fleetFrom + 7 + zone, count));
  }
}
