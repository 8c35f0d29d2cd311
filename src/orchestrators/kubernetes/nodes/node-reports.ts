import { isHeard } from '../../machine-heard.ts';
import { aboutOf } from '../api/about-of.ts';
import type { ControlPlane } from '../api/control-plane.ts';
import type { Node } from '../objects/node.ts';
import type { Machines } from './machines.ts';
import { isReady, nodeConditions, withImages } from './node-conditions.ts';
import type { NodeOptions } from './node-options.ts';
import { NodeRuntime } from './node-runtime.ts';
import { nextTick } from './ticks.ts';

/** Told when a node's heartbeats begin to be heard (`beats`) or stop. */
export type HeartbeatWatcher = (runtime: NodeRuntime, beats: boolean) => void;

/**
 * What kubelets say of their nodes, and whether anyone hears them. Heartbeats that say nothing new are not events: a
 * status is posted with the next heartbeat after something changed.
 */
export class NodeReports {
  readonly nodes = new Map<string, NodeRuntime>();
  readonly byId = new Map<number, NodeRuntime>();
  /** Whether the API server answers. */
  controlPlaneUp = true;
  private readonly plane: ControlPlane;
  private readonly machines: Machines;
  private readonly options: NodeOptions;
  private readonly onHeard: (runtime: NodeRuntime) => void;
  private readonly kind: number;
  private readonly watchers: HeartbeatWatcher[] = [];

  /** `onHeard`: the kubelet has found the API server, again or for the first time during the run. */
  constructor(plane: ControlPlane, machines: Machines, options: NodeOptions, onHeard: (runtime: NodeRuntime) => void) {
    this.plane = plane;
    this.machines = machines;
    this.options = options;
    this.onHeard = onHeard;
    this.kind = plane.clock.kind((nodeId) => this.due(nodeId));
  }

  watch(watcher: HeartbeatWatcher): void {
    this.watchers.push(watcher);
  }

  add(node: Node): NodeRuntime {
    const runtime = new NodeRuntime(node, this.plane.streams(`kubelet/${node.metadata.name}`), this.plane.clock.nowUs);
    this.nodes.set(runtime.name, runtime);
    this.byId.set(runtime.id, runtime);
    return runtime;
  }

  remove(runtime: NodeRuntime): void {
    this.nodes.delete(runtime.name);
    this.byId.delete(runtime.id);
  }

  /** The kubelet begins its work then. */
  startAt(runtime: NodeRuntime, atUs: number): void {
    runtime.kubeletStartUs = runtime.postUs = atUs;
    this.plane.clock.at(atUs, this.kind, runtime.id);
  }

  /** Posts the node's status at its next heartbeat. */
  postSoon(runtime: NodeRuntime): void {
    const { nowUs } = this.plane.clock;
    const atUs = nextTick(runtime.heartbeatPhaseUs, this.options.heartbeatUs, nowUs);
    if (runtime.postUs <= atUs && runtime.postUs >= nowUs) return;
    runtime.postUs = atUs;
    this.plane.clock.at(atUs, this.kind, runtime.id);
  }

  /** Posts the status once more when something that holds for a time may be over, besides what is planned. */
  postAgain(runtime: NodeRuntime, fromUs: number): void {
    const atUs = nextTick(runtime.heartbeatPhaseUs, this.options.heartbeatUs, fromUs);
    if (runtime.againUs >= atUs) return;
    runtime.againUs = atUs;
    this.plane.clock.at(atUs, this.kind, runtime.id);
  }

  /** Says how the node is, if that is not known already. */
  post(runtime: NodeRuntime): void {
    const { api, clock, chronicle } = this.plane;
    const node = api.nodes.get(runtime.id);
    if (node === undefined) return;
    const conditions = nodeConditions(node, runtime, clock.nowUs);
    const status = withImages({ ...node.status, conditions }, runtime, this.options.nodeStatusMaxImages);
    if (conditions === node.status.conditions && status.images === node.status.images) return;
    const after = api.update('Node', node.id, { status });
    if (after === undefined || isReady(after) === isReady(node)) return;
    const reason = isReady(after) === true ? 'NodeReady' : 'NodeNotReady';
    chronicle.event('kubelet', 'Normal', reason, aboutOf(node), `Node ${runtime.name} status is now: ${reason}`);
  }

  /** The kubelet is heard from now on; what it has to say it has said. */
  beginsToBeat(runtime: NodeRuntime): void {
    runtime.heard = true;
    this.tell(runtime, true);
  }

  stopsBeating(runtime: NodeRuntime): void {
    if (!runtime.heard) return;
    runtime.heard = false;
    this.tell(runtime, false);
  }

  /** The API server answers nobody (`up` false): kubelets go on as they are, unheard, until it is back. */
  setControlPlane(up: boolean): void {
    if (up === this.controlPlaneUp) return;
    this.controlPlaneUp = up;
    for (const runtime of this.nodes.values()) {
      if (!up) this.stopsBeating(runtime);
      else if (runtime.online && isHeard(this.machines.state(runtime.name))) this.postSoon(runtime);
      else this.tell(runtime, false);
    }
  }

  private tell(runtime: NodeRuntime, beats: boolean): void {
    for (const watcher of this.watchers) watcher(runtime, beats);
  }

  private due(nodeId: number): void {
    const runtime = this.byId.get(nodeId);
    const { nowUs } = this.plane.clock;
    if (runtime === undefined || (runtime.postUs !== nowUs && runtime.againUs !== nowUs)) return;
    const isPlanned = runtime.postUs === nowUs;
    if (isPlanned) runtime.postUs = Infinity;
    const state = this.machines.state(runtime.name);
    // A kubelet that is still starting begins when that is done, not when an old condition may be over.
    if (!state.works || !(runtime.online || isPlanned)) return;
    if (!runtime.online) {
      runtime.online = true;
      runtime.shuttingDown = false;
    }
    if (!isHeard(state) || !this.controlPlaneUp) return;
    if (runtime.heard) this.post(runtime);
    else this.onHeard(runtime);
  }
}
