import { Billing } from '../fleet/billing.ts';
import type { LivingResult, ServiceResult } from '../monitoring/living-result.ts';
import type { LivingSnapshot } from '../monitoring/living-snapshot.ts';
import { ObjectiveMeter } from '../monitoring/objective-meter.ts';
import { Timeline } from '../monitoring/timeline.ts';
import type { RunResult } from '../result.ts';
import type { Replica } from '../services/replica.ts';
import { hours, US_PER_SECOND } from '../time.ts';
import type { JobControl } from './job-control.ts';
import { livingNumbers } from './living-numbers.ts';
import type { MetricControl } from './metric-control.ts';
import type { ResourceControl } from './resource-control.ts';
import { snapshotOf } from './snapshot.ts';
import { TimelineLines } from './timeline-lines.ts';
import type { World } from './world.ts';

/** Metrics of jobs that mean nothing where there are only services. */
const OF_JOBS = /Slowdown|FlowS$|makespanS|fragmentation|jainFairness/;
/** What bills call all that is no service's. */
const JOBS = 'jobs';
/** Clouds bill a machine for a minute at least (AWS, GCP, Azure: per second, minimum 60 s). */
const BILLED_AT_LEAST_S = 60;

/** Turns what happens in a living cluster into its timeline, promises, bills and numbers. */
export class LivingRecorder {
  private readonly world: World;
  private readonly metrics: MetricControl;
  private readonly resources: ResourceControl;
  private readonly jobs: JobControl;
  private readonly billing: Billing;
  private readonly timeline: Timeline;
  private readonly objectives: ObjectiveMeter[];
  private readonly lines: TimelineLines;
  /** Which traffics each objective is about; none: all calls to its service. */
  private readonly trafficOf: number[][];
  private lastUs = 0;
  /** Whom the pod in each slot is billed to: a service, or the number after the last for jobs. */
  private readonly payer: number[] = [];
  /** Integrals over time, by service: replicas asked for, ready, missing. */
  private readonly readyUs: Float64Array;
  private readonly deficitUs: Float64Array;
  private readonly readyPeak: Float64Array;
  private readonly readyBefore: number[];
  private readonly desiredBefore: number[];
  private readonly serviceUs: Float64Array;
  /** Capacity of the machines that are paid for, integrated over time. */
  private boughtCpuUs = 0;
  private boughtMemUs = 0;
  private boughtNodeUs = 0;
  private boughtCpuMilli = 0;
  private boughtMemBytes = 0;
  private boughtNodes = 0;
  private boughtPeak = 0;
  /** Price of the machines over time; the bill itself rounds up and has a minimum. */
  private usdSoFar = 0;
  /** CPU in use on each node, as last told to the bill. */
  private readonly usedMilli: Float64Array;

  constructor(world: World, metrics: MetricControl, resources: ResourceControl, jobs: JobControl) {
    this.world = world;
    this.metrics = metrics;
    this.resources = resources;
    this.jobs = jobs;
    const { spec } = world;
    this.billing = new Billing(spec.groups, [...spec.services.map(({ name }) => name), JOBS], {
      minimumS: BILLED_AT_LEAST_S,
      usdPerGbBetweenZones: spec.usdPerGbBetweenZones,
      kgPerKWh: spec.kgPerKWh,
    });
    this.usedMilli = new Float64Array(world.nodes.count);
    this.timeline = new Timeline(spec.durationUs, spec.scrapeUs, spec.timelinePoints);
    this.objectives = spec.objectives.map((one) => new ObjectiveMeter(one, spec.services[one.service].name));
    this.readyUs = new Float64Array(spec.services.length);
    this.deficitUs = new Float64Array(spec.services.length);
    this.readyPeak = new Float64Array(spec.services.length);
    this.serviceUs = new Float64Array(spec.services.length);
    this.lines = new TimelineLines(world, metrics, this.timeline);
    this.readyBefore = spec.services.map(() => 0);
    this.desiredBefore = spec.services.map(({ replicas }) => replicas);
    this.trafficOf = spec.objectives.map(({ service }) =>
      metrics.serviceOfTraffic.flatMap((one, traffic) => (one === service ? [traffic] : [])),
    );
  }

