import { seconds } from '../../../../sim/time.ts';
import { aboutOf } from '../../api/about-of.ts';
import type { ControlPlane } from '../../api/control-plane.ts';
import type { Node, Taint } from '../../objects/node.ts';
import { hasEnded } from '../../objects/pod-state.ts';
import type { Pod } from '../../objects/pod.ts';
import type { NodeBirth } from '../shared/node-birth.ts';
import type { ClusterAutoscalerSettings } from './cluster-autoscaler-flags.ts';
import { TO_BE_DELETED } from './scale-down-planner.ts';

const COMPONENT = 'cluster-autoscaler';
/** Time between tries to evict (`EvictionRetryTime`). */
const RETRY_US = seconds(10);
/** Time between looks whether the pods are gone. */
const POLL_US = seconds(5);
/** What pods get beyond the graceful termination (`PodEvictionHeadroom`). */
const HEADROOM_US = seconds(30);

/** Evicts a pod, if its disruption budgets let it; says whether they did. */
export type EvictPod = (pod: Pod) => boolean;

interface Removal {
  readonly node: Node;
  readonly startedUs: number;
  /** Pods that have not been evicted yet. */
  waiting: number[];
  /** Pods that have been and are not gone yet. */
  evicted: number[];
  allEvictedUs: number | undefined;
  readonly isEmpty: boolean;
}

/**
 * Removals under way: taint, wait, evict what runs there, wait until it is gone, give the machine back. An eviction that
 * a budget refuses is tried again every 10 s for two minutes; then the node is untainted and stays.
 *
 * Source: cluster-autoscaler, pkg/core/scaledown/actuation/{actuator,drain}.go.
 */
export class NodeRemoval {
  private readonly plane: ControlPlane;
  private readonly birth: NodeBirth;
  private readonly evict: EvictPod;
  private readonly settings: ClusterAutoscalerSettings;
  private readonly onEnd: (node: Node, failure: string | undefined) => void;
  private readonly kind: number;
  private readonly removals = new Map<number, Removal>();

  /** `onEnd` is told of each removal that is done, or failed and why. */
  constructor(
    plane: ControlPlane,
    birth: NodeBirth,
    evict: EvictPod,
    settings: ClusterAutoscalerSettings,
    onEnd: (node: Node, failure: string | undefined) => void,
  ) {
    this.plane = plane;
    this.birth = birth;
    this.evict = evict;
    this.settings = settings;
    this.onEnd = onEnd;
    this.kind = plane.clock.apiKind((id) => this.go(id));
  }

  /** How many nodes are being removed, and how many of them had pods. */
  counts(): { readonly all: number; readonly draining: number } {
    let draining = 0;
    for (const { isEmpty } of this.removals.values()) if (!isEmpty) draining++;
    return { all: this.removals.size, draining };
  }

  has(node: Node): boolean {
    return this.removals.has(node.id);
  }

  start(node: Node, pods: readonly Pod[]): void {
    const { clock, chronicle } = this.plane;
    const isEmpty = pods.length === 0;
    this.removals.set(node.id, {
      node,
      startedUs: clock.nowUs,
      waiting: pods.map(({ id }) => id),
      evicted: [],
      allEvictedUs: undefined,
      isEmpty,
    });
    this.setTaints(node.id, (taints) => [
      ...taints,
      { key: TO_BE_DELETED, value: `${Math.floor(clock.nowUs / 1e6)}`, effect: 'NoSchedule' },
    ]);
    const reason = isEmpty ? 'ScaleDownEmpty' : 'ScaleDown';
    const message = isEmpty ? 'removing empty node' : 'marked the node as toBeDeleted/unschedulable';
    chronicle.event(COMPONENT, 'Normal', reason, aboutOf(node), `Scale-down: ${message}`);
    const delayUs = this.settings['node-delete-delay-after-taint'];
    chronicle.timer({
      fromUs: clock.nowUs,
      toUs: clock.nowUs + delayUs,
      timer: 'node-delete-delay-after-taint',
      about: aboutOf(node),
    });
    clock.after(delayUs, this.kind, node.id);
  }

  /** Goes on with a removal as far as it can now. */
  private go(id: number): void {
    const removal = this.removals.get(id);
    if (removal === undefined) return;
    const { api, clock } = this.plane;
    if (api.nodes.get(id) === undefined) return this.end(removal, undefined);
    this.evictWaiting(removal);
    removal.evicted = removal.evicted.filter((pod) => {
      const found = api.pods.get(pod);
      return found !== undefined && !hasEnded(found);
    });
    const beganUs = removal.startedUs + this.settings['node-delete-delay-after-taint'];
    if (removal.waiting.length > 0) {
      if (clock.nowUs - beganUs >= this.settings['max-pod-eviction-time']) {
        const pod = api.pods.get(removal.waiting[0]);
        return this.end(
          removal,
          `eviction of ${pod?.metadata.namespace}/${pod?.metadata.name} was refused for too long`,
        );
      }
      return clock.after(RETRY_US, this.kind, id);
    }
    removal.allEvictedUs ??= clock.nowUs;
    if (removal.evicted.length > 0) {
      const limitUs = seconds(this.settings['max-graceful-termination-sec']) + HEADROOM_US;
      if (clock.nowUs - removal.allEvictedUs >= limitUs) return this.end(removal, 'its pods did not end in time');
      return clock.after(POLL_US, this.kind, id);
    }
    this.end(removal, undefined);
  }

  private evictWaiting(removal: Removal): void {
    const { api, chronicle } = this.plane;
    const left: number[] = [];
    for (const id of removal.waiting) {
      const pod = api.pods.get(id);
      if (pod === undefined) continue;
      if (pod.metadata.deletionUs !== undefined) removal.evicted.push(id);
      else if (this.evict(pod)) {
        chronicle.event(COMPONENT, 'Normal', 'ScaleDown', aboutOf(pod), 'deleting pod for node scale down');
        removal.evicted.push(id);
      } else left.push(id);
    }
    removal.waiting = left;
  }

  private end(removal: Removal, failure: string | undefined): void {
    const { node } = removal;
    this.removals.delete(node.id);
    if (failure === undefined) this.birth.giveBack(node.metadata.name);
    else {
      this.setTaints(node.id, (taints) => taints.filter(({ key }) => key !== TO_BE_DELETED));
      this.plane.chronicle.event(COMPONENT, 'Warning', 'ScaleDownFailed', aboutOf(node), `failed to drain: ${failure}`);
    }
    this.onEnd(node, failure);
  }

  private setTaints(id: number, change: (taints: readonly Taint[]) => readonly Taint[]): void {
    const { api } = this.plane;
    const node = api.nodes.get(id);
    if (node !== undefined) api.update('Node', id, { spec: { ...node.spec, taints: change(node.spec.taints) } });
  }
}
