import type { KubernetesRun } from '../../orchestrators/kubernetes/kubernetes-run.ts';
import type { MachineState } from '../../orchestrators/kubernetes/nodes/machines.ts';
import { podPhase, willRestart } from '../../orchestrators/kubernetes/nodes/pod-conditions.ts';
import type { ContainerRun, PodRun } from '../../orchestrators/kubernetes/nodes/pod-run.ts';
import { usableEndpoints } from '../../orchestrators/kubernetes/nodes/service-proxy.ts';
import { servingContainer } from '../../orchestrators/kubernetes/behaviour/serving-container.ts';
import type { Node } from '../../orchestrators/kubernetes/objects/node.ts';
import type { Pod } from '../../orchestrators/kubernetes/objects/pod.ts';
import { FilmedPod } from './filmed-pod.ts';
import {
  cpuPerPlaceMilli,
  kubernetesDraft,
  kubernetesNode,
  kubernetesServices,
  servicesOf,
  sizeOf,
} from './kubernetes-facts.ts';
import { ScriptBuilder } from './script-builder.ts';

/** A pod that some kubelet has, or had until it ended. */
interface Seen {
  readonly film: FilmedPod;
  run: PodRun;
  /** The container that stands for the pod. */
  main: ContainerRun;
  /** Its restarts that the script knows of. */
  restarts: number;
  /** Its process has been there since its last start. */
  hasLived: boolean;
  /** When the process that runs became ready; NaN: it has not. */
  readyUs: number;
}

/**
 * Follows a Kubernetes cluster event by event and writes its script: what kubelets really do, machines really are and
 * proxies really know, not what the API server believes. A pod is one container, that of the container that serves.
 */
export class KubernetesCamera {
  readonly builder = new ScriptBuilder();
  readonly run: KubernetesRun;
  private readonly seen = new Map<number, Seen>();
  private readonly dirty = new Set<number>();
  private readonly nodeIndex = new Map<string, number>();
  private readonly lastState = new Map<string, MachineState>();
  /** By service: the pods that proxies send requests to. */
  private readonly listed: Set<number>[];

  /** `run` has been made and nothing of it has happened yet. */
  constructor(run: KubernetesRun) {
    this.run = run;
    const { api, machines, nodes, spec } = run;
    this.builder.services.push(...kubernetesServices(spec));
    this.listed = spec.services.map(() => new Set<number>());
    for (const node of api.nodes.all()) this.nodeAdded(node, true);
    for (const pod of api.pods.all()) this.dirty.add(pod.id);
    api.pods.watch((pod, before) => this.dirty.add((pod ?? before)!.id));
    api.nodes.watch((node, before) => {
      if (before === undefined) this.nodeAdded(node!, false);
      else if (node === undefined) this.nodeRemoved(before.metadata.name);
    });
    nodes.kubelets.watchRuns((podId) => this.dirty.add(podId));
    machines.watch((name) => this.machineChanged(name));
    machines.watchRegistry(() => this.builder.note('the registry is not taken away; what it led to is replayed'));
    nodes.proxy.onEndpoints(({ metadata }, endpoints) => {
      const service = spec.services.findIndex(
        ({ namespace, name }) => namespace === metadata.namespace && name === metadata.name,
      );
      if (service >= 0) this.list(service, new Set(usableEndpoints(endpoints).map(({ pod }) => pod)));
    });
    this.look();
  }

  /** Handles the next event of the run and films it; false at its end. */
  step(): boolean {
    const goesOn = this.run.step();
    this.look();
    if (!goesOn) this.end();
    return goesOn;
  }

  private get nowUs(): number {
    return this.run.plane.clock.nowUs;
  }

  private look(): void {
    for (const id of this.dirty) this.lookAt(id);
    this.dirty.clear();
  }

  private lookAt(id: number): void {
    const pod = this.run.api.pods.get(id);
    const run = this.run.nodes.kubelets.run(id);
    let seen = this.seen.get(id);
    if (pod === undefined) {
      if (seen !== undefined) this.leaves(id, seen, 'removed');
      return;
    }
    if (seen === undefined) {
      // Before that nothing of the pod is on the machine.
      if (run === undefined || run.stage === 'new') return;
      seen = this.begins(pod, run);
    }
    if (run === undefined) this.ended(seen);
    else {
      if (run !== seen.run) {
        seen.run = run;
        seen.main = mainOf(pod, run);
      }
      // First, for what is paused cannot become ready.
      this.goOn(seen);
      this.follow(pod, seen);
    }
    this.rotate(id, seen);
    this.hold(seen);
  }

