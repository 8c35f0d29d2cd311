import { durationMeanUs } from '../duration-spec.ts';
import { cpuShares, type CpuClaim } from '../services/cpu-shares.ts';
import type { Replica } from '../services/replica.ts';
import type { ProbeSpec } from '../services/service-spec.ts';
import type { JobControl } from './job-control.ts';
import type { ReplicaControl } from './replica-control.ts';
import type { World } from './world.ts';

/**
 * At every tick: who uses how much CPU and memory, and what follows. CPU that is short or limited slows replicas down;
 * memory above the limit, or above what the machine has, kills them; replicas too slow to answer their probes leave
 * the rotation or are started anew.
 */
export class ResourceControl {
  private readonly world: World;
  private readonly replicas: ReplicaControl;
  private readonly jobs: JobControl;
  private readonly workMeanUs: number[];
  private lastUs = 0;
  /** Sum over ticks of the CPU used on all machines, in milli-CPU x microseconds. */
  cpuUsedMilliUs = 0;
  /** CPU used on each node over the last tick, in millicores. */
  readonly nodeUsedMilli: Float64Array;

  constructor(world: World, replicas: ReplicaControl, jobs: JobControl) {
    this.world = world;
    this.replicas = replicas;
    this.jobs = jobs;
    this.workMeanUs = world.spec.services.map((service) => durationMeanUs(service.requests.work));
    this.nodeUsedMilli = new Float64Array(world.nodes.count);
  }

  tick(): void {
    const { world } = this;
    const spanUs = world.nowUs - this.lastUs;
    this.lastUs = world.nowUs;
    if (spanUs <= 0) return;
    for (let node = 0; node < world.nodes.count; node++) {
      this.nodeUsedMilli[node] = 0;
      if (world.nodes.down[node] === 1) continue;
      if (world.onNode[node].length > 0 || this.jobs.onNode[node].length > 0) this.shareCpu(node, spanUs);
    }
    for (let node = 0; node < world.nodes.count; node++) if (world.onNode[node].length > 0) this.watchMemory(node);
    for (const replicas of world.ofService) for (const replica of replicas.slice()) this.probe(replica);
  }

  private shareCpu(node: number, spanUs: number): void {
    const { world } = this;
    const running: Replica[] = [];
    const claims: CpuClaim[] = [];
    for (const replica of world.onNode[node]) {
      if (replica.endpoint < 0) continue;
      const spec = world.spec.services[replica.service];
      const busyUs = world.requests.busyUs(replica.endpoint);
      replica.wantsMilli = ((busyUs - replica.busyUsAtTick) / spanUs) * spec.cpuPerRequestMilli;
      replica.busyUsAtTick = busyUs;
      running.push(replica);
      claims.push({
        wantsMilli: replica.wantsMilli,
        limitMilli: spec.cpuLimitMilli,
        weight: replica.request.cpuMilli,
      });
    }
    const { usesMilli, requestsMilli } = this.jobs.use[node];
    if (usesMilli > 0) claims.push({ wantsMilli: usesMilli, limitMilli: Infinity, weight: requestsMilli });
    // The machine's real CPU, whatever it is said to have when it is overcommitted.
    const shares = cpuShares(world.nodes.specs[node].cpuMilli, claims);
    let usedMilli = 0;
    shares.forEach((share, k) => (usedMilli += share * claims[k].wantsMilli));
    this.nodeUsedMilli[node] = usedMilli;
    this.cpuUsedMilliUs += usedMilli * spanUs;
    running.forEach((replica, k) => {
      replica.cpuFactor = shares[k];
      this.replicas.endpoints.applySpeed(replica);
    });
  }

  private watchMemory(node: number): void {
    const { world } = this;
    let usedBytes = 0;
    let requestedBytes = 0;
    let worst: Replica | undefined;
    for (const replica of world.onNode[node].slice()) {
      const spec = world.spec.services[replica.service];
      requestedBytes += replica.request.memBytes;
      if (!replica.runs) {
        replica.memBytes = 0;
        continue;
      }
      const { memFactor } = world.versions[replica.service][replica.version];
      const inFlight = replica.endpoint < 0 ? 0 : world.requests.inFlight(replica.endpoint);
      const started = replica.endpoint < 0 ? 0 : world.requests.started(replica.endpoint);
      replica.memBytes =
        (spec.memBaseBytes + inFlight * spec.memPerRequestBytes + started * spec.memLeakBytes) * memFactor;
      if (replica.memBytes > spec.memLimitBytes) {
        this.outOfMemory(replica, `${gibibytes(replica.memBytes)} used, limit ${gibibytes(spec.memLimitBytes)}`);
        continue;
      }
      usedBytes += replica.memBytes;
      const over = replica.memBytes - replica.request.memBytes;
      if (worst === undefined || over > worst.memBytes - worst.request.memBytes) worst = replica;
    }
    const { memBytes } = world.nodes.specs[node];
    // Jobs use what they request: what is requested on the node, without the replicas' part.
    usedBytes += Math.max(0, memBytes - world.simulation.cluster.memFreeBytes[node] - requestedBytes);
    if (usedBytes > memBytes && worst !== undefined)
      this.outOfMemory(worst, `the node has ${gibibytes(memBytes)} and ${gibibytes(usedBytes)} are used on it`);
  }

  private outOfMemory(replica: Replica, why: string): void {
    this.world.counts.oomKills++;
    this.onOutOfMemory(replica);
    replica.memBytes = 0;
    this.replicas.crash(replica, `killed for want of memory: ${why}`);
  }

  /** Told before a replica is killed for want of memory. */
  onOutOfMemory: (replica: Replica) => void = () => {};

  /** A probe is a request like any other: it waits its turn. How long that would be is reckoned from the queue. */
  private probe(replica: Replica): void {
    const { world } = this;
    if (replica.state !== 'ready' && replica.state !== 'unready') return;
    const spec = world.spec.services[replica.service];
    const { readiness, liveness } = spec.startUp;
    if (readiness === undefined && liveness === undefined) return;
    const ahead = world.requests.inFlight(replica.endpoint);
    const places = spec.requests.concurrency;
    const waitUs =
      (Math.max(0, ahead - places + 1) / places) * (this.workMeanUs[replica.service] / Math.max(1e-6, replica.speed));
    const fails = (probe: ProbeSpec): boolean => waitUs > probe.timeoutUs;
    const sinceUs = (probe: ProbeSpec | undefined, beforeUs: number): number => {
      if (probe === undefined || !fails(probe)) return Number.NaN;
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

const gibibytes = (bytes: number): string => `${Math.round((bytes / 2 ** 30) * 100) / 100} GiB`;
