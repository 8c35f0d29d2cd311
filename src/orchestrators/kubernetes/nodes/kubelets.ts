import { SYNC_DELAY_US } from '../api/work-queue.ts';
import { aboutOf } from '../api/chronicle.ts';
import type { Component, ControlPlane } from '../api/control-plane.ts';
import type { WorkloadBehaviour } from '../behaviour/workload-behaviour.ts';
import type { Node } from '../objects/node.ts';
import type { Pod } from '../objects/pod.ts';
import { endProcess, launch, type LifeParts, planProbes, SIGKILL_CODE, waitForImage } from './container-life.ts';
import { ImagePulls, type ImageWaiter } from './image-pulls.ts';
import type { Machines, MachineState } from './machines.ts';
import type { NodeOptions } from './node-options.ts';
import { NodeRuntime } from './node-runtime.ts';
import { isReady, nodeConditions, withImages } from './node-conditions.ts';
import { hostPorts, rejection } from './pod-admission.ts';
import { podStatus } from './pod-conditions.ts';
import { adoptRunning, canBegin, loseMachine, nextOfPod, noteEnd, setStart, stepPod, stopPod } from './pod-life.ts';
import { newContainers, type PodEnd, PodRun } from './pod-run.ts';
import type { PodsByNode } from './pods-by-node.ts';
import { CRITICAL_PRIORITY } from './qos.ts';
import { nextTick } from './ticks.ts';

export interface KubeletParts {
  readonly machines: Machines;
  readonly podsByNode: PodsByNode;
  readonly behaviour: WorkloadBehaviour;
  readonly options: NodeOptions;
}

/** Told when a node's heartbeats begin to be heard (`beats`) or stop. */
export type HeartbeatWatcher = (runtime: NodeRuntime, beats: boolean) => void;

/** No machine is slower than this: one that stands still would never come to the end of anything. */
const LEAST_SPEED = 1e-6;

/**
 * The kubelets of all nodes. A pod has one event at a time: the next moment at which something about it changes. No
 * heartbeat, probe or look at containers is an event of its own.
 */
export class Kubelets implements Component {
  readonly nodes = new Map<string, NodeRuntime>();
  /** Whether the API server answers; see `setControlPlane`. */
  controlPlaneUp = true;
  private readonly plane: ControlPlane;
  private readonly parts: KubeletParts;
  private readonly life: LifeParts;
  private readonly pulls: ImagePulls;
  private readonly byId = new Map<number, NodeRuntime>();
  private readonly runs = new Map<number, PodRun>();
  private readonly wakeKind: number;
  private readonly postKind: number;
  private readonly criticalKind: number;
  private readonly heartbeatWatchers: HeartbeatWatcher[] = [];
  private readonly crashLoops = new Map<number, { matches: (pod: Pod) => boolean; afterUs: number }>();

  constructor(plane: ControlPlane, parts: KubeletParts) {
    this.plane = plane;
    this.parts = parts;
    const { options, behaviour, machines } = parts;
    this.pulls = new ImagePulls(plane, {
      imageBytes: (image) => behaviour.imageBytes(image),
      bytesPerSecond: options.pullBytesPerSecond,
      manifestCheckUs: options.manifestCheckUs,
      obstacle: (node) => this.pullObstacle(node),
      done: (waiter, image, failed) => this.imageCame(waiter, image, failed),
    });
    this.life = {
      plane,
      options,
      behaviour,
      pulls: this.pulls,
      speed: (node) => Math.max(LEAST_SPEED, machines.state(node.name).speed),
      crashAfterUs: (pod) => this.crashAfterUs(pod),
    };
    this.wakeKind = plane.clock.kind((podId) => this.wakes(podId));
    this.postKind = plane.clock.kind((nodeId) => this.posts(nodeId));
    this.criticalKind = plane.clock.kind((nodeId) => this.stopCritical(nodeId));
  }