  private begins(pod: Pod, run: PodRun): Seen {
    const { api, spec } = this.run;
    const services = servicesOf(api, spec, pod);
    const [service] = services;
    if (services.length > 1)
      this.builder.note('a pod that several services select gets requests of the first of them only');
    if (pod.spec.containers.length + pod.spec.initContainers.length > 1)
      this.builder.note('a pod of several containers is one container that has the size of all of them');
    this.nameCpu(pod, service);
    const draft = kubernetesDraft(api, spec, pod, service);
    const film = new FilmedPod(this.builder, this.nowUs, draft, this.nodeIndex.get(run.node.name)!);
    const main = mainOf(pod, run);
    const seen: Seen = { film, run, main, restarts: main.restarts, hasLived: false, readyUs: Number.NaN };
    this.seen.set(pod.id, seen);
    return seen;
  }

  private nameCpu(pod: Pod, service: number | undefined): void {
    if (service === undefined) return;
    const facts = this.builder.services[service];
    if (facts.cpuPerRequestMilli > 0 || this.run.spec.services[service].cpuPerRequestMilli !== undefined) return;
    this.builder.services[service] = { ...facts, cpuPerRequestMilli: cpuPerPlaceMilli(pod, facts.concurrency) };
  }

  /** The kubelet has the pod: its process, its readiness, its size. */
  private follow(pod: Pod, seen: Seen): void {
    const { nowUs } = this;
    const { film, run, main } = seen;
    if (run.stage === 'stopping') film.stop(nowUs, graceUsOf(run), whyStopped(pod, run));
    if (main.restarts > seen.restarts) {
      seen.restarts = main.restarts;
      if (seen.hasLived) this.dies(seen, whyEnded(main));
    }
    if (main.lives) {
      film.restart(nowUs);
      seen.hasLived = true;
    } else if (seen.hasLived) {
      if (run.stage === 'stopping' || (main.state === 'ended' && !willRestart(pod, main))) this.ended(seen);
      else this.dies(seen, whyEnded(main));
    }
    const isReady =
      podPhase(pod, run) === 'Running' && run.containers.every(({ role, ready }) => role === 'init' || ready);
    if (!isReady) film.unready(nowUs);
    else if (film.runs && !film.isReady) {
      if (!film.hasBooted) film.bootsUntil(nowUs);
      film.ready(nowUs);
      seen.readyUs = nowUs;
    }
    film.resize(nowUs, sizeOf(pod.spec));
  }

  /** Its process dies, to be started again. */
  private dies(seen: Seen, why: string): void {
    this.closeBoot(seen.film);
    seen.film.kill(this.nowUs, why);
    seen.hasLived = false;
    seen.readyUs = Number.NaN;
  }

  /** Its process has ended for good. */
  private ended(seen: Seen): void {
    const { film, main, readyUs } = seen;
    if (!film.runs) return;
    if (seen.hasLived && !film.isStopping && Number.isFinite(main.finishedUs)) {
      if (!film.hasBooted) film.bootsUntil(main.startedUs);
      const fromUs = Number.isNaN(readyUs) ? main.startedUs : readyUs;
      film.draft.runsUs = Math.max(0, main.finishedUs - fromUs);
      film.draft.exitCode = main.exitCode ?? 0;
    }
    this.closeBoot(film);
    seen.hasLived = false;
    film.finish(this.nowUs);
  }

  private leaves(id: number, { film }: Seen, why: string): void {
    this.seen.delete(id);
    this.closeBoot(film);
    film.gone(this.nowUs, why);
  }

  /** A process that ends without having been ready was not ready for as long as it was there. */
  private closeBoot(film: FilmedPod): void {
    if (film.runs && !film.hasBooted) film.bootsUntil(this.nowUs);
  }

  private rotate(id: number, { film }: Seen): void {
    const { service } = film.draft;
    if (service !== undefined) film.rotate(this.nowUs, this.listed[service].has(id) ? 1 : 0);
  }

  private list(service: number, pods: Set<number>): void {
    for (const id of [...this.listed[service], ...pods]) this.dirty.add(id);
    this.listed[service] = pods;
  }

