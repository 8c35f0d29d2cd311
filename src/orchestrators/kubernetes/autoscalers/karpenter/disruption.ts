import { minutes, seconds } from '../../../../sim/time.ts';
import { matchesSelector } from '../../objects/label-selector.ts';
import type { ControlPlane } from '../../api/control-plane.ts';
import type { NodePool } from '../../objects/autoscaling.ts';
import { NODE_POOL_LABEL } from '../../objects/node-labels.ts';
import type { Node } from '../../objects/node.ts';
import type { Pod } from '../../objects/pod.ts';
import type { ClusterSnapshot } from '../shared/cluster-snapshot.ts';
import { cheaperOfferings } from './cheaper-offerings.ts';
import { disruptionsAllowed, type DisruptionReason } from './disruption-budget.ts';
import { byValue, type Candidate, costOf, evictionCost, interleaved, priceOf } from './disruption-candidate.ts';
import { isReady, isReschedulable, type KarpenterFleet } from './karpenter-fleet.ts';
import { ClaimScheduler, type NodeClaim } from './node-claims.ts';
import { DO_NOT_DISRUPT } from './node-termination.ts';
import { HASH_ANNOTATION, satisfiesPool, templateHash } from './offerings.ts';
import { homeless, type Provisioner } from './provisioner.ts';

/** How long a consolidation must stay right before it is done. */
export const VALIDATION_US = seconds(15);
/** Most candidates that are considered together. */
const MOST_TOGETHER = 100;
/** A cluster in which nothing could be saved and nothing has changed is looked at again after so long. */
const LOOK_AGAIN_US = minutes(5);
/** What is to be done. */
export interface Command {
  readonly method: 'Emptiness' | 'Drift' | 'MultiNode' | 'SingleNode';
  readonly reason: DisruptionReason;
  readonly candidates: readonly Candidate[];
  readonly replacements: readonly NodeClaim[];
  readonly why: string;
}

export interface DisruptionGates {
  readonly spotToSpotConsolidation: boolean;
}

/**
 * Finds what can be disrupted, by the methods in their order: empty nodes, drifted ones, many together, one alone.
 *
 * Source: karpenter, pkg/controllers/disruption/{emptiness,drift,multinodeconsolidation,singlenodeconsolidation,
 * consolidation,balanced}.go (2026-08-20).
 */
export class Disruption {
  private readonly plane: ControlPlane;
  private readonly snapshot: ClusterSnapshot;
  private readonly fleet: KarpenterFleet;
  private readonly provisioner: Provisioner;
  private readonly scheduler: ClaimScheduler;
  private readonly gates: DisruptionGates;
  /** When a pod last came to a node or left it. */
  private readonly lastPodUs = new Map<string, number>();
  private version = 0;
  private quiet: { readonly version: number; readonly untilUs: number } | undefined;

  constructor(
    plane: ControlPlane,
    snapshot: ClusterSnapshot,
    fleet: KarpenterFleet,
    provisioner: Provisioner,
    gates: DisruptionGates,
  ) {
    this.plane = plane;
    this.snapshot = snapshot;
    this.fleet = fleet;
    this.provisioner = provisioner;
    this.gates = gates;
    this.scheduler = new ClaimScheduler(plane.api, snapshot);
    plane.api.pods.watch((pod, before) => this.notePod(pod, before));
    plane.api.nodes.watch((node, before) => {
      if (
        node?.spec !== before?.spec ||
        node?.metadata !== before?.metadata ||
        (node !== undefined && before !== undefined && isReady(node) !== isReady(before))
      )
        this.version++;
      if (node === undefined) this.lastPodUs.delete(before!.metadata.name);
    });
    plane.api.store('NodePool').watch(() => void this.version++);
    plane.api.store('PodDisruptionBudget').watch(() => void this.version++);
  }