  /** Takes over the nodes and pods that are there: nodes that are ready work, and their pods run. */
  begin(): void {
    const { api } = this.plane;
    const { machines } = this.parts;
    for (const node of [...api.nodes.all()]) {
      const runtime = this.addNode(node);
      if (isReady(node) === false) machines.stop(runtime.name);
      else {
        runtime.online = true;
        this.isHeardAgain(runtime, true);
      }
    }
    api.nodes.watch((node, before) => {
      if (before === undefined) this.registers(node!);
      else if (node === undefined) this.leaves(before);
    });
    api.pods.watch((pod, before) => this.podChanged(pod, before));
    machines.watch((name, state, before) => this.machineChanged(name, state, before));
    machines.watchRegistry((up) => {
      if (!up) this.pulls.failAll('registry does not answer');
    });
  }

  watchHeartbeats(watcher: HeartbeatWatcher): void {
    this.heartbeatWatchers.push(watcher);
  }

  /** Whether the node's kubelet works and is heard. */
  beats(nodeName: string): boolean {
    return this.nodes.get(nodeName)?.heard === true;
  }

  /** Whether every container's process is up and answers now, whatever its status says. */
  answers(podId: number): boolean {
    const run = this.runs.get(podId);
    if (run === undefined) return false;
    const { works, cutOff } = this.parts.machines.state(run.node.name);
    const { nowUs } = this.plane.clock;
    return (
      works && !cutOff && run.containers.every((one) => one.role !== 'main' || (one.upUs <= nowUs && nowUs < one.endUs))
    );
  }

  /** The node's host memory has run out or a container's limit is passed: the kernel kills the container's processes. */
  oomKill(podId: number, container: string): void {
    this.killProcess(podId, container, SIGKILL_CODE, 'OOMKilled');
  }

  /** A process of the pod dies. */
  crash(podId: number, exitCode = 1): void {
    this.killProcess(podId, undefined, exitCode, '');
  }

  /** From now on (or no more) every process of these pods dies so long after its start. `key` names the trouble. */
  crashLoop(key: number, on: { matches: (pod: Pod) => boolean; afterUs: number } | undefined): void {
    const { nowUs } = this.plane.clock;
    if (on === undefined) {
      this.crashLoops.delete(key);
      return;
    }
    this.crashLoops.set(key, on);
    for (const run of this.runs.values()) {
      const pod = this.plane.api.pods.get(run.id);
      if (pod === undefined || !on.matches(pod)) continue;
      for (const one of run.containers) {
        const endUs = Math.max(nowUs, one.startedUs + on.afterUs);
        if (one.lives && one.role !== 'init' && endUs < one.endUs) endProcess(one, endUs, 1);
      }
      this.wake(run, nowUs);
    }
  }

  /** Ends a pod because its node cannot keep it; it becomes Failed. */
  evict(podId: number, graceSeconds: number, end: PodEnd): void {
    const run = this.runs.get(podId);
    const pod = this.plane.api.pods.get(podId);
    if (run === undefined || pod === undefined || run.end !== undefined) return;
    noteEnd(this.life, pod, end);
    stopPod(this.life, pod, run, graceSeconds, end);
    this.wake(run, this.plane.clock.nowUs);
  }

  /** Graceful node shutdown: the node is not ready at once; its pods are told to end, critical ones last. */
  shutDown(nodeName: string): void {
    const runtime = this.nodes.get(nodeName);
    if (runtime === undefined || runtime.shuttingDown || !this.beats(nodeName)) return;
    const { clock } = this.plane;
    const { shutdownGraceUs, shutdownGraceCriticalUs } = this.parts.options;
    runtime.shuttingDown = true;
    this.post(runtime);
    const regularUs = Math.max(0, shutdownGraceUs - shutdownGraceCriticalUs);
    this.stopForShutdown(runtime, regularUs, (pod) => pod.spec.priority < CRITICAL_PRIORITY);
    clock.after(regularUs, this.criticalKind, runtime.id);
  }

  /** Posts the node's status at its next heartbeat. */
  postSoon(runtime: NodeRuntime): void {
    const { nowUs } = this.plane.clock;
    const atUs = nextTick(runtime.heartbeatPhaseUs, this.parts.options.heartbeatUs, nowUs);
    if (runtime.postUs <= atUs && runtime.postUs >= this.plane.clock.nowUs) return;
    runtime.postUs = atUs;
    this.plane.clock.at(atUs, this.postKind, runtime.id);
  }

