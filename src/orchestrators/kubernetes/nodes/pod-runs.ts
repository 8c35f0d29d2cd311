import { aboutOf } from '../api/about-of.ts';
import type { ControlPlane } from '../api/control-plane.ts';
import { SYNC_DELAY_US } from '../api/work-queue.ts';
import type { WorkloadBehaviour } from '../behaviour/workload-behaviour.ts';
import { hasEnded } from '../objects/pod-state.ts';
import type { ContainerPort, Pod } from '../objects/pod.ts';
import { launch, type LifeParts, waitForImage } from './container-life.ts';
import { ImagePulls, type ImageWaiter } from './image-pulls.ts';
import type { Machines } from './machines.ts';
import type { NodeOptions } from './node-options.ts';
import type { NodeRuntime } from './node-runtime.ts';
import { hostPorts, rejection } from './pod-admission.ts';
import { podStatus } from './pod-conditions.ts';
import { adoptRunning, canBegin, loseMachine, nextOfPod, noteEnd, setStart, stepPod, stopPod } from './pod-life.ts';
import { newContainers, type PodEnd, PodRun } from './pod-run.ts';

export interface PodRunsParts {
  readonly machines: Machines;
  readonly behaviour: WorkloadBehaviour;
  readonly options: NodeOptions;
  /** A process of the pod dies so long after its start by an outside cause; Infinity: none. */
  readonly crashAfterUs: (pod: Pod) => number;
  /** A node's images changed. */
  readonly onImages: (runtime: NodeRuntime) => void;
}

/** No machine is slower than this: one that stands still would never come to the end of anything. */
export const LEAST_SPEED = 1e-6;
const NO_ANSWER = 'registry does not answer';

/**
 * The pods that kubelets have, from admission to their end. A pod has one event at a time: the next moment at which
 * something about it changes.
 */
export class PodRuns {
  readonly life: LifeParts;
  /** Told of each pod that a kubelet has just looked at, for whoever follows what kubelets do. */
  onLook: (podId: number) => void = () => {};
  private readonly plane: ControlPlane;
  private readonly parts: PodRunsParts;
  private readonly pulls: ImagePulls;
  private readonly runs = new Map<number, PodRun>();
  private readonly kind: number;

