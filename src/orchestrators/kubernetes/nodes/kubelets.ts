import type { Component, ControlPlane } from '../api/control-plane.ts';
import type { WorkloadBehaviour } from '../behaviour/workload-behaviour.ts';
import type { Node } from '../objects/node.ts';
import type { Pod } from '../objects/pod.ts';
import { SIGKILL_CODE } from './container-life.ts';
import { GracefulShutdown } from './graceful-shutdown.ts';
import type { Machines, MachineState } from './machines.ts';
import { isReady } from './node-conditions.ts';
import type { NodeOptions } from './node-options.ts';
import { type HeartbeatWatcher, NodeReports } from './node-reports.ts';
import type { NodeRuntime } from './node-runtime.ts';
import type { PodEnd, PodRun } from './pod-run.ts';
import { PodRuns } from './pod-runs.ts';
import type { PodsByNode } from './pods-by-node.ts';
import { type CrashLoop, ProcessTroubles } from './process-troubles.ts';

export interface KubeletParts {
  readonly machines: Machines;
  readonly podsByNode: PodsByNode;
  readonly behaviour: WorkloadBehaviour;
  readonly options: NodeOptions;
}

/**
 * The kubelets of all nodes: each takes the pods that are bound to its node, runs them and says how they and the node
 * are, as long as its machine works and is heard. No heartbeat, probe or look at containers is an event of its own.
 */
export class Kubelets implements Component {
  private readonly plane: ControlPlane;
  private readonly parts: KubeletParts;
  private readonly reports: NodeReports;
  private readonly runs: PodRuns;
  private readonly troubles: ProcessTroubles;
  private readonly shutdown: GracefulShutdown;

  constructor(plane: ControlPlane, parts: KubeletParts) {
    this.plane = plane;
    this.parts = parts;
    const { options, machines, behaviour } = parts;
    this.reports = new NodeReports(plane, machines, options, (runtime) => this.isHeard(runtime));
    this.troubles = new ProcessTroubles(plane, () => this.runs);
    this.runs = new PodRuns(plane, {
      machines,
      behaviour,
      options,
      crashAfterUs: (pod) => this.troubles.crashAfterUs(pod),
      onImages: (runtime) => this.reports.postSoon(runtime),
    });
    this.shutdown = new GracefulShutdown(plane, options, this.reports, this.runs);
  }

  /** Takes over the nodes and pods that are there: nodes that are ready work, and their pods run and are ready. */
  begin(): void {
    const { api } = this.plane;
    const { machines, podsByNode } = this.parts;
    for (const node of api.nodes.all()) {
      const runtime = this.reports.add(node);
      // A dump's node that was not ready stands still until someone starts its machine.
      if (isReady(node) === false) {
        machines.stop(runtime.name);
        continue;
      }
      runtime.online = true;
      for (const pod of podsByNode.of(runtime.name)) this.runs.adopt(pod, runtime);
      this.reports.post(runtime);
      this.reports.beginsToBeat(runtime);
    }
    api.nodes.watch((node, before) => {
      if (before === undefined) this.registers(node!);
      else if (node === undefined) this.leaves(before);
    });
    api.pods.watch((pod, before) => this.podChanged(pod, before));
    machines.watch((name, state, before) => this.machineChanged(name, state, before));
  }

  /** What the kubelet of a node knows and holds; undefined: there is none. */
  node(nodeName: string): NodeRuntime | undefined {
    return this.reports.nodes.get(nodeName);
  }

  /** A pod as its kubelet holds it, for whoever only looks; undefined: no kubelet has it. */
  run(podId: number): PodRun | undefined {
    return this.runs.get(podId);
  }

  /** Told of each pod that a kubelet has just looked at; one watcher at most. */
  watchRuns(watcher: (podId: number) => void): void {
    this.runs.onLook = watcher;
  }

  watchHeartbeats(watcher: HeartbeatWatcher): void {
    this.reports.watch(watcher);
  }

  /** Whether the node's kubelet works and is heard. */
  beats(nodeName: string): boolean {
    return this.node(nodeName)?.heard === true;
  }

  /** Whether the processes of all the pod's containers are up and can be reached now, whatever its status says. */
  answers(podId: number): boolean {
    const run = this.runs.get(podId);
    if (run === undefined) return false;
    const { works, cutOff } = this.parts.machines.state(run.node.name);
    const { nowUs } = this.plane.clock;
    return (
      works && !cutOff && run.containers.every((one) => one.role !== 'main' || (one.upUs <= nowUs && nowUs < one.endUs))
    );
  }

  /** The kernel kills a container's processes: its limit is passed or the node's memory has run out. */
  oomKill(podId: number, container: string): void {
    this.troubles.kill(podId, container, SIGKILL_CODE, 'OOMKilled');
  }