  /** A machine starts to cost, or stops. */
  bought(node: number, bought: boolean): void {
    const { world } = this;
    this.passTime();
    this.billing.advance(world.nowUs);
    const sign = bought ? 1 : -1;
    const { cpuMilli, memBytes } = world.nodes.specs[node];
    this.boughtCpuMilli += sign * cpuMilli;
    this.boughtMemBytes += sign * memBytes;
    this.boughtNodes += sign;
    this.boughtPeak = Math.max(this.boughtPeak, this.boughtNodes);
    if (bought) this.billing.nodeStarted(node, world.nodes.group[node]);
    else {
      this.use(node, 0);
      this.billing.nodeStopped(node);
    }
  }

  /** CPU use was measured anew. */
  measured(): void {
    this.billing.advance(this.world.nowUs);
    const { bought } = this.world.nodes;
    for (let node = 0; node < bought.length; node++)
      if (bought[node] === 1) this.use(node, this.resources.nodeUsedMilli[node]);
  }

  private use(node: number, milli: number): void {
    if (milli === this.usedMilli[node]) return;
    this.billing.used(node, milli - this.usedMilli[node]);
    this.usedMilli[node] = milli;
  }

  placed(slot: number, node: number): void {
    const { bySlot, spec } = this.world;
    this.payer[slot] = bySlot.get(slot)?.service ?? spec.services.length;
    this.charge(slot, node, 1);
  }

  left(slot: number, node: number): void {
    this.charge(slot, node, -1);
  }

  resized(replica: Replica, before: { cpuMilli: number; memBytes: number }): void {
    this.billing.advance(this.world.nowUs);
    const { cpuMilli, memBytes } = replica.request;
    this.billing.requested(replica.node, replica.service, cpuMilli - before.cpuMilli, memBytes - before.memBytes);
  }

  /** After the metrics pipeline has read everything. */
  scrape(): void {
    const { world, metrics } = this;
    this.passTime();
    for (let service = 0; service < world.spec.services.length; service++) this.passService(service);
    this.billing.advance(world.nowUs);
    world.spec.objectives.forEach((objective, k) => {
      let good = 0;
      let bad = 0;
      for (const traffic of this.trafficOf[k]) {
        const last = metrics.lastOfTraffic[traffic];
        const inTime = last.good * last.latency.shareWithin(objective.withinUs);
        good += inTime;
        bad += last.good + last.bad - inTime;
      }
      if (this.trafficOf[k].length === 0) {
        const last = metrics.lastOfService[objective.service];
        good = last.served * last.latency.shareWithin(objective.withinUs);
        bad = last.served + last.failed + last.timedOut - good;
      }
      this.objectives[k].add(world.nowUs, good, bad);
    });
    let usedMilli = 0;
    for (const milli of this.resources.nodeUsedMilli) usedMilli += milli;
    this.lines.draw({
      boughtNodes: this.boughtNodes,
      cpuUsedShare: this.boughtCpuMilli > 0 ? usedMilli / this.boughtCpuMilli : Number.NaN,
      usdPerHour: this.billing.usdPerHour(),
      usdSoFar: this.usdSoFar,
    });
  }

  snapshot(): LivingSnapshot {
    return snapshotOf(this.world, this.metrics, this.resources, {
      usdPerHour: this.billing.usdPerHour(),
      usdSoFar: this.usdSoFar,
    });
  }

  /** The engine's result with all that a living cluster adds. */
  result(base: RunResult): RunResult {
    const { world } = this;
    this.passTime();
    for (let service = 0; service < world.spec.services.length; service++) this.passService(service);
    this.billing.advance(world.nowUs);
    this.timeline.finish(world.nowUs);
    const services = world.spec.services.map((_, service) => this.serviceResult(service));
    const objectives = this.objectives.map((meter) => meter.result());
    const served = world.requests.traffic.reduce((sum, one) => sum + one.good, 0);
    world.requests.services.forEach(({ crossZone }, service) =>
      this.billing.traffic(service, crossZone * world.spec.requestBytes),
    );
    const cost = this.billing.result(served);
    services.forEach((one) => Object.assign(one, { costUsd: cost.byService[one.service] ?? 0 }));
    const living: LivingResult = {
      timeline: { timeUs: this.timeline.timeUs, series: this.timeline.series },
      decisions: world.decisions,
      happenings: world.happenings,
      services,
      objectives,
      cost,
      notes: this.notes(),
    };
    return {
      ...base,
      metrics: {
        ...this.kept(base),
        ...livingNumbers(world, this.metrics, this.objectives, living, this.cpuUsedShare),
      },
      living,
    };
  }

