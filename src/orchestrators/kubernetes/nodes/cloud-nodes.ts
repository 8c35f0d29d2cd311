import { aboutOf } from '../api/about-of.ts';
import type { Component, ControlPlane } from '../api/control-plane.ts';
import type { Node } from '../objects/node.ts';
import type { Machines } from './machines.ts';
import { isReady } from './node-conditions.ts';
import { nextTick } from './ticks.ts';

/**
 * The cloud's node lifecycle controller (`staging/src/k8s.io/cloud-provider/controllers/nodelifecycle`): every 5 s it
 * deletes the Node objects that are not ready and whose machine the cloud does not have any more.
 */
export class CloudNodes implements Component {
  private readonly plane: ControlPlane;
  private readonly machines: Machines;
  private readonly periodUs: number;
  private readonly kind: number;
  private readonly gone = new Set<number>();
  private armed = false;

  constructor(plane: ControlPlane, machines: Machines, periodUs: number) {
    this.plane = plane;
    this.machines = machines;
    this.periodUs = periodUs;
    this.kind = plane.clock.apiKind(() => this.look());
  }

  begin(): void {
    const { nodes } = this.plane.api;
    this.machines.watch((name, state) => {
      const node = nodes.named('', name);
      if (!state.gone || node === undefined) return;
      this.gone.add(node.id);
      this.armIfLost(node);
    });
    nodes.watch((node, before) => {
      if (node === undefined) this.gone.delete(before!.id);
      else this.armIfLost(node);
    });
  }

  /** Only a node that is not ready is looked up in the cloud. */
  private armIfLost(node: Node): void {
    if (this.armed || !this.gone.has(node.id) || isReady(node) === true) return;
    this.armed = true;
    const { clock } = this.plane;
    clock.at(nextTick(0, this.periodUs, clock.nowUs + 1), this.kind, 0);
  }

  private look(): void {
    const { api, chronicle } = this.plane;
    this.armed = false;
    for (const nodeId of [...this.gone].sort((a, b) => a - b)) {
      const node = api.nodes.get(nodeId);
      if (node === undefined || isReady(node) === true) continue;
      const text = `Deleting node ${node.metadata.name} because it does not exist in the cloud provider`;
      chronicle.event('cloud-node-lifecycle-controller', 'Normal', 'DeletingNode', aboutOf(node), text);
      api.remove('Node', nodeId);
    }
  }
}
