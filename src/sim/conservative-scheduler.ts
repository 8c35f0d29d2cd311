import { InputError } from './input-error.ts';
import { CapacityProfile } from './capacity-profile.ts';
import { RunningPods } from './running-pods.ts';
import { tryStart, type Scheduler, type SchedulerWorld } from './scheduler-world.ts';
import { standsBefore, type WaitingEntry } from './waiting.ts';

/** When and where an entry will start by the predictions: one node a pod. */
interface Plan {
  readonly atUs: number;
  readonly nodes: readonly number[];
}

/**
 * Conservative backfilling (Mu'alem and Feitelson, TPDS 2001): every waiting entry holds a reservation, and one that
 * stands later in the queue may only start, or be planned, where it delays none before it. When a pod ends early,
 * each entry in turn gives its reservation back and takes the earliest there is, so no reservation ever moves later.
 */
export class ConservativeScheduler implements Scheduler {
  private readonly world: SchedulerWorld;
  private readonly running: RunningPods;
  private readonly queue: WaitingEntry[] = [];
  private readonly plans = new Map<WaitingEntry, Plan>();

  /** Starts must be noted for the predictions, so pods never go past this scheduler. */
  readonly nobodyWaits = false;

  constructor(world: SchedulerWorld) {
    this.world = world;
    this.running = new RunningPods(world);
  }

  wait(entry: WaitingEntry): void {
    this.queue.push(entry);
  }

  arrive(entry: WaitingEntry, mayWait: boolean): boolean {
    const { queue } = this;
    let place = queue.length;
    while (place > 0 && standsBefore(entry, queue[place - 1])) place--;
    queue.splice(place, 0, entry);
    this.running.lendOverdue();
    this.serve();
    const started = this.world.pods.node[entry.slots[0]] >= 0;
    if (!started && !mayWait) {
      queue.splice(queue.indexOf(entry), 1);
      this.plans.delete(entry);
    }
    return started;
  }

  finish(slot: number): void {
    this.running.finish(slot);
  }

  pass(): void {
    this.running.lendOverdue();
    if (this.queue.length > 0) this.serve();
  }

  hasLent(slot: number): boolean {
    return this.running.hasLent(slot);
  }

  withdraw(): void {
    throw new InputError(
      'conservative backfilling plans ahead by run times and cannot let a waiting pod go; use backfilling "any" or "strict"',
    );
  }

  leaveInstant(): void {
    this.running.leaveInstant();
  }

  private serve(): void {
    const { world, queue } = this;
    const profile = this.profile();
    // Entries are planned anew in the order of the queue; the plans of those not yet reached stay in the profile.
    // A plan whose time has passed was broken by somebody who ran on; then those behind must plan anew after it.
    let broken = false;
    for (const entry of queue) {
      const plan = this.plans.get(entry);
      if (plan === undefined) continue;
      broken ||= plan.atUs < world.nowUs;
      if (broken) this.plans.delete(entry);
      else this.hold(profile, entry, plan, -1);
    }
    const kept: WaitingEntry[] = [];
    for (const entry of queue) {
      const old = this.plans.get(entry);
      if (old !== undefined) this.hold(profile, entry, old, 1);
      if (this.start(profile, entry, old)) this.plans.delete(entry);
      else {
        kept.push(entry);
        const plan = this.plan(profile, entry, old);
        if (plan === undefined) this.plans.delete(entry);
        else {
          this.plans.set(entry, plan);
          this.hold(profile, entry, plan, -1);
        }
      }
    }
    queue.splice(0, queue.length, ...kept);
  }

  /** What is free now, and what the running pods will give back by their predicted ends. */
  private profile(): CapacityProfile {
    const { world, running } = this;
    const { pods } = world;
    const profile = new CapacityProfile(world);
    for (let place = 0; place < running.count; place++) {
      const slot = running.slotAt(place);
      const endUs = running.endAt(place);
      if (endUs === Infinity) break;
      profile.change(pods.node[slot], endUs, Infinity, profile.amountsOf(pods.shape[slot]), 1);
    }
    return profile;
  }

  /** For how long a pod is planned: one believed to take no time needs its room at least for a moment. */
  private spanUs(slot: number): number {
    return Math.max(1, this.world.pods.believedUs[slot]);
  }

  private hold(profile: CapacityProfile, entry: WaitingEntry, plan: Plan, sign: 1 | -1): void {
    const { pods } = this.world;
    entry.slots.forEach((slot, member) => {
      const untilUs = plan.atUs + this.spanUs(slot);
      profile.change(plan.nodes[member], plan.atUs, untilUs, profile.amountsOf(pods.shape[slot]), sign);
    });
  }

