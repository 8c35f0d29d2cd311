import { cpuShares } from '../services/cpu-shares.ts';
import type { Replica } from '../services/replica.ts';
import type { JobControl } from './job-control.ts';
import { ProbeControl } from './probe-control.ts';
import type { ReplicaControl } from './replica-control.ts';
import type { World } from './world.ts';

/**
 * Of what there is (CPU of the machine or of a limit, memory likewise), a machine that uses more than this share is
 * looked at at every tick; the others, which are far from any trouble, at scrapes only.
 */
const BUSY_SHARE = 0.5;

/**
 * At every tick: who uses how much CPU and memory, and what follows. CPU that is short or limited slows replicas down;
 * memory above the limit, or above what the machine has, kills them; replicas too slow to answer their probes leave
 * the rotation or are started anew.
 */
export class ResourceControl {
  private readonly world: World;
  private readonly replicas: ReplicaControl;
  private readonly jobs: JobControl;
  private readonly probes: ProbeControl;
  /** When each node was looked at last, and whether it was far from any trouble then. */
  private readonly lookedUs: Float64Array;
  private readonly isCalm: Uint8Array;
  /** By service: how many calls had come at the last tick that looked at all nodes, and for how many such ticks none has. */
  private readonly arrivedBefore: Float64Array;
  private readonly stillTicks: Uint8Array;
  /** By service: whether at this tick nothing of it can have worked since the last one. */
  private readonly isStill: Uint8Array;
  /** Sum over ticks of the CPU used on all machines, in milli-CPU x microseconds. */
  cpuUsedMilliUs = 0;
  /** CPU used on each node when it was looked at last, in millicores. */
  readonly nodeUsedMilli: Float64Array;

  constructor(world: World, replicas: ReplicaControl, jobs: JobControl) {
    this.world = world;
    this.replicas = replicas;
    this.jobs = jobs;
    this.probes = new ProbeControl(world, replicas);
    const { count } = world.nodes;
    this.nodeUsedMilli = new Float64Array(count);
    this.lookedUs = new Float64Array(count);
    this.isCalm = new Uint8Array(count);
    const services = world.spec.services.length;
    this.arrivedBefore = new Float64Array(services);
    this.stillTicks = new Uint8Array(services);
    this.isStill = new Uint8Array(services);
  }

  /** `all`: every node is looked at, as before each scrape; otherwise those that were busy when last looked at. */
  tick(all: boolean): void {
    const { world, isCalm, lookedUs } = this;
    if (all) this.findStill();
    else this.isStill.fill(0);
    for (let node = 0; node < world.nodes.count; node++) if (all || isCalm[node] === 0) this.shareCpu(node);
    for (let node = 0; node < world.nodes.count; node++)
      if (lookedUs[node] === world.nowUs && world.onNode[node].length > 0) this.watchMemory(node);
    this.probes.probeAll();
  }

  /**
   * A service is still when nothing has come since the last tick but one: whatever was on its way then, given up by its
   * callers or not, had arrived when it was looked at last. Its replicas that were empty are so still, and the model need
   * not be asked about them.
   */
  private findStill(): void {
    const { arrivedBefore, stillTicks, isStill } = this;
    const { spec, requests } = this.world;
    const { services } = requests;
    for (let service = 0; service < services.length; service++) {
      const { arrived, inFlight } = services[service];
      if (arrived === arrivedBefore[service] && inFlight === 0)
        stillTicks[service] = Math.min(2, stillTicks[service] + 1);
      else stillTicks[service] = 0;
      arrivedBefore[service] = arrived;
      isStill[service] = stillTicks[service] === 2 && spec.services[service].cpuPerRequestMilli > 0 ? 1 : 0;
    }
  }

  /** Whether nothing can be at the replica now, as nothing was when it was looked at last. */
  private isIdle(replica: Replica): boolean {
    return replica.isEmpty && this.isStill[replica.service] === 1;
  }

