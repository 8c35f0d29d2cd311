import type { FleetPod, FleetView, NodeDecision, NodePolicy, NodeScaler } from '../../sim/scaling/node-policy.ts';
import { minutes } from '../../sim/time.ts';
import type { PolicyFamily, PolicyOptions } from '../policy-family.ts';
import { binpack } from './binpack.ts';
import { buyingOrder } from './claims.ts';
import { FleetSketch } from './fleet-sketch.ts';
import { GroupCount } from './group-count.ts';
import { restoreMinimum } from './minimum.ts';
import { percent, rounded, spanText } from './phrases.ts';
import { podKinds } from './pod-kinds.ts';

/** Points below the target after which the low alarm goes off, one a minute. */
const LOW_POINTS = 15;
/** Share of a group that may be given back in one step. */
const MOST_REMOVED_SHARE = 0.5;

/**
 * Amazon ECS cluster auto scaling: each group is a capacity provider that keeps CapacityProviderReservation, the
 * machines needed over the machines there, at its target. A target below 100 % keeps spare machines. Only empty
 * machines are given back (managed termination protection), after a quarter of an hour.
 */
export const capacityProvider: PolicyFamily<NodePolicy> = {
  name: 'capacity-provider',
  summary: 'keeps needed over running nodes at a target, gives back empty nodes only',
  source: 'Amazon ECS cluster auto scaling (developer guide, 2023; deep-dive blog for M/N)',
  options: [
    {
      name: 'target',
      kind: 'number',
      default: 100,
      minimum: 1,
      maximum: 100,
      meaning: 'Target capacity in percent: needed nodes over running nodes.',
    },
    { name: 'minStep', kind: 'count', default: 1, minimum: 1, meaning: 'Fewest nodes added at a time.' },
    { name: 'maxStep', kind: 'count', default: 10_000, minimum: 1, meaning: 'Most nodes added at a time.' },
    {
      name: 'warmup',
      kind: 'duration',
      default: minutes(5),
      minimum: 0,
      meaning: 'No further nodes are added to a group while one of it is younger than this.',
    },
  ],
  make: (options, name) => ({
    name,
    summary: 'keeps needed over running nodes at a target',
    source: 'Amazon ECS cluster auto scaling',
    periodUs: minutes(1),
    make: () => new CapacityProvider(options),
  }),
};

/** CapacityProviderReservation in percent: M over N; without machines 100, or 200 when some are needed. */
export function reservationOf(running: number, needed: number): number {
  if (running === 0) return needed === 0 ? 100 : 200;
  return (100 * needed) / running;
}

/** Machines wanted so that the reservation comes to the target: ceil(N x CPR / T), with N = 1 when there are none. */
export function wantedSize(running: number, needed: number, target: number): number {
  if (running === 0) return Math.ceil(reservationOf(0, needed) / target) * (needed > 0 ? 1 : 0);
  return Math.ceil((100 * needed) / target);
}

class CapacityProvider implements NodeScaler {
  private readonly options: PolicyOptions;
  /** By group: minutes in a row below the target. */
  private readonly low: number[] = [];

  constructor(options: PolicyOptions) {
    this.options = options;
  }

  decide(view: FleetView): readonly NodeDecision[] {
    const counts = new GroupCount(view);
    const decisions = restoreMinimum(view, counts);
    const waiting = this.waitingByGroup(view);
    view.groups.forEach((_, g) => {
      const running = counts.sizeOf(g);
      const needed = this.needed(view, g, waiting[g]);
      const reservation = reservationOf(running, needed);
      const target = this.options.target as number;
      this.low[g] = reservation < target ? (this.low[g] ?? 0) + 1 : 0;
      const ratio = `${needed} of ${running} nodes of ${view.groups[g].name} are needed, ${percent(reservation / 100)}`;
      if (reservation > target) decisions.push(...this.grow(view, g, running, needed, ratio, counts));
      else if (this.low[g] >= LOW_POINTS) decisions.push(...this.shrink(view, g, running, needed, ratio, counts));
    });
    return decisions;
  }

  private grow(
    view: FleetView,
    group: number,
    running: number,
    needed: number,
    ratio: string,
    counts: GroupCount,
  ): NodeDecision[] {
    const warmupUs = this.options.warmup as number;
    const warming = view.nodes.some(
      (node) =>
        node.group === group &&
        // Those there from the beginning have long been warm.
        (node.state === 'coming' || (node.sinceUs > 0 && view.nowUs - node.sinceUs < warmupUs)),
    );
    if (warming) return [];
    const wanted = wantedSize(running, needed, this.options.target as number);
    const step = Math.max(this.options.minStep as number, Math.min(wanted - running, this.options.maxStep as number));
    const count = Math.min(step, counts.canAdd(group));
    if (count < 1) return [];
    counts.add(group, count);
    return [{ kind: 'add', group, count, why: `${ratio} over the target of ${this.goal()}; ${wanted} nodes wanted` }];
  }

  private shrink(
    view: FleetView,
    group: number,
    running: number,
    needed: number,
    ratio: string,
    counts: GroupCount,
  ): NodeDecision[] {
    const wanted = wantedSize(running, needed, this.options.target as number);
    const most = Math.min(running - wanted, Math.floor(running * MOST_REMOVED_SHARE), counts.canRemove(group));
    const why = `${ratio} for ${spanText(minutes(LOW_POINTS))}, below the target of ${this.goal()}; ${wanted} nodes wanted`;
    const empty = view.nodes.filter((node) => node.group === group && node.state === 'ready' && node.pods.length === 0);
    return empty.slice(0, Math.max(0, most)).map((node) => {
      counts.remove(group);
      return { kind: 'remove', node: node.id, why };
    });
  }

  private goal(): string {
    return `${rounded(this.options.target as number, 1)}%`;
  }

  /** M: machines that hold pods, and those the waiting pods need more, each kind of pod packed for itself. */
  private needed(view: FleetView, group: number, waiting: readonly FleetPod[]): number {
    const holding = view.nodes.filter(
      (node) => node.group === group && node.state !== 'leaving' && node.pods.length > 0,
    ).length;
    const { template } = view.groups[group];
    return podKinds(waiting).reduce((sum, kind) => sum + binpack(template, [kind], Infinity).nodes, holding);
  }

  /** Each waiting pod counts for the cheapest group whose machines would hold it, unless a ready node has room. */
  private waitingByGroup(view: FleetView): FleetPod[][] {
    const byGroup = view.groups.map((): FleetPod[] => []);
    const coming = new Set(view.nodes.filter((node) => node.state === 'coming').map((node) => node.id));
    const order = buyingOrder(view, 'cheapest');
    for (const kind of new FleetSketch(view, coming).seat(podKinds(view.pending))) {
      const group = order.find((g) => view.groups[g].max > 0 && view.fitsTemplate(kind.pods[0], g));
      if (group !== undefined) byGroup[group].push(...kind.pods);
    }
    return byGroup;
  }
}