  /** The next command; undefined: there is nothing to do. */
  next(): Command | undefined {
    const { nowUs } = this.plane.clock;
    if (this.quiet?.version === this.version && nowUs < this.quiet.untilUs) return undefined;
    this.snapshot.sync();
    const candidates = this.candidates();
    const willing = byValue(candidates.filter((one) => this.isConsolidatable(one, true)));
    const found =
      this.emptiness(candidates) ?? this.drift(candidates) ?? this.multiNode(willing) ?? this.singleNode(willing);
    this.quiet = found === undefined ? { version: this.version, untilUs: this.nextChangeUs(candidates) } : undefined;
    return found;
  }

  /** When there may be something to do though nothing has changed. */
  private nextChangeUs(candidates: readonly Candidate[]): number {
    const { nowUs } = this.plane.clock;
    let nextUs = nowUs + LOOK_AGAIN_US;
    for (const { node, pool } of candidates) {
      const { budgets, consolidateAfterUs } = pool.spec.disruption;
      if (budgets.some(({ schedule }) => schedule !== undefined)) return nowUs;
      const ripeUs = this.lastChangeUs(node) + consolidateAfterUs;
      if (ripeUs > nowUs) nextUs = Math.min(nextUs, ripeUs);
    }
    return nextUs;
  }

  /** The same command as it would be now; undefined: it would not be right any more. */
  again(command: Command): Command | undefined {
    this.snapshot.sync();
    const names = new Set(command.candidates.map(({ node }) => node.metadata.name));
    const candidates = this.candidates().filter(({ node }) => names.has(node.metadata.name));
    if (command.method === 'Emptiness') {
      const empty = this.withinBudgets(
        candidates.filter((one) => one.pods.length === 0 && this.isConsolidatable(one, false)),
        'Empty',
      );
      return empty.length === 0 ? undefined : { ...command, candidates: empty };
    }
    if (candidates.length < command.candidates.length) return undefined;
    if (!candidates.every((one) => this.isConsolidatable(one, true))) return undefined;
    if (this.withinBudgets(candidates, 'Underutilized').length < candidates.length) return undefined;
    const order = new Map(command.candidates.map(({ node }, k) => [node.id, k]));
    candidates.sort((a, b) => order.get(a.node.id)! - order.get(b.node.id)!);
    const found = this.consolidate(candidates, command.method === 'MultiNode' ? 'MultiNode' : 'SingleNode');
    return found?.replacements.length === command.replacements.length ? found : undefined;
  }

  /** How many nodes of the pool may be disrupted now. */
  allowed(reason: DisruptionReason, pool: NodePool): number {
    const nodes = this.fleet.owned().filter(({ metadata }) => metadata.labels[NODE_POOL_LABEL] === pool.metadata.name);
    const up = nodes.filter((node) => this.fleet.isInitialised(node));
    const disrupting = up.filter((node) => this.fleet.isLeaving(node) || !isReady(node)).length;
    const { epochMs, clock } = this.plane;
    return disruptionsAllowed(
      pool.spec.disruption.budgets,
      reason,
      up.length,
      disrupting,
      epochMs + clock.nowUs / 1000,
    );
  }

  private candidates(): Candidate[] {
    const found: Candidate[] = [];
    for (const node of this.fleet.owned()) {
      const pool = this.fleet.poolOf(node);
      const offering = this.fleet.offeringOf(node);
      if (pool === undefined || offering === undefined) continue;
      if (!this.fleet.isInitialised(node) || this.fleet.isLeaving(node) || !isReady(node)) continue;
      if (node.metadata.annotations[DO_NOT_DISRUPT] === 'true') continue;
      const pods = this.snapshot.podsOn(node.metadata.name).map((pod) => this.plane.api.pods.get(pod.id) ?? pod);
      const moving = pods.filter(isReschedulable);
      if (moving.some((pod) => pod.metadata.annotations[DO_NOT_DISRUPT] === 'true' || this.isHeldByBudget(pod)))
        continue;
      found.push({
        node,
        pool,
        offering,
        pods: moving,
        cost: moving.reduce((sum, pod) => sum + Math.max(0, evictionCost(pod)), 1),
      });
    }
    return found;
  }