  /** Starts the entry now if that delays no reservation. The placement policy chooses the node of a single pod. */
  private start(profile: CapacityProfile, entry: WaitingEntry, old: Plan | undefined): boolean {
    const { world } = this;
    const { pods, nowUs } = world;
    const [first] = entry.slots as [number];
    if (entry.slots.length === 1) {
      const amounts = profile.amountsOf(entry.shape);
      const forUs = this.spanUs(first);
      if (!tryStart(world, entry, (node) => profile.fits(node, entry.shape, nowUs, forUs, amounts))) return false;
    } else {
      const plan = this.planAt(profile, entry, nowUs, old);
      if (plan === undefined || !this.bindAsPlanned(entry, plan)) return false;
    }
    for (const slot of entry.slots) {
      this.running.start(slot);
      const untilUs = nowUs + this.spanUs(slot);
      profile.change(pods.node[slot], nowUs, untilUs, profile.amountsOf(pods.shape[slot]), -1);
    }
    return true;
  }

  private bindAsPlanned(entry: WaitingEntry, plan: Plan): boolean {
    const { world } = this;
    const { slots } = entry;
    for (let member = 0; member < slots.length; member++) {
      const slot = slots[member];
      const node = plan.nodes[member];
      if (!world.cluster.fits(node, world.pods.shape[slot], world.shapes)) {
        for (let bound = member - 1; bound >= 0; bound--) world.unbind(slots[bound]);
        return false;
      }
      world.bind(slot, node);
    }
    for (const slot of slots) world.begin(slot);
    return true;
  }

  /** The earliest plan for the entry; undefined when the predictions know none. */
  private plan(profile: CapacityProfile, entry: WaitingEntry, old: Plan | undefined): Plan | undefined {
    const { world } = this;
    if (entry.slots.length > 1) {
      for (const atUs of profile.changeTimesUs()) {
        const plan = atUs < world.nowUs ? undefined : this.planAt(profile, entry, atUs, old);
        if (plan !== undefined) return plan;
      }
      return undefined;
    }
    const amounts = profile.amountsOf(entry.shape);
    const forUs = this.spanUs(entry.slots[0]);
    let bestUs = Infinity;
    let bestNode = -1;
    for (let node = 0; node < world.cluster.count; node++) {
      const atUs = profile.earliest(node, entry.shape, world.nowUs, forUs, amounts, bestUs);
      if (atUs < bestUs) {
        bestUs = atUs;
        bestNode = node;
      }
    }
    return bestNode < 0 ? undefined : { atUs: bestUs, nodes: [bestNode] };
  }

  /**
   * A plan for all pods of the entry at this very time, each on the first node that has room; or, since that may miss
   * for a gang of unlike pods what an older plan found, as planned before; or undefined.
   */
  private planAt(profile: CapacityProfile, entry: WaitingEntry, atUs: number, old: Plan | undefined): Plan | undefined {
    const nodes =
      this.nodesAt(profile, entry, atUs, undefined) ??
      (old?.atUs === atUs ? this.nodesAt(profile, entry, atUs, old.nodes) : undefined);
    return nodes && { atUs, nodes };
  }

  /** Nodes for all pods of the entry at this time, the first with room or those given; undefined when they lack room. */
  private nodesAt(
    profile: CapacityProfile,
    entry: WaitingEntry,
    atUs: number,
    given: readonly number[] | undefined,
  ): number[] | undefined {
    const { pods, cluster } = this.world;
    const [first] = entry.slots as [number];
    const spanUs = this.spanUs(first);
    if (given === undefined && entry.shape >= 0 && entry.slots.every((slot) => this.spanUs(slot) === spanUs))
      return profile.firstNodes(entry.slots.length, entry.shape, atUs, spanUs);
    const nodes: number[] = [];
    for (const [member, slot] of entry.slots.entries()) {
      const shape = pods.shape[slot];
      const amounts = profile.amountsOf(shape);
      const forUs = this.spanUs(slot);
      let node = given?.[member] ?? 0;
      const end = given === undefined ? cluster.count : node + 1;
      while (node < end && !profile.fits(node, shape, atUs, forUs, amounts)) node++;
      if (node === end) break;
      profile.change(node, atUs, atUs + forUs, amounts, -1);
      nodes.push(node);
    }
    nodes.forEach((node, member) => {
      const slot = entry.slots[member];
      profile.change(node, atUs, atUs + this.spanUs(slot), profile.amountsOf(pods.shape[slot]), 1);
    });
    return nodes.length === entry.slots.length ? nodes : undefined;
  }
}