  /** A machine that stands still has its processes paused, once they are ready. */
  private hold({ film, run }: Seen): void {
    const { speed, works } = this.run.machines.state(run.node.name);
    if (works && speed === 0 && film.isReady) film.pause(this.nowUs, `${run.node.name} stands still`);
  }

  private goOn({ film, run }: Seen): void {
    const { speed, works } = this.run.machines.state(run.node.name);
    if (works && speed > 0) film.resume(this.nowUs);
  }

  private nodeAdded(node: Node, isThereAtStart: boolean): void {
    const { name } = node.metadata;
    const { builder, nowUs: atUs } = this;
    let index = this.nodeIndex.get(name);
    if (index === undefined) {
      index = builder.nodes.push(kubernetesNode(node, isThereAtStart)) - 1;
      this.nodeIndex.set(name, index);
    }
    if (!isThereAtStart) builder.steps.push({ atUs, do: 'node-added', node: index });
    this.lastState.set(name, SOUND);
    this.machineChanged(name);
  }

  private nodeRemoved(name: string): void {
    for (const [id, seen] of this.seen)
      if (seen.run.node.name === name) this.leaves(id, seen, `${name} is taken out of the cluster`);
    this.lastState.delete(name);
    this.builder.steps.push({ atUs: this.nowUs, do: 'node-removed', node: this.nodeIndex.get(name)! });
  }

  private machineChanged(name: string): void {
    const before = this.lastState.get(name);
    if (before === undefined) return;
    const { steps } = this.builder;
    const atUs = this.nowUs;
    const node = this.nodeIndex.get(name)!;
    const state = this.run.machines.state(name);
    if (before.works && !state.works) {
      const why = state.gone ? 'the cloud takes it' : 'its machine stops';
      steps.push({ atUs, do: 'node-down', node, why });
      for (const seen of this.seen.values())
        if (seen.run.node.name === name) this.dies(seen, `${name} is down: ${why}`);
    } else if (!before.works && state.works) steps.push({ atUs, do: 'node-up', node });
    if (!before.cutOff && state.cutOff)
      steps.push({ atUs, do: 'node-cut-off', node, why: 'nobody reaches it over the network' });
    else if (before.cutOff && !state.cutOff) steps.push({ atUs, do: 'node-back', node });
    if (state.lossShare > 0) this.builder.note('requests that a lossy node loses are not lost');
    if (state.diskFull) this.builder.note('disks are not filled; what it led to is replayed');
    // One that stands still has its processes paused instead, and its speed is what it was.
    const speed = state.speed > 0 ? state.speed : before.speed;
    if (speed !== before.speed)
      steps.push({ atUs, do: 'node-speed', node, speed, why: speed === 1 ? 'it is over' : 'its machine is slow' });
    this.lastState.set(name, { ...state, speed });
    for (const [id, { run }] of this.seen) if (run.node.name === name) this.dirty.add(id);
  }

  /** Who has not become ready by the end of the run boots until then. */
  private end(): void {
    for (const { film } of this.seen.values()) this.closeBoot(film);
    for (const { kind } of this.run.recorder.records.allHappenings(this.nowUs))
      if (kind === 'zone-partition') this.builder.note('zones that cannot reach each other are not cut apart');
      else if (kind === 'zone-delay') this.builder.note('delays between zones are not replayed');
      else if (kind === 'control-plane-down')
        this.builder.note('there is no control plane to take away; what it led to is replayed');
  }
}

const SOUND: MachineState = { works: true, cutOff: false, speed: 1, lossShare: 0, diskFull: false, gone: false };

function mainOf(pod: Pod, run: PodRun): ContainerRun {
  const index = pod.spec.containers.indexOf(servingContainer(pod.spec));
  return run.containers.find((one) => one.role === 'main' && one.index === index)!;
}

const graceUsOf = ({ graceSeconds }: PodRun): number => (Number.isFinite(graceSeconds) ? graceSeconds * 1e6 : 0);

function whyStopped({ status }: Pod, { end }: PodRun): string {
  if (end !== undefined) return `${end.reason}: ${end.message}`;
  return status.disruptionTarget ?? 'deleted';
}

function whyEnded({ reason, endReason, exitCode, endCode }: ContainerRun): string {
  if (reason === 'OOMKilled' || endReason === 'OOMKilled') return 'killed for want of memory';
  return `its process ended with exit code ${exitCode ?? endCode}`;
}
