import { DECIDE } from '../journal.ts';
import type { NodeDecision, NodeScaler } from '../scaling/node-policy.ts';
import { FLEET_EVENT, RANK } from './event-kinds.ts';
import { FleetSight } from './fleet-sight.ts';
import type { JobControl } from './job-control.ts';
import type { NodeDrains } from './node-drains.ts';
import type { NodeOrders } from './node-orders.ts';
import type { World } from './world.ts';

interface Replacement {
  readonly group: number;
  readonly old: readonly number[];
  readonly fresh: readonly number[];
  readonly why: string;
}

/** Shows the fleet to the node policy and carries out what it decides. */
export class FleetControl {
  private readonly world: World;
  private readonly orders: NodeOrders;
  private readonly drains: NodeDrains;
  private readonly sight: FleetSight;
  private readonly scaler: NodeScaler;
  /** Machines that go when those that were ordered for them are ready. */
  private replacements: Replacement[] = [];
  private plannedUs = Infinity;
  private lastUs = -Infinity;

  constructor(world: World, orders: NodeOrders, drains: NodeDrains, jobs: JobControl) {
    this.world = world;
    this.orders = orders;
    this.drains = drains;
    this.sight = new FleetSight(world, orders, jobs);
    this.scaler = world.spec.nodes.make({ random: world.streams('nodes') });
  }

  begin(): void {
    this.planAt(this.world.nowUs + this.world.spec.nodes.periodUs);
  }

  /** A pod has found no room: the policy is asked soon, if it wishes so. */
  pending(): void {
    const { onPendingUs } = this.world.spec.nodes;
    if (onPendingUs === undefined) return;
    this.planAt(Math.max(this.world.nowUs + onPendingUs, this.lastUs + onPendingUs));
  }

  decide(): void {
    const { world } = this;
    if (world.nowUs !== this.plannedUs) return;
    this.plannedUs = Infinity;
    this.lastUs = world.nowUs;
    this.planAt(world.nowUs + world.spec.nodes.periodUs);
    if (world.controlPlaneDown) return;
    this.finishReplacements();
    for (const decision of this.scaler.decide(this.sight.view())) this.carryOut(decision);
    this.orders.order();
    const wakeUs = this.scaler.wakeUs?.() ?? Infinity;
    if (wakeUs !== Infinity) this.planAt(Math.max(wakeUs, world.nowUs + 1));
  }

  private planAt(timeUs: number): void {
    if (timeUs >= this.plannedUs || timeUs === Infinity) return;
    this.plannedUs = timeUs;
    this.world.simulation.schedule(timeUs, RANK.decision, FLEET_EVENT, 0);
  }

  private carryOut(decision: NodeDecision): void {
    switch (decision.kind) {
      case 'add':
        this.add(decision.group, decision.count, decision.why);
        return;
      case 'remove':
        this.remove(decision.node, decision.why);
        return;
      case 'replace': {
        const before = this.bought(decision.group);
        const ordered = this.add(decision.group, decision.count, decision.why);
        const fresh = this.bought(decision.group).filter((node) => !before.includes(node));
        // Where the cloud has too few, the old ones stay.
        if (ordered === decision.count)
          this.replacements.push({ group: decision.group, old: decision.nodes, fresh, why: decision.why });
        return;
      }
      default:
        decision satisfies never;
    }
  }

  private add(group: number, count: number, why: string): number {
    const { world, orders } = this;
    const { name, max } = world.spec.groups[group];
    const size = orders.sizeOf(group);
    const wanted = Math.min(count, max - size, orders.availableIn(group));
    const limitedBy =
      wanted < count
        ? `the group may have ${max}, has ${size}, and the cloud has ${orders.availableIn(group)} more`
        : undefined;
    if (wanted <= 0) return 0;
    this.say(name, `${size} -> ${size + wanted} nodes`, why, limitedBy);
    orders.target[group] = size + wanted;
    orders.order();
    return wanted;
  }

  private remove(node: number, why: string): void {
    const { world } = this;
    if (world.nodes.bought[node] === 0 || world.nodes.leaving[node] === 1) return;
    const group = world.nodes.group[node];
    const { name, min } = world.spec.groups[group];
    if (world.nodes.doomed[node] === 0 && this.orders.sizeOf(group) <= min) {
      this.say(world.nodes.places[node].name, 'stays', why, `group ${name} keeps at least ${min}`);
      return;
    }
    this.say(world.nodes.places[node].name, 'drained and given back', why);
    this.drains.release(node, why);
  }

  private finishReplacements(): void {
    const { nodes } = this.world;
    this.replacements = this.replacements.filter((one) => {
      // Those that were ordered for it and are gone again replace nothing.
      if (one.fresh.some((node) => nodes.bought[node] === 0)) return false;
      const areReady = one.fresh.every((node) => nodes.takesPods(node));
      if (areReady) for (const node of one.old) this.remove(node, one.why);
      return !areReady;
    });
  }

  private say(about: string, what: string, why: string, limitedBy?: string): void {
    const { world } = this;
    world.counts.scalingActions++;
    world.simulation.note(DECIDE, -1, world.decisions.length);
    world.decided({
      by: 'nodes',
      policy: world.spec.nodes.name,
      about,
      what,
      why,
      ...(limitedBy !== undefined && { limitedBy }),
    });
  }

  private bought(group: number): number[] {
    const { nodes, spec } = this.world;
    const found: number[] = [];
    const end = nodes.firstOfGroup[group] + spec.groups[group].max;
    for (let node = nodes.firstOfGroup[group]; node < end; node++) if (nodes.bought[node] === 1) found.push(node);
    return found;
  }
}
