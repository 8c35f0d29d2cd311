import type { Replica } from '../services/replica.ts';
import type { ReplicaControl } from './replica-control.ts';
import type { World } from './world.ts';

/** Keeps every service at the number of replicas that is asked for. */
export class ServiceControl {
  private readonly world: World;
  private readonly replicas: ReplicaControl;
  /** Services whose replicas have changed since they were last looked at. */
  private readonly changed = new Set<number>();
  private working = false;
  /** Services that have had a replica: they do not wait for others again. */
  private readonly hasBegun: boolean[];
  /** While a deployment goes on it says how many of each version there are. */
  isDeploying: (service: number) => boolean = () => false;
  onChange: (service: number) => void = () => {};

  constructor(world: World, replicas: ReplicaControl) {
    this.world = world;
    this.replicas = replicas;
    this.hasBegun = world.spec.services.map(() => false);
  }

  begin(): void {
    for (let service = 0; service < this.world.spec.services.length; service++) this.note(service);
  }

  /** Everything is looked at again: the control plane has been away. */
  resume(): void {
    this.begin();
  }

  /** Something about the service has changed; it is put right, and so are those that wait for it. */
  note(service: number): void {
    this.changed.add(service);
    if (this.working || this.world.controlPlaneDown) return;
    this.working = true;
    for (const next of this.changed) {
      this.changed.delete(next);
      this.reconcile(next);
      this.onChange(next);
      this.world.spec.services.forEach((spec, other) => {
        if (spec.startsAfter.includes(next) && !this.hasBegun[other]) this.reconcile(other);
      });
    }
    this.working = false;
  }

  private reconcile(service: number): void {
    const { world } = this;
    if (this.isDeploying(service) || !this.mayStart(service)) return;
    this.hasBegun[service] = true;
    const there = world.ofService[service].filter((replica) => replica.counts);
    const missing = world.desired[service] - there.length;
    for (let k = 0; k < missing; k++) this.replicas.start(service, world.version[service]);
    if (missing < 0) for (const replica of leastMissed(world, there).slice(0, -missing)) this.replicas.stop(replica);
  }

  /** Whether all that it needs to start has a ready replica; a service that has begun once does not wait again. */
  private mayStart(service: number): boolean {
    if (this.hasBegun[service]) return true;
    const { ready, spec } = this.world;
    return spec.services[service].startsAfter.every((other) => ready[other] > 0);
  }
}

/**
 * Whom to stop first: replicas without a node, then those that are not ready, then the youngest (the order of
 * Kubernetes' ReplicaSet controller, `ActivePodsWithRanks`, without its ranks).
 */
export function leastMissed(world: World, replicas: readonly Replica[]): Replica[] {
  const rank = (replica: Replica): number => (replica.node < 0 ? 0 : world.seemsReady(replica) ? 2 : 1);
  return [...replicas].sort(
    (one, other) => rank(one) - rank(other) || other.changedUs - one.changedUs || other.id - one.id,
  );
}