  constructor(plane: ControlPlane, parts: PodRunsParts) {
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
      crashAfterUs: parts.crashAfterUs,
    };
    this.kind = plane.clock.kind((podId) => this.wakes(podId));
    machines.watchRegistry((up) => {
      if (!up) this.pulls.failAll(NO_ANSWER);
    });
  }

  get(podId: number): PodRun | undefined {
    return this.runs.get(podId);
  }

  all(): IterableIterator<PodRun> {
    return this.runs.values();
  }

  /** A pod that has been running on the node since before the run began. */
  adopt(pod: Pod, runtime: NodeRuntime): void {
    if (hasEnded(pod)) return;
    const run = this.add(pod, runtime);
    this.countIn(pod, run);
    adoptRunning(this.life, pod, run);
    for (const { image } of [...pod.spec.initContainers, ...pod.spec.containers]) {
      if (runtime.images.has(image)) continue;
      runtime.images.add(image, this.parts.behaviour.imageBytes(image), 0);
      runtime.imagesChanged = true;
    }
    this.tell(pod, run);
    this.wake(run, this.plane.clock.nowUs);
  }

  /** A pod of the node that its kubelet finds in the API: a new one, or one that it has to say something about. */
  find(pod: Pod, runtime: NodeRuntime): void {
    if (hasEnded(pod)) return;
    const run = this.runs.get(pod.id) ?? this.add(pod, runtime);
    run.dirty = true;
    this.wake(run, this.plane.clock.nowUs + SYNC_DELAY_US);
  }

  /** Another spec of a pod that may be running: what it asks for is counted anew. */
  resize(pod: Pod, before: Pod): void {
    const run = this.runs.get(pod.id);
    if (run?.counted !== true) return;
    run.node.count(before, -1);
    run.node.count(pod, 1);
  }

  /** The pod has been taken out of the API. */
  drop(pod: Pod): void {
    const run = this.runs.get(pod.id);
    if (run !== undefined) this.forget(pod, run);
  }

  /** The node is gone from the API with its machine. */
  dropNode(runtime: NodeRuntime): void {
    for (const id of runtime.pods.keys()) this.runs.delete(id);
    this.pulls.forget(runtime);
  }

  /** The machine has stopped, and everything on it. */
  loseAll(runtime: NodeRuntime): void {
    this.pulls.forget(runtime);
    for (const run of runtime.pods.values()) {
      const pod = this.plane.api.pods.get(run.id);
      if (pod === undefined) continue;
      this.countOut(pod, run);
      loseMachine(pod, run);
    }
  }

  /** No image comes to the node any more. */
  failPulls(runtime: NodeRuntime, why: string = NO_ANSWER): void {
    this.pulls.fail(runtime, why);
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

  /** Looks at the pod then, unless something earlier is planned. */
  wake(run: PodRun, atUs: number): void {
    const { clock } = this.plane;
    if (run.wakeUs <= atUs && run.wakeUs >= clock.nowUs) return;
    run.wakeUs = atUs;
    if (atUs < Infinity) clock.at(atUs, this.kind, run.id);
  }

  private add(pod: Pod, runtime: NodeRuntime): PodRun {
    const run = new PodRun(pod.id, runtime);
    run.containers = newContainers(pod, this.plane.clock.nowUs);
    this.runs.set(pod.id, run);
    runtime.pods.set(pod.id, run);
    return run;
  }

  private wakes(podId: number): void {
    this.looksAt(podId);
    this.onLook(podId);
  }

  private looksAt(podId: number): void {
    const run = this.runs.get(podId);
    const { nowUs } = this.plane.clock;
    if (run === undefined || run.wakeUs !== nowUs) return;
    run.wakeUs = Infinity;
    const pod = this.plane.api.pods.get(podId);
    if (pod === undefined || !run.node.online) return;
    const { heard } = run.node;
    const { deletionUs, deletionGracePeriodSeconds = 0 } = pod.metadata;
    // Whom nobody hears takes no new pods, and is told of no end.
    if (run.stage === 'new' && !(heard && this.admits(pod, run))) return;
    if (heard && deletionUs !== undefined && deletionGracePeriodSeconds < run.graceSeconds)
      stopPod(this.life, pod, run, deletionGracePeriodSeconds);
    const outcome = stepPod(this.life, pod, run);
    if (heard && outcome === 'has ended') {
      this.ends(pod, run);
      return;
    }
    if (run.dirty && heard) this.tell(pod, run);
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
    run.probesUs = firstProbeUs(pod, runtime, nowUs);
    run.dirty = true;
    return true;
  }

  private portsInUse(runtime: NodeRuntime, except: number): ContainerPort[] {
    return [...runtime.pods.values()].flatMap(({ id, counted }) => {
      const pod = id === except || !counted ? undefined : this.plane.api.pods.get(id);
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
    const succeeded =
      end === undefined && run.containers.every(({ role, exitCode }) => role !== 'main' || exitCode === 0);
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

  private forget(pod: Pod, run: PodRun): void {
    this.countOut(pod, run);
    this.runs.delete(run.id);
    run.node.pods.delete(run.id);
    run.wakeUs = Infinity;
  }

  private countIn(pod: Pod, run: PodRun): void {
    run.node.count(pod, 1);
    run.counted = true;
  }

  private countOut(pod: Pod, run: PodRun): void {
    if (run.counted) run.node.count(pod, -1);
    run.counted = false;
  }

  private pullObstacle(node: NodeRuntime): string | undefined {
    const { machines } = this.parts;
    const { cutOff, diskFull } = machines.state(node.name);
    if (diskFull) return 'no space left on device';
    return machines.registryUp && !cutOff ? undefined : NO_ANSWER;
  }

  private imageCame({ run, container }: ImageWaiter, image: string, failed: string | undefined): void {
    const pod = this.plane.api.pods.get(run.id);
    if (run.node.imagesChanged) this.parts.onImages(run.node);
    if (pod === undefined || this.runs.get(run.id) !== run || container.state !== 'pulling') return;
    if (failed === undefined) {
      const text = `Container image "${image}" is there`;
      this.plane.chronicle.event('kubelet', 'Normal', 'Pulled', aboutOf(pod), text);
      launch(this.life, pod, run, container);
    } else {
      waitForImage(this.life, container, 'ImagePullBackOff');
      const text = `Failed to pull image "${image}": ${failed}`;
      this.plane.chronicle.event('kubelet', 'Warning', 'Failed', aboutOf(pod), text);
    }
    run.dirty = true;
    this.wake(run, this.plane.clock.nowUs);
  }
}

/** A kubelet that was started less than a probe's period ago lets its probes wait for a part of the period. */
function firstProbeUs(pod: Pod, runtime: NodeRuntime, nowUs: number): number {
  let periodUs = 0;
  for (const { livenessProbe, startupProbe } of pod.spec.containers)
    periodUs = Math.max(periodUs, ((startupProbe ?? livenessProbe)?.periodSeconds ?? 0) * 1e6);
  return periodUs > nowUs - runtime.kubeletStartUs ? nowUs + Math.floor(runtime.random.next() * periodUs) : nowUs;
}