  private emptiness(candidates: readonly Candidate[]): Command | undefined {
    const empty = candidates.filter((one) => one.pods.length === 0 && this.isConsolidatable(one, false));
    const chosen = this.withinBudgets(byValue(empty), 'Empty');
    if (chosen.length === 0) return undefined;
    const why = `${chosen.length} of ${candidates.length} nodes are empty; saves ${hourly(priceOf(chosen))}`;
    return { method: 'Emptiness', reason: 'Empty', candidates: chosen, replacements: [], why };
  }

  /** Nodes whose pool has been changed since they were bought: empty ones together, others one at a time. */
  private drift(candidates: readonly Candidate[]): Command | undefined {
    const drifted = candidates.filter(({ node, pool }) => {
      const hash = node.metadata.annotations[HASH_ANNOTATION];
      return (hash !== undefined && hash !== templateHash(pool)) || !satisfiesPool(node.metadata.labels, pool);
    });
    const chosen = this.withinBudgets(drifted, 'Drifted');
    const empty = chosen.filter(({ pods }) => pods.length === 0);
    const base = { method: 'Drift', reason: 'Drifted' } as const;
    const why = "the pool's template has changed since";
    if (empty.length > 0) return { ...base, candidates: empty, replacements: [], why };
    for (const one of chosen) {
      const claims = this.simulate([one]);
      if (claims !== undefined) return { ...base, candidates: [one], replacements: claims, why };
    }
    return undefined;
  }

