import { durationMeanUs } from '../duration-spec.ts';
import type { Replica } from '../services/replica.ts';
import type { ProbeSpec } from '../services/service-spec.ts';
import type { ReplicaControl } from './replica-control.ts';
import type { World } from './world.ts';

/** Readiness and liveness probes of replicas that serve. Those of replicas that start are the start-up's. */
export class ProbeControl {
  private readonly world: World;
  private readonly replicas: ReplicaControl;
  private readonly workMeanUs: number[];
  private readonly hasProbes: boolean[];
  /** Replicas whose probes may come to something at this tick. */
  private readonly slow: Replica[] = [];

  constructor(world: World, replicas: ReplicaControl) {
    this.world = world;
    this.replicas = replicas;
    const { services } = world.spec;
    this.workMeanUs = services.map((service) => durationMeanUs(service.requests.work));
    this.hasProbes = services.map(({ startUp }) => startUp.readiness !== undefined || startUp.liveness !== undefined);
  }

  /** Looks whether requests wait at the replica, or did when it was last looked at; true: its probes are to be asked. */
  note(replica: Replica): boolean {
    if (!this.hasProbes[replica.service]) return false;
    const { concurrency } = this.world.spec.services[replica.service].requests;
    if (!this.isTroubled(replica) && this.world.requests.inFlight(replica.endpoint) < concurrency) return false;
    this.slow.push(replica);
    return true;
  }

  /** Whether it failed a probe when it was asked last, so that it is asked again though nothing may wait at it. */
  isTroubled({ state, unreadySinceUs, hungSinceUs }: Replica): boolean {
    return state === 'unready' || !Number.isNaN(unreadySinceUs) || !Number.isNaN(hungSinceUs);
  }

  /** Asks the probes of all that were noted, service by service, the oldest replica first. */
  probeAll(): void {
    if (this.slow.length === 0) return;
    this.slow.sort((one, other) => one.service - other.service || one.id - other.id);
    for (const replica of this.slow.splice(0))
      if (replica.state === 'ready' || replica.state === 'unready') this.probe(replica);
  }

  /** A probe is a request like any other: it waits its turn. How long that would be is reckoned from the queue. */
  private probe(replica: Replica): void {
    const { world } = this;
    const spec = world.spec.services[replica.service];
    const { readiness, liveness } = spec.startUp;
    const ahead = world.requests.inFlight(replica.endpoint);
    const places = spec.requests.concurrency;
    const waitUs =
      (Math.max(0, ahead - places + 1) / places) * (this.workMeanUs[replica.service] / Math.max(1e-6, replica.speed));
    const sinceUs = (probe: ProbeSpec | undefined, beforeUs: number): number => {
      if (probe === undefined || waitUs <= probe.timeoutUs) return Number.NaN;
      return Number.isNaN(beforeUs) ? world.nowUs : beforeUs;
    };
    const givesUp = (probe: ProbeSpec | undefined, fromUs: number): boolean =>
      probe !== undefined && world.nowUs - fromUs >= probe.failureThreshold * probe.periodUs;
    replica.unreadySinceUs = sinceUs(readiness, replica.unreadySinceUs);
    replica.hungSinceUs = sinceUs(liveness, replica.hungSinceUs);
    if (givesUp(liveness, replica.hungSinceUs)) {
      this.replicas.crash(replica, `its liveness probe failed for ${(world.nowUs - replica.hungSinceUs) / 1e6} s`);
      return;
    }
    // The kubelet restarts by itself; for the rotation it needs the control plane.
    if (world.nodes.cutOff[replica.node] === 1 || world.controlPlaneDown) return;
    if (givesUp(readiness, replica.unreadySinceUs)) this.replicas.setInRotation(replica, false);
    else if (Number.isNaN(replica.unreadySinceUs)) this.replicas.setInRotation(replica, true);
  }
}
