import { seconds } from '../../../../sim/time.ts';
import { aboutOf } from '../../api/about-of.ts';
import type { ControlPlane } from '../../api/control-plane.ts';
import type { Pod } from '../../objects/pod.ts';
import type { ClusterSnapshot } from '../shared/cluster-snapshot.ts';
import { podsInWords } from '../shared/pod-kinds.ts';
import { isReschedulable, type KarpenterFleet } from './karpenter-fleet.ts';
import { ClaimScheduler, ofCheapestTypes, type NodeClaim } from './node-claims.ts';
import { offeringText } from './offerings.ts';

const COMPONENT = 'karpenter';
/** BATCH_IDLE_DURATION and BATCH_MAX_DURATION: a batch closes when no pod has come for the one, at the latest after the other. */
const BATCH_IDLE_US = seconds(1);
const BATCH_MAX_US = seconds(10);
/** A pod that still waits is looked at again after so long. */
const AGAIN_US = seconds(10);

/**
 * Machines for pods that found no room, a batch at a time.
 *
 * Source: karpenter, pkg/controllers/provisioning/{batcher,provisioner}.go.
 */
export class Provisioner {
  /** Nodes that have expired: they go without a replacement having been bought, so their pods count as waiting. */
  readonly expired = new Set<number>();
  private readonly plane: ControlPlane;
  private readonly snapshot: ClusterSnapshot;
  private readonly fleet: KarpenterFleet;
  private readonly scheduler: ClaimScheduler;
  private readonly kind: number;
  private readonly unschedulable = new Set<number>();
  private openedUs: number | undefined;
  private closesUs = Infinity;
  private againUs = Infinity;
  private told = new Set<number>();

  constructor(plane: ControlPlane, snapshot: ClusterSnapshot, fleet: KarpenterFleet) {
    this.plane = plane;
    this.snapshot = snapshot;
    this.fleet = fleet;
    this.scheduler = new ClaimScheduler(plane.api, snapshot);
    this.kind = plane.clock.apiKind(() => this.wake());
  }

  begin(): void {
    const { nodes, pods } = this.plane.api;
    nodes.watch((node, before) => {
      if (node === undefined) this.expired.delete(before!.id);
    });
    pods.watch((pod, before) => {
      if (pod?.status.unschedulable === undefined || pod.spec.nodeName !== undefined) {
        this.unschedulable.delete((pod ?? before!).id);
        return;
      }
      this.unschedulable.add(pod.id);
      if (before?.status.unschedulable === undefined) this.trigger();
    });
    for (const { id, status } of pods.all()) if (status.unschedulable !== undefined) this.unschedulable.add(id);
    if (this.unschedulable.size > 0) this.trigger();
  }

  /** Something is to be done: opens a batch, or keeps it open a while longer. */
  trigger(): void {
    const { nowUs } = this.plane.clock;
    this.openedUs ??= nowUs;
    this.closesUs = Math.min(nowUs + BATCH_IDLE_US, this.openedUs + BATCH_MAX_US);
    this.plane.clock.at(this.closesUs, this.kind, 0);
  }

  /** Pods that found no room and are not about to get some by preemption. */
  pendingPods(): Pod[] {
    const { api } = this.plane;
    const pending: Pod[] = [];
    for (const id of this.unschedulable) {
      const pod = api.pods.get(id);
      if (pod === undefined || pod.spec.nodeName !== undefined || pod.metadata.deletionUs !== undefined) continue;
      const { nominatedNodeName } = pod.status;
      if (nominatedNodeName === undefined || api.nodes.named('', nominatedNodeName) === undefined) pending.push(pod);
    }
    return pending;
  }

