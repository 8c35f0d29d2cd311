import { DECIDE } from '../journal.ts';
import type { ReplicaSize, VerticalDecision, VerticalScaler } from '../scaling/vertical-policy.ts';
import type { Replica } from '../services/replica.ts';
import { RANK, VERTICAL_EVENT } from './event-kinds.ts';
import type { ReplicaControl } from './replica-control.ts';
import type { World } from './world.ts';

/** Asks each service's vertical policy what its replicas should request, and gives it to them as the policy's mode says. */
export class VerticalControl {
  private readonly world: World;
  private readonly replicas: ReplicaControl;
  private readonly scalers: (VerticalScaler | undefined)[];
  /** Replicas that were killed for want of memory since the last scrape, and how much they used. */
  private readonly outOfMemory = new Map<number, number>();

  constructor(world: World, replicas: ReplicaControl) {
    this.world = world;
    this.replicas = replicas;
    this.scalers = world.spec.scaling.map(({ vertical }) => vertical?.make({ containers: 1 }));
  }

  begin(): void {
    this.scalers.forEach((scaler, service) => {
      if (scaler !== undefined) this.plan(service);
    });
  }

  noteOutOfMemory(replica: Replica): void {
    this.outOfMemory.set(replica.id, replica.memBytes);
  }

  /** The readings of this scrape go to the policies. */
  observe(): void {
    const { world } = this;
    this.scalers.forEach((scaler, service) => {
      if (scaler === undefined) return;
      for (const replica of world.ofService[service]) {
        const reading = replica.readings.newest;
        const killedAtBytes = this.outOfMemory.get(replica.id);
        const isNew = reading !== undefined && reading.timeUs === world.nowUs;
        if (!isNew && killedAtBytes === undefined) continue;
        // A killed process cannot have had more than its limit.
        const mostBytes = world.spec.services[service].memLimitBytes;
        scaler.observe({
          timeUs: world.nowUs,
          replica: replica.id,
          cpuMilli: reading?.cpuUsageMilli ?? 0,
          memBytes: killedAtBytes === undefined ? (reading?.memUsageBytes ?? 0) : Math.min(mostBytes, killedAtBytes),
          outOfMemory: killedAtBytes !== undefined,
        });
      }
    });
    this.outOfMemory.clear();
  }

  decide(service: number): void {
    this.plan(service);
    const { world } = this;
    const policy = world.spec.scaling[service].vertical;
    const scaler = this.scalers[service];
    if (world.controlPlaneDown || policy === undefined || scaler === undefined) return;
    const current = world.requestNow[service];
    const decision = scaler.recommend(world.nowUs, current);
    if (decision === undefined || policy.mode === 'off') return;
    const { target } = decision;
    if (target.cpuMilli !== current.cpuMilli || target.memBytes !== current.memBytes) {
      world.requestNow[service] = { ...target };
      world.counts.scalingActions++;
      world.simulation.note(DECIDE, service, target.cpuMilli | 0);
      this.say(service, policy.name, current, decision);
    }
    if (policy.mode !== 'initial') this.update(service, scaler, decision, policy.mode === 'in-place');
  }

  /** One replica at a time, so that the service stays up. */
  private update(service: number, scaler: VerticalScaler, decision: VerticalDecision, inPlace: boolean): void {
    const { world } = this;
    for (const replica of world.ofService[service].slice()) {
      if (replica.state !== 'ready') continue;
      const { cpuMilli, memBytes } = replica.request;
      if (!scaler.shouldUpdate(world.nowUs, { cpuMilli, memBytes }, replica.startedUs, decision)) continue;
      const request = { ...replica.request, ...decision.target };
      if (inPlace && world.simulation.resize(replica.slot, request)) {
        replica.request = request;
        this.onResize(replica, { cpuMilli, memBytes });
        continue;
      }
      if (!world.mayDisrupt(service) || !this.mayEvict(service)) return;
      world.counts.evictions++;
      world.evictionsOf[service]++;
      this.replicas.stop(replica);
      return;
    }
  }

  /** At least two are ready, and more than half of those asked for (the updater's eviction tolerance). */
  private mayEvict(service: number): boolean {
    const ready = this.world.seeminglyReady(service);
    return ready >= 2 && ready > this.world.desired[service] / 2;
  }

  /** Told after a replica was resized where it runs, with what it requested before. */
  onResize: (replica: Replica, before: ReplicaSize) => void = () => {};

  private say(service: number, policy: string, current: ReplicaSize, decision: VerticalDecision): void {
    const text = ({ cpuMilli, memBytes }: ReplicaSize): string => `${cpuMilli}m ${Math.round(memBytes / 2 ** 20)}Mi`;
    this.world.decided({
      by: 'vertical',
      policy,
      about: this.world.spec.services[service].name,
      what: `requests ${text(current)} -> ${text(decision.target)}`,
      why: decision.why,
    });
  }

  private plan(service: number): void {
    const { world } = this;
    const periodUs = world.spec.scaling[service].vertical?.periodUs ?? Infinity;
    if (periodUs !== Infinity)
      world.simulation.schedule(world.nowUs + periodUs, RANK.decision, VERTICAL_EVENT, service);
  }
}