  /** Posts the status once more when something that holds for a time may be over, besides what is planned. */
  postAgain(runtime: NodeRuntime, fromUs: number): void {
    const atUs = nextTick(runtime.heartbeatPhaseUs, this.parts.options.heartbeatUs, fromUs);
    if (runtime.againUs >= atUs) return;
    runtime.againUs = atUs;
    this.plane.clock.at(atUs, this.postKind, runtime.id);
  }

  /** The API server answers nobody (`up` false): kubelets go on as they are, unheard, until it is back. */
  setControlPlane(up: boolean): void {
    if (up === this.controlPlaneUp) return;
    this.controlPlaneUp = up;
    for (const runtime of this.nodes.values()) {
      if (!up) this.isHeardNoMore(runtime);
      else if (runtime.online && !this.parts.machines.state(runtime.name).cutOff) this.postSoon(runtime);
      else for (const watcher of this.heartbeatWatchers) watcher(runtime, false);
    }
  }

  private addNode(node: Node): NodeRuntime {
    const runtime = new NodeRuntime(node, this.plane.streams(`kubelet/${node.metadata.name}`), this.plane.clock.nowUs);
    this.nodes.set(runtime.name, runtime);
    this.byId.set(runtime.id, runtime);
    return runtime;
  }

  /** A Node object that was created during the run: its machine boots, unless it is said to be ready. */
  private registers(node: Node): void {
    const { clock } = this.plane;
    const runtime = this.addNode(node);
    runtime.postUs = clock.nowUs + (isReady(node) === true ? 0 : this.parts.options.nodeStartUs);
    clock.at(runtime.postUs, this.postKind, runtime.id);
  }

  private leaves(node: Node): void {
    const runtime = this.nodes.get(node.metadata.name);
    if (runtime === undefined) return;
    this.nodes.delete(runtime.name);
    this.byId.delete(runtime.id);
    for (const id of runtime.pods.keys()) this.runs.delete(id);
    this.pulls.forget(runtime);
  }

  private posts(nodeId: number): void {
    const runtime = this.byId.get(nodeId);
    const { nowUs } = this.plane.clock;
    if (runtime === undefined || (runtime.postUs !== nowUs && runtime.againUs !== nowUs)) return;
    if (runtime.postUs === nowUs) runtime.postUs = Infinity;
    const { works, cutOff } = this.parts.machines.state(runtime.name);
    if (!works) return;
    if (!runtime.online) {
      runtime.online = true;
      runtime.shuttingDown = false;
    }
    if (cutOff || !this.controlPlaneUp) return;
    if (runtime.heard) this.post(runtime);
    else this.isHeardAgain(runtime, false);
  }

  /** The kubelet finds the API server, for the first time or again: it looks at all its pods and says how its node is. */
  private isHeardAgain(runtime: NodeRuntime, isBeginning: boolean): void {
    runtime.heard = true;
    for (const pod of this.parts.podsByNode.of(runtime.name)) this.finds(pod, runtime, isBeginning);
    this.post(runtime);
    for (const watcher of this.heartbeatWatchers) watcher(runtime, true);
  }

