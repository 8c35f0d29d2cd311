import { aboutOf } from '../api/about-of.ts';
import type { Component, ControlPlane } from '../api/control-plane.ts';
import { WorkQueue } from '../api/work-queue.ts';
import type { Node, Taint } from '../objects/node.ts';
import type { Pod, Toleration } from '../objects/pod.ts';
import { tolerates } from '../objects/tolerations.ts';
import type { PodsByNode } from './pods-by-node.ts';

interface PlannedEviction {
  readonly createdUs: number;
  readonly fireUs: number;
}

const COMPONENT = 'taint-eviction-controller';

/**
 * Deletes pods from nodes with NoExecute taints that they do not tolerate, or no longer (`pkg/controller/tainteviction`):
 * a timer a pod, of the smallest `tolerationSeconds` among the tolerations that its node's taints need, counted from
 * when the taint was seen, and stopped when the taint goes.
 */
export class TaintEviction implements Component {
  private readonly plane: ControlPlane;
  private readonly podsByNode: PodsByNode;
  private readonly planned = new Map<number, PlannedEviction>();
  /** Names of the nodes with NoExecute taints. */
  private readonly tainted = new Set<string>();
  private readonly nodes: WorkQueue;
  private readonly pods: WorkQueue;
  private readonly fireKind: number;

  constructor(plane: ControlPlane, podsByNode: PodsByNode) {
    this.plane = plane;
    this.podsByNode = podsByNode;
    this.nodes = new WorkQueue(plane.clock, (id) => this.syncNode(id));
    this.pods = new WorkQueue(plane.clock, (id) => this.syncPod(id));
    this.fireKind = plane.clock.apiKind((podId) => this.fires(podId));
  }

  begin(): void {
    const { api } = this.plane;
    for (const node of api.nodes.all()) this.noteNode(node, undefined);
    api.nodes.watch((node, before) => this.noteNode(node, before));
    api.pods.watch((pod, before) => {
      if (pod === undefined) {
        this.planned.delete(before!.id);
        return;
      }
      const { nodeName, tolerations } = pod.spec;
      if (nodeName === undefined || !this.tainted.has(nodeName)) return;
      if (nodeName === before?.spec.nodeName && tolerations === before.spec.tolerations) return;
      this.pods.add(pod.id);
    });
  }

  private noteNode(node: Node | undefined, before: Node | undefined): void {
    if (node === undefined) {
      this.tainted.delete(before!.metadata.name);
      return;
    }
    if (node.spec.taints === before?.spec.taints) return;
    const taints = noExecute(node);
    if (taints.length > 0) this.tainted.add(node.metadata.name);
    else this.tainted.delete(node.metadata.name);
    if (!sameTaints(taints, before === undefined ? [] : noExecute(before))) this.nodes.add(node.id);
  }

  private syncNode(nodeId: number): void {
    const node = this.plane.api.nodes.get(nodeId);
    if (node === undefined) return;
    const taints = noExecute(node);
    for (const pod of this.podsByNode.of(node.metadata.name)) this.weigh(pod, taints);
  }

  private syncPod(podId: number): void {
    const { api } = this.plane;
    const pod = api.pods.get(podId);
    const node = pod?.spec.nodeName === undefined ? undefined : api.nodes.named('', pod.spec.nodeName);
    if (pod !== undefined && node !== undefined) this.weigh(pod, noExecute(node));
  }

  private weigh(pod: Pod, taints: readonly Taint[]): void {
    const { clock, chronicle } = this.plane;
    const known = this.planned.get(pod.id);
    const seconds = taints.length === 0 ? Infinity : toleratedSeconds(taints, pod.spec.tolerations);
    if (seconds === Infinity) {
      if (known === undefined) return;
      this.planned.delete(pod.id);
      this.noteTimer(pod, known, clock.nowUs, ' (stopped)');
      const text = `Cancelling deletion of ${aboutOf(pod)}`;
      chronicle.event(COMPONENT, 'Normal', 'TaintManagerEviction', aboutOf(pod), text);
      return;
    }
    if (seconds <= 0) {
      this.delete(pod);
      return;
    }
    // A timer that runs goes on, whatever other taints come: upstream only asks whether the new one would end later.
    if (known !== undefined && known.createdUs < clock.nowUs) return;
    const fireUs = clock.nowUs + seconds * 1e6;
    this.planned.set(pod.id, { createdUs: clock.nowUs, fireUs });
    clock.at(fireUs, this.fireKind, pod.id);
  }

  private fires(podId: number): void {
    const known = this.planned.get(podId);
    if (known === undefined || known.fireUs > this.plane.clock.nowUs) return;
    const pod = this.plane.api.pods.get(podId);
    if (pod === undefined) return;
    this.noteTimer(pod, known, known.fireUs, '');
    this.delete(pod);
  }

  private delete(pod: Pod): void {
    this.planned.delete(pod.id);
    if (pod.metadata.deletionUs !== undefined) return;
    const text = `Marking for deletion ${aboutOf(pod)}`;
    this.plane.chronicle.event(COMPONENT, 'Normal', 'TaintManagerEviction', aboutOf(pod), text);
    this.plane.api.deletePod(pod.id, { disruptionTarget: 'DeletionByTaintManager' });
  }

  private noteTimer(pod: Pod, known: PlannedEviction, toUs: number, how: string): void {
    const about = aboutOf(pod);
    this.plane.chronicle.timer({ fromUs: known.createdUs, toUs, timer: `tolerationSeconds${how}`, about });
  }
}

/**
 * How many seconds a pod stays in spite of NoExecute taints: Infinity for ever, 0 not at all. Of every taint the first
 * toleration that fits counts, and of those the shortest.
 */
export function toleratedSeconds(taints: readonly Taint[], tolerations: readonly Toleration[]): number {
  let seconds = Infinity;
  for (const taint of taints) {
    const toleration = tolerations.find((one) => tolerates([one], taint));
    if (toleration === undefined) return 0;
    seconds = Math.min(seconds, Math.max(0, toleration.tolerationSeconds ?? Infinity));
  }
  return seconds;
}

function noExecute(node: Node): Taint[] {
  return node.spec.taints.filter(({ effect }) => effect === 'NoExecute');
}

function sameTaints(a: readonly Taint[], b: readonly Taint[]): boolean {
  return a.length === b.length && a.every((taint, k) => taint.key === b[k].key && taint.value === b[k].value);
}