  private shareCpu(node: number): void {
    const { world } = this;
    const { requests, nowUs } = world;
    const spanUs = nowUs - this.lookedUs[node];
    this.lookedUs[node] = nowUs;
    this.isCalm[node] = 1;
    this.nodeUsedMilli[node] = 0;
    const here = world.onNode[node];
    if (spanUs <= 0 || world.nodes.down[node] === 1) return;
    const capacityMilli = world.nodes.specs[node].cpuMilli;
    let usedMilli = this.jobs.use[node].usesMilli;
    let isCalm = true;
    let isAllIdle = true;
    for (const replica of here) {
      if (replica.endpoint < 0) continue;
      // It wants nothing, nothing slows it down, and its probes have nothing to wait for.
      if (this.isIdle(replica)) continue;
      isAllIdle = false;
      const { cpuPerRequestMilli, cpuLimitMilli } = world.spec.services[replica.service];
      const busyUs = requests.busyUs(replica.endpoint);
      const wantsMilli = ((busyUs - replica.busyUsAtTick) / spanUs) * cpuPerRequestMilli;
      replica.busyUsAtTick = busyUs;
      replica.wantsMilli = wantsMilli;
      replica.isEmpty =
        wantsMilli === 0 &&
        this.stillTicks[replica.service] > 0 &&
        requests.inFlight(replica.endpoint) === 0 &&
        !this.probes.isTroubled(replica);
      // As long as it is empty, its memory stays what it is.
      if (replica.isEmpty) replica.memBytes = this.memoryOf(replica);
      usedMilli += wantsMilli < cpuLimitMilli ? wantsMilli : cpuLimitMilli;
      if (wantsMilli > BUSY_SHARE * cpuLimitMilli) isCalm = false;
      if (this.probes.note(replica)) isCalm = false;
    }
    if (usedMilli > BUSY_SHARE * capacityMilli) isCalm = false;
    this.isCalm[node] = isCalm ? 1 : 0;
    if (usedMilli > capacityMilli) usedMilli = this.divide(node, capacityMilli);
    else if (!isAllIdle)
      for (const replica of here) {
        if (replica.endpoint < 0) continue;
        const { cpuLimitMilli } = world.spec.services[replica.service];
        replica.cpuFactor = replica.wantsMilli > cpuLimitMilli ? cpuLimitMilli / replica.wantsMilli : 1;
        this.replicas.endpoints.applySpeed(replica);
      }
    this.nodeUsedMilli[node] = usedMilli;
    this.cpuUsedMilliUs += usedMilli * spanUs;
  }

  /** More is wanted than there is. Returns what is used. */
  private divide(node: number, capacityMilli: number): number {
    const { world } = this;
    const running = world.onNode[node].filter((replica) => replica.endpoint >= 0);
    const claims = running.map((replica) => ({
      wantsMilli: replica.wantsMilli,
      limitMilli: world.spec.services[replica.service].cpuLimitMilli,
      weight: replica.request.cpuMilli,
    }));
    const { usesMilli, requestsMilli } = this.jobs.use[node];
    if (usesMilli > 0) claims.push({ wantsMilli: usesMilli, limitMilli: Infinity, weight: requestsMilli });
    // The machine's real CPU, whatever it is said to have when it is overcommitted.
    const shares = cpuShares(capacityMilli, claims);
    let usedMilli = 0;
    shares.forEach((share, k) => (usedMilli += share * claims[k].wantsMilli));
    running.forEach((replica, k) => {
      replica.cpuFactor = shares[k];
      this.replicas.endpoints.applySpeed(replica);
    });
    return usedMilli;
  }

  private watchMemory(node: number): void {
    const { world } = this;
    const { memBytes } = world.nodes.specs[node];
    let usedBytes = 0;
    let requestedBytes = 0;
    let worst: Replica | undefined;
    let tooLarge: Replica[] | undefined;
    for (const replica of world.onNode[node]) {
      const { memLimitBytes } = world.spec.services[replica.service];
      requestedBytes += replica.request.memBytes;
      if (!this.isIdle(replica)) replica.memBytes = this.memoryOf(replica);
      if (replica.memBytes === 0) continue;
      if (replica.memBytes > memLimitBytes) {
        (tooLarge ??= []).push(replica);
        continue;
      }
      if (replica.memBytes > BUSY_SHARE * memLimitBytes) this.isCalm[node] = 0;
      usedBytes += replica.memBytes;
      const over = replica.memBytes - replica.request.memBytes;
      if (worst === undefined || over > worst.memBytes - worst.request.memBytes) worst = replica;
    }
    for (const replica of tooLarge ?? []) {
      const { memLimitBytes } = world.spec.services[replica.service];
      this.outOfMemory(replica, `${gibibytes(replica.memBytes)} used, limit ${gibibytes(memLimitBytes)}`);
    }
    // Jobs use what they request: what is requested on the node, without the replicas' part.
    usedBytes += Math.max(0, memBytes - world.simulation.cluster.memFreeBytes[node] - requestedBytes);
    if (usedBytes > BUSY_SHARE * memBytes) this.isCalm[node] = 0;
    if (usedBytes > memBytes && worst !== undefined)
      this.outOfMemory(worst, `the node has ${gibibytes(memBytes)} and ${gibibytes(usedBytes)} are used on it`);
  }

  private memoryOf(replica: Replica): number {
    const { world } = this;
    if (!replica.runs) return 0;
    const { memBaseBytes, memPerRequestBytes, memLeakBytes } = world.spec.services[replica.service];
    const { memFactor } = world.versions[replica.service][replica.version];
    let bytes = memBaseBytes;
    if (memPerRequestBytes > 0) bytes += world.requests.inFlight(replica.endpoint) * memPerRequestBytes;
    if (memLeakBytes > 0) bytes += world.requests.started(replica.endpoint) * memLeakBytes;
    return bytes * memFactor;
  }

  private outOfMemory(replica: Replica, why: string): void {
    this.world.counts.oomKills++;
    this.onOutOfMemory(replica);
    replica.memBytes = 0;
    this.replicas.crash(replica, `killed for want of memory: ${why}`);
  }

  /** Told before a replica is killed for want of memory. */
  onOutOfMemory: (replica: Replica) => void = () => {};
}

const gibibytes = (bytes: number): string => `${Math.round((bytes / 2 ** 30) * 100) / 100} GiB`;
