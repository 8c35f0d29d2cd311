import { aboutOf } from '../api/chronicle.ts';
import type { Component, ControlPlane } from '../api/control-plane.ts';
import type { Node } from '../objects/node.ts';
import { isReady } from './node-conditions.ts';
import { OUT_OF_SERVICE } from './node-taints.ts';
import type { PodsByNode } from './pods-by-node.ts';
import { nextTick } from './ticks.ts';

/**
 * The pod garbage collector's part for nodes that someone has tainted out of service (`pkg/controller/podgc`,
 * gcTerminating): every 20 s it takes out the pods that are Terminating there while the node is not ready. Volumes are
 * taken to be detached by then.
 */
export class OutOfService implements Component {
  private readonly plane: ControlPlane;
  private readonly podsByNode: PodsByNode;
  private readonly periodUs: number;
  private readonly kind: number;
  private readonly marked = new Set<number>();
  private armed = false;

  constructor(plane: ControlPlane, podsByNode: PodsByNode, periodUs: number) {
    this.plane = plane;
    this.podsByNode = podsByNode;
    this.periodUs = periodUs;
    this.kind = plane.clock.kind(() => this.collect());
  }

  begin(): void {
    const { nodes } = this.plane.api;
    for (const node of nodes.all()) this.note(node, undefined);
    nodes.watch((node, before) => this.note(node, before));
  }

  private note(node: Node | undefined, before: Node | undefined): void {
    if (node === undefined) this.marked.delete(before!.id);
    else if (isMarked(node)) this.marked.add(node.id);
    else this.marked.delete(node.id);
    if (this.marked.size > 0) this.arm();
  }

  private arm(): void {
    if (this.armed) return;
    this.armed = true;
    const { clock } = this.plane;
    clock.at(nextTick(0, this.periodUs, clock.nowUs + 1), this.kind, 0);
  }

  private collect(): void {
    const { api, chronicle } = this.plane;
    this.armed = false;
    for (const nodeId of [...this.marked].sort((a, b) => a - b)) {
      const node = api.nodes.get(nodeId);
      if (node === undefined || isReady(node) === true) continue;
      for (const pod of this.podsByNode.of(node.metadata.name)) {
        if (pod.metadata.deletionUs === undefined) continue;
        chronicle.event('pod-garbage-collector', 'Normal', 'ForceDelete', aboutOf(pod), 'its node is out of service');
        api.deletePod(pod.id, { graceSeconds: 0 });
      }
    }
    if (this.marked.size > 0) this.arm();
  }
}

function isMarked(node: Node): boolean {
  return node.spec.taints.some(({ key }) => key === OUT_OF_SERVICE);
}