  /** CPU used over CPU bought; undefined when nothing was bought. */
  private get cpuUsedShare(): number | undefined {
    return this.boughtCpuUs > 0 ? this.resources.cpuUsedMilliUs / this.boughtCpuUs : undefined;
  }

  /** The engine's metrics, its shares taken of the machines that were there instead of all that could have been. */
  private kept(base: RunResult): Record<string, number> {
    const { simulation, spec } = this.world;
    const kept: Record<string, number> = {};
    for (const [name, value] of Object.entries(base.metrics))
      if (spec.jobs.length > 0 || !OF_JOBS.test(name)) kept[name] = value;
    const forUs = base.endUs - base.startUs;
    const rescale = (name: string, total: number, bought: number): void => {
      if (kept[name] !== undefined && bought > 0) kept[name] = (kept[name] * total * forUs) / bought;
    };
    rescale('cpuAllocatedShare', simulation.cluster.totalCpuMilli, this.boughtCpuUs);
    rescale('memAllocatedShare', simulation.cluster.totalMemBytes, this.boughtMemUs);
    delete kept['cpuPeakShare'];
    delete kept['memPeakShare'];
    kept['nodeHours'] = this.boughtNodeUs / hours(1);
    return kept;
  }

  private serviceResult(service: number): ServiceResult {
    const { world, metrics } = this;
    const counters = world.requests.services[service];
    const latency = metrics.latencyOfService[service];
    const measuredUs = metrics.measuredUs[service];
    const ms = (share: number): number => latency.quantileUs(share) / 1000;
    return {
      service: world.spec.services[service].name,
      arrived: counters.arrived,
      served: counters.served,
      failed: counters.failed,
      timedOut: counters.timedOut,
      inFlight: counters.inFlight,
      retries: counters.retries,
      failedBy: { ...counters.failedBy },
      meanMs: latency.meanUs / 1000,
      p50Ms: ms(0.5),
      p90Ms: ms(0.9),
      p99Ms: ms(0.99),
      p999Ms: ms(0.999),
      replicasMean: this.readyUs[service] / Math.max(1, world.nowUs),
      replicasPeak: this.readyPeak[service],
      replicaHours: this.readyUs[service] / hours(1),
      cpuShareMean: measuredUs > 0 ? metrics.cpuShareUs[service] / measuredUs : 0,
      costUsd: 0,
      deficitReplicaS: this.deficitUs[service] / US_PER_SECOND,
      evictions: world.evictionsOf[service],
      restarts: world.restartsOf[service],
      model: world.requests.notes[service] ?? '',
    };
  }

  private notes(): string[] {
    const { world, jobs } = this;
    const notes = [...world.requests.notes];
    if (jobs.restarted > 0) notes.push(`${jobs.restarted} evicted jobs began again from their start`);
    if (jobs.lost > 0) notes.push(`${jobs.lost} evicted jobs were given up`);
    if (world.counts.recordsDropped > 0)
      notes.push(`${world.counts.recordsDropped} decisions and happenings were counted but not kept`);
    return notes;
  }

  /** Integrates the service's replicas up to now; must be called whenever they change. */
  passService(service: number): void {
    const { world } = this;
    const spanUs = world.nowUs - this.serviceUs[service];
    this.serviceUs[service] = world.nowUs;
    const ready = this.readyBefore[service];
    this.readyUs[service] += ready * spanUs;
    this.deficitUs[service] += Math.max(0, this.desiredBefore[service] - ready) * spanUs;
    const now = world.ready[service];
    this.readyBefore[service] = now;
    this.desiredBefore[service] = world.desired[service];
    this.readyPeak[service] = Math.max(this.readyPeak[service], now);
  }

  /** Integrates the machines that are paid for up to now. */
  private passTime(): void {
    const spanUs = this.world.nowUs - this.lastUs;
    this.lastUs = this.world.nowUs;
    this.boughtCpuUs += this.boughtCpuMilli * spanUs;
    this.boughtMemUs += this.boughtMemBytes * spanUs;
    this.boughtNodeUs += this.boughtNodes * spanUs;
    this.usdSoFar += (this.billing.usdPerHour() * spanUs) / hours(1);
  }

  private charge(slot: number, node: number, sign: 1 | -1): void {
    const { world } = this;
    const { pods, shapes } = world.simulation;
    const shape = pods.shape[slot];
    this.billing.advance(world.nowUs);
    this.billing.requested(node, this.payer[slot], sign * shapes.cpuMilli[shape], sign * shapes.memBytes[shape]);
  }
}