  /** As many of the first nodes as can be spared together, found by binary search. */
  private multiNode(candidates: readonly Candidate[]): Command | undefined {
    const willing = this.withinBudgets(candidates, 'Underutilized');
    let low = 1;
    let high = willing.length <= MOST_TOGETHER ? willing.length - 1 : MOST_TOGETHER;
    let found: Command | undefined;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const command = this.consolidate(willing.slice(0, middle + 1), 'MultiNode');
      if (command === undefined) high = middle - 1;
      else {
        found = command;
        low = middle + 1;
      }
    }
    return found;
  }

  /** The first single node that can be spared, the pools taking turns. */
  private singleNode(candidates: readonly Candidate[]): Command | undefined {
    const left = new Map<string, number>();
    for (const one of interleaved(candidates)) {
      const { name } = one.pool.metadata;
      if (!left.has(name)) left.set(name, this.allowed('Underutilized', one.pool));
      if ((left.get(name) ?? 0) < 1) continue;
      const command = this.consolidate([one], 'SingleNode');
      if (command !== undefined) return command;
    }
    return undefined;
  }

  /** Whether all pods of these nodes fit on the others, or on one machine more that costs less. */
  private consolidate(candidates: readonly Candidate[], method: 'MultiNode' | 'SingleNode'): Command | undefined {
    const claims = this.simulate(candidates);
    if (claims === undefined || claims.length > 1) return undefined;
    const oldUsd = priceOf(candidates);
    const pods = candidates.reduce((sum, one) => sum + one.pods.length, 0);
    const names = candidates.map(({ node }) => node.metadata.name).join(', ');
    const base = { method, reason: 'Underutilized', candidates } as const;
    if (claims.length === 0) {
      if (!this.isBalanced(candidates, oldUsd)) return undefined;
      const why = `the ${pods} pods of ${names} fit on the other nodes, which saves ${hourly(oldUsd)}`;
      return { ...base, replacements: [], why };
    }
    const offerings = cheaperOfferings(claims[0].offerings, candidates, method, this.gates);
    if (offerings.length === 0 || !this.isBalanced(candidates, oldUsd - offerings[0].usdPerHour)) return undefined;
    const why =
      `${names} at ${hourly(oldUsd)} with ${pods} pods: ${claims[0].pods.length} of them fit on one ` +
      `${offerings[0].offer.name} at ${hourly(offerings[0].usdPerHour)}, the others on nodes there are`;
    return { ...base, replacements: [{ ...claims[0], offerings }], why };
  }

  /** The new machines that the pods of these nodes would need; undefined: they would not all find a place. */
  private simulate(candidates: readonly Candidate[]): readonly NodeClaim[] | undefined {
    const { snapshot, fleet } = this;
    const mark = snapshot.mark();
    const moving = candidates.flatMap(({ pods }) => pods);
    for (const pod of moving) snapshot.take(pod);
    const without = new Set(candidates.map(({ node }) => node.metadata.name));
    const nodes = fleet.usableNodes(snapshot, without, false);
    const pending = this.provisioner.pendingPods();
    const waiting = new Set(pending.map(({ id }) => id));
    const { claims, unplaced } = this.scheduler.schedule([...pending, ...moving.map(homeless)], nodes, fleet.pools());
    snapshot.revert(mark);
    if (unplaced.some(({ id }) => !waiting.has(id))) return undefined;
    // Machines that only pending pods need are the provisioner's business.
    return claims.filter(({ pods }) => pods.some(({ id }) => !waiting.has(id)));
  }

  /** Under the policy Balanced: whether the saving is worth the disruption, each as a share of its pool's. */
  private isBalanced(candidates: readonly Candidate[], savedUsd: number): boolean {
    const [{ pool }] = candidates;
    if (!candidates.some((one) => one.pool.spec.disruption.consolidationPolicy === 'Balanced')) return true;
    const all = this.candidates().filter((one) => one.pool.metadata.name === pool.metadata.name);
    const saving = savedUsd / priceOf(all);
    const disruption = costOf(candidates) / costOf(all);
    return saving / disruption >= 1 / 2;
  }

  /** Whether its pool wants it consolidated, and nothing has changed on it for long enough. */
  private isConsolidatable({ node, pool }: Candidate, withPods: boolean): boolean {
    const { consolidationPolicy, consolidateAfterUs } = pool.spec.disruption;
    if (consolidateAfterUs === Infinity || (withPods && consolidationPolicy === 'WhenEmpty')) return false;
    return this.plane.clock.nowUs - this.lastChangeUs(node) >= consolidateAfterUs;
  }

  /** When a pod last came to the node or left it; before that its creation. */
  private lastChangeUs({ metadata }: Node): number {
    return Math.max(metadata.creationUs, this.lastPodUs.get(metadata.name) ?? -Infinity);
  }

  private withinBudgets(candidates: readonly Candidate[], reason: DisruptionReason): Candidate[] {
    const left = new Map<string, number>();
    return candidates.filter(({ pool }) => {
      const { name } = pool.metadata;
      const allowed = left.get(name) ?? this.allowed(reason, pool);
      left.set(name, allowed - 1);
      return allowed >= 1;
    });
  }

  private isHeldByBudget(pod: Pod): boolean {
    for (const { metadata, spec, status } of this.plane.api.store('PodDisruptionBudget').all())
      if (
        metadata.namespace === pod.metadata.namespace &&
        status.disruptionsAllowed < 1 &&
        matchesSelector(spec.selector, pod.metadata.labels)
      )
        return true;
    return false;
  }

  private notePod(pod: Pod | undefined, before: Pod | undefined): void {
    const is = pod?.spec.nodeName;
    const was = before?.spec.nodeName;
    const ended = pod !== undefined && pod.status.phase !== before?.status.phase && !isReschedulable(pod);
    const going = pod?.metadata.deletionUs !== before?.metadata.deletionUs;
    if (pod?.metadata.annotations !== before?.metadata.annotations) this.version++;
    if (is === was && !ended && !going) return;
    this.version++;
    for (const name of [is, was]) if (name !== undefined) this.lastPodUs.set(name, this.plane.clock.nowUs);
  }
}

function hourly(usd: number): string {
  return `$${Number(usd.toFixed(4))}/h`;
}