  /** The process of the pod's first container dies. */
  crash(podId: number, exitCode = 1): void {
    this.troubles.kill(podId, undefined, exitCode);
  }

  /** From now on every process of these pods dies so long after its start; undefined: no more. `key` names the trouble. */
  crashLoop(key: number, loop: CrashLoop | undefined): void {
    this.troubles.setLoop(key, loop);
  }

  /** Ends a pod because its node cannot keep it; it becomes Failed. */
  evict(podId: number, graceSeconds: number, end: PodEnd): void {
    this.runs.evict(podId, graceSeconds, end);
  }

  /** Whether its node is ending the pod already: it was evicted, its deadline is over, or the node shuts down. */
  isBeingEnded(podId: number): boolean {
    return this.runs.get(podId)?.end !== undefined;
  }

  /** Begins a graceful shutdown of the node. */
  shutDown(nodeName: string): void {
    const runtime = this.node(nodeName);
    if (runtime !== undefined) this.shutdown.begin(runtime);
  }

  /** The API server answers nobody (`up` false), or again. */
  setControlPlane(up: boolean): void {
    this.reports.setControlPlane(up);
  }

  get controlPlaneUp(): boolean {
    return this.reports.controlPlaneUp;
  }

  /** Posts the node's status with its next heartbeat. */
  postSoon(runtime: NodeRuntime): void {
    this.reports.postSoon(runtime);
  }

  /** And once more at the first heartbeat after `fromUs`. */
  postAgain(runtime: NodeRuntime, fromUs: number): void {
    this.reports.postAgain(runtime, fromUs);
  }

  /** A Node object that was created during the run: its machine boots, unless it is said to be ready. */
  private registers(node: Node): void {
    const { nowUs } = this.plane.clock;
    const startUs = isReady(node) === true ? nowUs : nowUs + this.parts.options.nodeStartUs;
    this.reports.startAt(this.reports.add(node), startUs);
  }

  private leaves(node: Node): void {
    const runtime = this.node(node.metadata.name);
    if (runtime === undefined) return;
    this.runs.dropNode(runtime);
    this.reports.remove(runtime);
  }

  /** The kubelet finds the API server: it looks at all its pods and says how its node is. */
  private isHeard(runtime: NodeRuntime): void {
    for (const pod of this.parts.podsByNode.of(runtime.name)) this.runs.find(pod, runtime);
    this.reports.post(runtime);
    this.reports.beginsToBeat(runtime);
  }

  private podChanged(pod: Pod | undefined, before: Pod | undefined): void {
    if (pod === undefined) {
      this.runs.drop(before!);
      return;
    }
    if (before !== undefined && pod.spec !== before.spec) this.runs.resize(pod, before);
    if (before !== undefined && pod.metadata === before.metadata && pod.spec.nodeName === before.spec.nodeName) return;
    const { nodeName } = pod.spec;
    const runtime = nodeName === undefined ? undefined : this.node(nodeName);
    if (runtime === undefined || !runtime.heard) return;
    if (pod.metadata.deletionUs !== undefined || this.runs.get(pod.id) === undefined) this.runs.find(pod, runtime);
  }

  private machineChanged(name: string, state: MachineState, before: MachineState): void {
    const runtime = this.node(name);
    if (runtime === undefined) return;
    const { clock } = this.plane;
    if (!state.works && before.works) this.stops(runtime);
    if (state.works && !before.works) this.reports.startAt(runtime, clock.nowUs + this.parts.options.nodeStartUs);
    if (state.cutOff && !before.cutOff) this.runs.failPulls(runtime);
    const isSilent = state.cutOff || state.speed === 0;
    const wasSilent = before.cutOff || before.speed === 0;
    if (isSilent && !wasSilent) this.reports.stopsBeating(runtime);
    else if (wasSilent && !isSilent && runtime.online) {
      // What it has to say it says with its next heartbeat.
      this.reports.postSoon(runtime);
    }
    if (state.speed !== before.speed && state.works && before.works) this.troubles.speedChanged(runtime, state, before);
    if (state.diskFull !== before.diskFull) this.diskChanged(runtime, state.diskFull);
  }

  private stops(runtime: NodeRuntime): void {
    runtime.online = false;
    runtime.postUs = Infinity;
    runtime.memoryPressureUntilUs = runtime.diskPressureUntilUs = -Infinity;
    this.runs.loseAll(runtime);
    this.reports.stopsBeating(runtime);
  }

  private diskChanged(runtime: NodeRuntime, isFull: boolean): void {
    const untilUs = this.plane.clock.nowUs + this.parts.options.pressureTransitionUs;
    if (isFull) this.runs.failPulls(runtime, 'no space left on device');
    runtime.diskPressureUntilUs = isFull ? Infinity : untilUs;
    this.reports.postSoon(runtime);
    if (!isFull) this.reports.postAgain(runtime, untilUs);
  }
}
