import { durationMeanUs } from '../duration-spec.ts';
import { DECIDE } from '../journal.ts';
import type { HorizontalScaler, ReplicaSample } from '../scaling/horizontal-policy.ts';
import type { Replica } from '../services/replica.ts';
import { HORIZONTAL_EVENT, RANK } from './event-kinds.ts';
import type { MetricControl } from './metric-control.ts';
import type { World } from './world.ts';

/** Asks each service's horizontal policy how many replicas it should have, and says so to the service controller. */
export class HorizontalControl {
  private readonly world: World;
  private readonly metrics: MetricControl;
  private readonly scalers: HorizontalScaler[];
  private readonly workMeanUs: number[];
  /** By service: what its policy sees of its replicas, filled anew for each decision. */
  private readonly samples: ReplicaSample[][];
  /** Told after the number asked for has changed. */
  onScale: (service: number) => void = () => {};
  isDeploying: (service: number) => boolean = () => false;

  constructor(world: World, metrics: MetricControl) {
    this.world = world;
    this.metrics = metrics;
    const { services, scaling } = world.spec;
    this.scalers = scaling.map(({ horizontal }, service) =>
      horizontal.make({ random: world.streams(`horizontal/${services[service].name}`) }),
    );
    this.samples = services.map(() => []);
    this.workMeanUs = services.map((service) => durationMeanUs(service.requests.work));
  }

  begin(): void {
    this.scalers.forEach((_, service) => this.plan(service));
  }

  /** True: the number asked for is another now. */
  decide(service: number): boolean {
    this.plan(service);
    const { world } = this;
    if (world.controlPlaneDown) return false;
    const spec = world.spec.services[service];
    const { horizontal, minReplicas, maxReplicas } = world.spec.scaling[service];
    const current = world.desired[service];
    const decision = this.scalers[service].decide({
      nowUs: world.nowUs,
      service: spec.name,
      current,
      minReplicas,
      maxReplicas,
      replicas: this.samplesOf(service),
      points: this.metrics.visible(service),
      scrapeUs: world.spec.scrapeUs,
      deploying: this.isDeploying(service),
      workMeanUs: this.workMeanUs[service],
      concurrency: spec.requests.concurrency,
    });
    const replicas = Math.min(maxReplicas, Math.max(minReplicas, decision.replicas));
    if (replicas === current) return false;
    world.desired[service] = replicas;
    world.counts.scalingActions++;
    world.simulation.note(DECIDE, service, replicas);
    const clamped = replicas === decision.replicas ? undefined : `kept between ${minReplicas} and ${maxReplicas}`;
    const limitedBy = decision.limitedBy ?? clamped;
    world.decided({
      by: 'horizontal',
      policy: horizontal.name,
      about: spec.name,
      what: `${current} -> ${replicas} replicas`,
      why: decision.why,
      ...(limitedBy !== undefined && { limitedBy }),
    });
    this.onScale(service);
    return true;
  }

  private plan(service: number): void {
    const { world } = this;
    const { periodUs } = world.spec.scaling[service].horizontal;
    if (periodUs !== Infinity)
      world.simulation.schedule(world.nowUs + periodUs, RANK.decision, HORIZONTAL_EVENT, service);
  }

  private samplesOf(service: number): readonly ReplicaSample[] {
    const replicas = this.world.ofService[service];
    const samples = this.samples[service];
    samples.length = replicas.length;
    for (let k = 0; k < replicas.length; k++) samples[k] = this.sampleOf(replicas[k]);
    return samples;
  }

  private sampleOf(replica: Replica): ReplicaSample {
    const reading = this.metrics.visibleReading(replica);
    const { sample } = replica;
    sample.state = replica.state === 'ready' ? 'ready' : seenState(this.world, replica);
    sample.startedUs = replica.placedUs;
    sample.changedUs = replica.changedUs;
    sample.sampledUs = reading?.timeUs ?? -1;
    sample.cpuUsageMilli = reading?.cpuUsageMilli ?? 0;
    sample.cpuRequestMilli = replica.request.cpuMilli;
    sample.memUsageBytes = reading?.memUsageBytes ?? 0;
    sample.memRequestBytes = replica.request.memBytes;
    return sample;
  }
}

/** What the control plane believes of a replica; it takes a dead one for what it was until its node is given up. */
function seenState(world: World, replica: Replica): ReplicaSample['state'] {
  if (world.seemsReady(replica)) return 'ready';
  switch (replica.state) {
    case 'pending':
      return 'pending';
    case 'terminating':
    case 'gone':
      return 'terminating';
    default:
      // One that was ready before is not starting but broken.
      return replica.changedUs >= 0 ? 'unready' : 'starting';
  }
}