  private wake(): void {
    const { nowUs } = this.plane.clock;
    if (nowUs >= this.againUs) {
      this.againUs = Infinity;
      if (this.openedUs === undefined && this.pendingPods().length > 0) this.trigger();
      return;
    }
    if (nowUs < this.closesUs) return;
    this.openedUs = undefined;
    this.closesUs = Infinity;
    this.provision();
    if (this.unschedulable.size === 0) return;
    this.againUs = nowUs + AGAIN_US;
    this.plane.clock.at(this.againUs, this.kind, 0);
  }

  private provision(): void {
    const { snapshot, fleet } = this;
    snapshot.sync();
    fleet.look();
    const mark = snapshot.mark();
    const pending = this.pendingPods();
    const moving = this.podsOfExpiredNodes();
    for (const pod of moving) snapshot.take(pod);
    const nodes = fleet.usableNodes(snapshot, new Set(), true);
    const { claims, unplaced } = this.scheduler.schedule([...pending, ...moving.map(homeless)], nodes, fleet.pools());
    snapshot.revert(mark);
    for (const claim of claims) this.launch(claim, pending.length + moving.length);
    this.tellUnplaced(unplaced);
  }

  private launch(claim: NodeClaim, waiting: number): void {
    const { chronicle } = this.plane;
    const pool = claim.pool.metadata.name;
    const bought = this.fleet.buy({ ...claim, offerings: ofCheapestTypes(claim.offerings) });
    const about = `NodePool ${pool}`;
    if (bought === undefined) {
      const why = `${podsInWords(claim.pods)} would fit on ${claim.offerings.length} offerings`;
      chronicle.decision({ component: COMPONENT, about, what: 'no node', why, limitedBy: 'none of them is to be had' });
      return;
    }
    const others = claim.offerings.filter((one) => one !== bought.offering);
    const next = others.slice(0, 2).map(offeringText).join(', ');
    chronicle.decision({
      component: COMPONENT,
      about,
      what: `launches ${bought.name}: ${offeringText(bought.offering)}`,
      why:
        `${podsInWords(claim.pods)} (of ${waiting} that wait) have no room; cheapest of ${claim.offerings.length} ` +
        `offerings that hold them${next === '' ? '' : `, before ${next}`}`,
    });
    for (const pod of claim.pods)
      chronicle.event(
        COMPONENT,
        'Normal',
        'Nominated',
        aboutOf(pod),
        `Pod should schedule on: nodeclaim/${bought.name}`,
      );
  }

  /** Pods that nothing holds are told once. */
  private tellUnplaced(unplaced: readonly Pod[]): void {
    const told = new Set<number>();
    const fresh = unplaced.filter((pod) => !this.told.has(pod.id));
    for (const pod of unplaced) told.add(pod.id);
    this.told = told;
    if (fresh.length === 0) return;
    const pools = this.fleet
      .pools()
      .map(({ pool, offerings }) => `${pool.metadata.name} (${offerings.length} offerings)`);
    const why = pools.length === 0 ? 'there is no node pool' : `no offering fits, of ${pools.join(', ')}`;
    this.plane.chronicle.decision({
      component: COMPONENT,
      about: aboutOf(fresh[0]),
      what: `no node for ${podsInWords(fresh)}`,
      why,
    });
    for (const pod of fresh)
      this.plane.chronicle.event(
        COMPONENT,
        'Warning',
        'FailedScheduling',
        aboutOf(pod),
        `Failed to schedule pod, ${why}`,
      );
  }

  private podsOfExpiredNodes(): Pod[] {
    const pods: Pod[] = [];
    for (const node of this.fleet.owned())
      if (this.fleet.isLeaving(node) && this.expired.has(node.id))
        pods.push(...this.snapshot.podsOn(node.metadata.name).filter(isReschedulable));
    return pods;
  }
}

const copies = new WeakMap<Pod, Pod>();

/** The pod as the scheduler would see its successor: without a node. */
export function homeless(pod: Pod): Pod {
  let copy = copies.get(pod);
  if (copy === undefined) {
    const { nodeName: _, ...spec } = pod.spec;
    copies.set(pod, (copy = { ...pod, spec }));
  }
  return copy;
}