  /** A pod of the node that the kubelet finds in the API. */
  private finds(pod: Pod, runtime: NodeRuntime, isBeginning: boolean): void {
    if (pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') return;
    let run = this.runs.get(pod.id);
    if (run === undefined) {
      run = this.addRun(pod, runtime);
      if (isBeginning) {
        this.countIn(pod, run);
        adoptRunning(this.life, pod, run);
        for (const { image } of [...pod.spec.initContainers, ...pod.spec.containers]) {
          if (runtime.images.has(image)) continue;
          runtime.images.add(image, this.parts.behaviour.imageBytes(image), 0);
          runtime.imagesChanged = true;
        }
        this.tell(pod, run);
      }
    }
    run.dirty ||= !isBeginning;
    this.wake(run, this.plane.clock.nowUs + (isBeginning ? 0 : SYNC_DELAY_US));
  }

  private addRun(pod: Pod, runtime: NodeRuntime): PodRun {
    const run = new PodRun(pod.id, runtime);
    run.containers = newContainers(pod, this.plane.clock.nowUs);
    this.runs.set(pod.id, run);
    runtime.pods.set(pod.id, run);
    return run;
  }

  private podChanged(pod: Pod | undefined, before: Pod | undefined): void {
    if (pod === undefined) {
      const run = this.runs.get(before!.id);
      if (run !== undefined) this.forget(before!, run);
      return;
    }
    if (before !== undefined && pod.metadata === before.metadata && pod.spec.nodeName === before.spec.nodeName) return;
    const { nodeName } = pod.spec;
    if (nodeName === undefined || !this.beats(nodeName)) return;
    let run = this.runs.get(pod.id);
    if (run === undefined) {
      if (pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') return;
      const runtime = this.nodes.get(nodeName);
      if (runtime === undefined) return;
      run = this.addRun(pod, runtime);
    } else if (pod.metadata.deletionUs === undefined) return;
    this.wake(run, this.plane.clock.nowUs + SYNC_DELAY_US);
  }

  private machineChanged(name: string, state: MachineState, before: MachineState): void {
    const runtime = this.nodes.get(name);
    if (runtime === undefined) return;
    const { clock } = this.plane;
    const { options } = this.parts;
    if (!state.works && before.works) this.machineStops(runtime);
    if (state.works && !before.works) {
      runtime.kubeletStartUs = clock.nowUs + options.nodeStartUs;
      runtime.postUs = runtime.kubeletStartUs;
      clock.at(runtime.postUs, this.postKind, runtime.id);
    }
    if (state.cutOff && !before.cutOff) {
      this.pulls.fail(runtime, 'registry does not answer');
      this.isHeardNoMore(runtime);
    } else if (before.cutOff && !state.cutOff && runtime.online) {
      // What it has to say it says with its next heartbeat.
      this.postSoon(runtime);
    }
    if (state.speed !== before.speed && state.works && before.works) this.speedChanged(runtime, state, before);
    if (state.diskFull !== before.diskFull) this.diskChanged(runtime, state.diskFull);
  }

  private isHeardNoMore(runtime: NodeRuntime): void {
    if (!runtime.heard) return;
    runtime.heard = false;
    for (const watcher of this.heartbeatWatchers) watcher(runtime, false);
  }

  private machineStops(runtime: NodeRuntime): void {
    runtime.online = false;
    runtime.postUs = Infinity;
    runtime.memoryPressureUntilUs = runtime.diskPressureUntilUs = -Infinity;
    this.pulls.forget(runtime);
    for (const run of runtime.pods.values()) {
      const pod = this.plane.api.pods.get(run.id);
      if (pod === undefined) continue;
      this.countOut(pod, run);
      loseMachine(pod, run);
    }
    this.isHeardNoMore(runtime);
  }

  /** What is left to do takes longer or less long from now on. */
  private speedChanged(runtime: NodeRuntime, state: MachineState, before: MachineState): void {
    const { nowUs } = this.plane.clock;
    const factor = Math.max(LEAST_SPEED, before.speed) / Math.max(LEAST_SPEED, state.speed);
    const later = (us: number): number => (us > nowUs && us < Infinity ? nowUs + Math.ceil((us - nowUs) * factor) : us);
    for (const run of runtime.pods.values()) {
      const pod = this.plane.api.pods.get(run.id);
      if (pod === undefined) continue;
      for (const one of run.containers) {
        one.upUs = later(one.upUs);
        one.endUs = later(one.endUs);
        if (one.endUs > one.killUs) endProcess(one, one.killUs, SIGKILL_CODE);
        planProbes(this.life, pod, run, one);
      }
      this.wake(run, nowUs);
    }
  }

  private diskChanged(runtime: NodeRuntime, isFull: boolean): void {
    const { nowUs } = this.plane.clock;
    if (isFull) this.pulls.fail(runtime, 'no space left on device');
    runtime.diskPressureUntilUs = isFull ? Infinity : nowUs + this.parts.options.pressureTransitionUs;
    this.postSoon(runtime);
    if (!isFull) this.postAgain(runtime, runtime.diskPressureUntilUs);
  }

  private pullObstacle(node: NodeRuntime): string | undefined {
    const { machines } = this.parts;
    const { cutOff, diskFull } = machines.state(node.name);
    if (diskFull) return 'no space left on device';
    return machines.registryUp && !cutOff ? undefined : 'registry does not answer';
  }

  private imageCame({ run, container }: ImageWaiter, image: string, failed: string | undefined): void {
    const pod = this.plane.api.pods.get(run.id);
    if (pod === undefined || this.runs.get(run.id) !== run || container.state !== 'pulling') return;
    if (failed === undefined) {
      launch(this.life, pod, run, container);
      if (run.node.imagesChanged) this.postSoon(run.node);
    } else {
      waitForImage(this.life, container, 'ImagePullBackOff');
      const text = `Failed to pull image "${image}": ${failed}`;
      this.plane.chronicle.event('kubelet', 'Warning', 'Failed', aboutOf(pod), text);
    }
    run.dirty = true;
    this.wake(run, this.plane.clock.nowUs);
  }

  private crashAfterUs(pod: Pod): number {
    let afterUs = Infinity;
    for (const loop of this.crashLoops.values()) if (loop.afterUs < afterUs && loop.matches(pod)) ({ afterUs } = loop);
    return afterUs;
  }

  private killProcess(podId: number, container: string | undefined, code: number, reason: string): void {
    const run = this.runs.get(podId);
    const pod = this.plane.api.pods.get(podId);
    if (run === undefined || pod === undefined) return;
    const { nowUs } = this.plane.clock;
    for (const one of run.containers) {
      if (!one.lives || one.endUs <= nowUs) continue;
      if (container === undefined ? one.role !== 'main' : one.specOf(pod).name !== container) continue;
      endProcess(one, nowUs, code, reason);
      if (container === undefined) break;
    }
    this.wake(run, nowUs);
  }

  private stopForShutdown(runtime: NodeRuntime, withinUs: number, which: (pod: Pod) => boolean): void {
    const withinSeconds = Math.floor(withinUs / 1e6);
    for (const run of [...runtime.pods.values()]) {
      const pod = this.plane.api.pods.get(run.id);
      if (pod === undefined || !which(pod)) continue;
      this.evict(run.id, Math.min(pod.spec.terminationGracePeriodSeconds, withinSeconds), {
        reason: 'Terminated',
        message: 'Pod was terminated in response to imminent node shutdown.',
        disruptionTarget: 'TerminationByKubelet',
      });
    }
  }

  private stopCritical(nodeId: number): void {
    const runtime = this.byId.get(nodeId);
    if (runtime === undefined || !runtime.shuttingDown) return;
    this.stopForShutdown(runtime, this.parts.options.shutdownGraceCriticalUs, () => true);
  }

  private post(runtime: NodeRuntime): void {
    const { api, clock, chronicle } = this.plane;
    const node = api.nodes.get(runtime.id);
    if (node === undefined) return;
    const conditions = nodeConditions(node, runtime, clock.nowUs);
    const status = withImages({ ...node.status, conditions }, runtime, this.parts.options.nodeStatusMaxImages);
    if (conditions === node.status.conditions && status.images === node.status.images) return;
    const after = api.update('Node', node.id, { status });
    if (after !== undefined && isReady(after) !== isReady(node)) {
      const reason = isReady(after) === true ? 'NodeReady' : 'NodeNotReady';
      chronicle.event('kubelet', 'Normal', reason, aboutOf(node), `Node ${runtime.name} status is now: ${reason}`);
    }
  }

  /** Looks at the pod then, unless something earlier is planned. */
  private wake(run: PodRun, atUs: number): void {
    const { clock } = this.plane;
    if (run.wakeUs <= atUs && run.wakeUs >= clock.nowUs) return;
    run.wakeUs = atUs;
    if (atUs < Infinity) clock.at(atUs, this.wakeKind, run.id);
  }

  private wakes(podId: number): void {
    const run = this.runs.get(podId);
    const { nowUs } = this.plane.clock;
    if (run === undefined || run.wakeUs !== nowUs) return;
    run.wakeUs = Infinity;
    const pod = this.plane.api.pods.get(podId);
    if (pod === undefined || !run.node.online) return;
    const isHeard = run.node.heard;
    const { deletionUs, deletionGracePeriodSeconds = 0 } = pod.metadata;
    if (run.stage === 'new' && !(isHeard && this.admits(pod, run))) return;
    if (isHeard && deletionUs !== undefined && deletionGracePeriodSeconds < run.graceSeconds)
      stopPod(this.life, pod, run, deletionGracePeriodSeconds);
    const outcome = stepPod(this.life, pod, run);
    if (isHeard && outcome === 'has ended') {
      this.ends(pod, run);
      return;
    }
    if (run.dirty && isHeard) this.tell(pod, run);
    this.wake(run, nextOfPod(this.life, run));
  }

  /** Takes the pod in and begins to set it up, or says why not. */
  private admits(pod: Pod, run: PodRun): boolean {
    const { api, clock } = this.plane;
    const { node: runtime } = run;
    const { nowUs } = clock;
    if (pod.metadata.deletionUs !== undefined || !canBegin(run)) {
      this.ends(pod, run);
      return false;
    }
    const node = api.nodes.get(runtime.id);
    if (node === undefined) return false;
    const refused = rejection(pod, node, runtime, () => this.portsInUse(runtime, pod.id), nowUs);
    if (refused !== undefined) {
      run.end = refused;
      noteEnd(this.life, pod, refused);
      this.ends(pod, run);
      return false;
    }
    this.countIn(pod, run);
    run.stage = 'sandbox';
    setStart(pod, run, run.startUs ?? nowUs);
    run.dueUs = nowUs + this.parts.options.sandboxUs;
    run.probesUs = this.firstProbeUs(pod, runtime, nowUs);
    run.dirty = true;
    return true;
  }

  /** A kubelet that was started less than a probe's period ago lets its probes wait for a part of the period. */
  private firstProbeUs(pod: Pod, runtime: NodeRuntime, nowUs: number): number {
    let periodUs = 0;
    for (const { livenessProbe, startupProbe } of pod.spec.containers)
      periodUs = Math.max(periodUs, (startupProbe ?? livenessProbe)?.periodSeconds ?? 0);
    periodUs *= 1e6;
    return periodUs > nowUs - runtime.kubeletStartUs ? nowUs + Math.floor(runtime.random.next() * periodUs) : nowUs;
  }

  private portsInUse(runtime: NodeRuntime, except: number) {
    return [...runtime.pods.keys()].flatMap((id) => {
      const pod = id === except ? undefined : this.plane.api.pods.get(id);
      return pod === undefined ? [] : hostPorts(pod);
    });
  }

  private tell(pod: Pod, run: PodRun): void {
    run.dirty = false;
    const status = podStatus(pod, run, this.plane.clock.nowUs);
    if (status !== pod.status) this.plane.api.update('Pod', pod.id, { status });
  }

  /** Nothing of the pod runs any more: its status says how it ended, and it is taken out if it was told to go. */
  private ends(pod: Pod, run: PodRun): void {
    const { api, clock } = this.plane;
    const { end } = run;
    const told = podStatus(pod, run, clock.nowUs);
    const mains = run.containers.filter(({ role }) => role === 'main');
    const succeeded = end === undefined && mains.every(({ exitCode }) => exitCode === 0);
    this.forget(pod, run);
    api.update('Pod', pod.id, {
      status: {
        ...told,
        phase: succeeded ? 'Succeeded' : 'Failed',
        ready: false,
        readyChangedUs: pod.status.ready ? clock.nowUs : pod.status.readyChangedUs,
        ...(end !== undefined && { reason: end.reason, message: end.message }),
        ...(end?.disruptionTarget !== undefined && { disruptionTarget: end.disruptionTarget }),
      },
    });
    if (pod.metadata.deletionUs !== undefined) api.remove('Pod', pod.id);
  }

  private countIn(pod: Pod, run: PodRun): void {
    run.node.count(pod, 1);
    run.counted = true;
  }

  private countOut(pod: Pod, run: PodRun): void {
    if (run.counted) run.node.count(pod, -1);
    run.counted = false;
  }

  private forget(pod: Pod, run: PodRun): void {
    this.countOut(pod, run);
    this.runs.delete(run.id);
    run.node.pods.delete(run.id);
    run.wakeUs = Infinity;
  }
}
