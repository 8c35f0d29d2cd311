import { aboutOf } from '../api/about-of.ts';
import type { Component, ControlPlane } from '../api/control-plane.ts';
import type { PodUsage } from '../behaviour/workload-behaviour.ts';
import { lastingContainers } from '../objects/lasting-containers.ts';
import type { Node } from '../objects/node.ts';
import { podResources } from '../objects/pod-resources.ts';
import { hasEnded } from '../objects/pod-state.ts';
import type { Container, Pod } from '../objects/pod.ts';
import { oomVictim, type PodConsumption, rankForDisk, rankForMemory } from './eviction-ranking.ts';
import { imageName } from './image-cache.ts';
import type { Kubelets } from './kubelets.ts';
import type { NodeOptions } from './node-options.ts';
import type { NodeRuntime } from './node-runtime.ts';
import type { PodsByNode } from './pods-by-node.ts';
import { oomScoreAdjust } from './qos.ts';
import { nextTick } from './ticks.ts';
import { amountOf, memForPods, memLimitBytes, UsageBounds } from './usage-bounds.ts';

export interface PressureParts {
  readonly kubelets: Kubelets;
  readonly podsByNode: PodsByNode;
  readonly usage: PodUsage;
  readonly options: NodeOptions;
}

/** A running container and the memory it uses. */
interface Process {
  readonly pod: Pod;
  readonly container: Container;
  readonly usedBytes: number;
}

/**
 * Memory and disk of nodes (`pkg/kubelet/eviction`): every 10 s what pods use is compared with their containers' limits
 * (the kernel kills what is beyond), with the node's memory (the kernel kills the worst) and with the hard eviction
 * thresholds (one pod a look goes, without grace). Only nodes where any of this can happen are looked at.
 *
 * The memory that the node's own processes use is what is reserved for them: capacity less allocatable less threshold.
 */
export class NodePressure implements Component {
  private readonly plane: ControlPlane;
  private readonly parts: PressureParts;
  private readonly lookKind: number;
  /** Nodes by number that are being looked at, and when next. */
  private readonly watched = new Map<number, number>();
  private readonly bounds: UsageBounds;

  constructor(plane: ControlPlane, parts: PressureParts) {
    this.plane = plane;
    this.parts = parts;
    this.bounds = new UsageBounds(parts.usage, parts.options);
    this.lookKind = plane.clock.kind((nodeId) => this.look(nodeId));
  }

  begin(): void {
    const { api } = this.plane;
    for (const pod of api.pods.all()) this.note(pod, undefined);
    api.pods.watch((pod, before) => this.note(pod, before));
  }

  private note(pod: Pod | undefined, before: Pod | undefined): void {
    const is = pod === undefined || hasEnded(pod) ? undefined : pod.spec.nodeName;
    const was = before === undefined || hasEnded(before) ? undefined : before.spec.nodeName;
    if (is === was && pod?.spec === before?.spec) return;
    if (was !== undefined) this.bounds.remove(was, before!.id);
    if (is === undefined) return;
    this.bounds.add(is, pod!);
    this.lookIfNeeded(is);
  }

  private lookIfNeeded(nodeName: string): void {
    const node = this.plane.api.nodes.named('', nodeName);
    const runtime = this.parts.kubelets.node(nodeName);
    if (node === undefined || runtime === undefined || this.watched.has(node.id) || !this.bounds.canRunShort(node))
      return;
    this.plan(runtime, this.plane.clock.nowUs + 1);
  }

  private plan(runtime: NodeRuntime, fromUs: number): void {
    const { clock } = this.plane;
    const atUs = nextTick(runtime.heartbeatPhaseUs, this.parts.options.evictionCheckUs, fromUs);
    this.watched.set(runtime.id, atUs);
    clock.at(atUs, this.lookKind, runtime.id);
  }

  private look(nodeId: number): void {
    const { api, clock } = this.plane;
    const { kubelets } = this.parts;
    if (this.watched.get(nodeId) !== clock.nowUs) return;
    this.watched.delete(nodeId);
    const node = api.nodes.get(nodeId);
    const runtime = node && kubelets.node(node.metadata.name);
    if (node === undefined || runtime === undefined) return;
    let hasEvicted = false;
    if (runtime.online) {
      const pods = this.parts.podsByNode
        .of(node.metadata.name)
        .filter((pod) => !hasEnded(pod) && !kubelets.isBeingEnded(pod.id));
      const alive = this.killOnNode(node, this.killBeyondLimits(this.processesOf(pods)));
      hasEvicted = this.weighMemory(node, runtime, pods, alive) || this.weighDisk(node, runtime, pods);
    }
    if (!this.bounds.canRunShort(node)) return;
    if (!hasEvicted) {
      this.plan(runtime, clock.nowUs + 1);
      return;
    }
    const atUs = clock.nowUs + this.parts.options.cleanupUs;
    this.watched.set(nodeId, atUs);
    clock.at(atUs, this.lookKind, nodeId);
  }

  private processesOf(pods: readonly Pod[]): Process[] {
    const { usage } = this.parts;
    return pods.flatMap((pod) =>
      lastingContainers(pod.spec).map((container) => ({
        pod,
        container,
        usedBytes: usage.containerMemBytes(pod, container.name),
      })),
    );
  }

  /** Kills what is beyond its limit; returns the others. */
  private killBeyondLimits(processes: readonly Process[]): Process[] {
    return processes.filter(({ pod, container, usedBytes }) => {
      if (usedBytes <= memLimitBytes(container)) return true;
      this.parts.kubelets.oomKill(pod.id, container.name);
      this.event(pod, 'OOMKilling', `container ${container.name} used more memory than its limit`);
      return false;
    });
  }

  /** More is used than the node has: the kernel kills the worst container, and the next, until it fits. Returns the others. */
  private killOnNode(node: Node, processes: readonly Process[]): readonly Process[] {
    const nodeMemBytes = memForPods(node, this.parts.options.evictionHardMemBytes);
    let usedBytes = processes.reduce((sum, one) => sum + one.usedBytes, 0);
    if (usedBytes <= nodeMemBytes) return processes;
    const capacityBytes = amountOf(node.status.capacity, 'memory');
    const scored = processes.map((one) => ({
      ...one,
      scoreAdjust: oomScoreAdjust(one.pod.spec, one.container, capacityBytes),
    }));
    while (usedBytes > nodeMemBytes) {
      const worst = oomVictim(scored, nodeMemBytes);
      if (worst === undefined) break;
      scored.splice(scored.indexOf(worst), 1);
      usedBytes -= worst.usedBytes;
      this.parts.kubelets.oomKill(worst.pod.id, worst.container.name);
      const text = `${aboutOf(node)} ran out of memory; container ${worst.container.name} was killed`;
      this.event(worst.pod, 'OOMKilling', text);
    }
    return scored;
  }

  /** Evicts one pod if memory is short; whether it did. */
  private weighMemory(node: Node, runtime: NodeRuntime, pods: readonly Pod[], processes: readonly Process[]): boolean {
    const { options } = this.parts;
    const byPod = new Map<Pod, number>(pods.map((pod) => [pod, 0]));
    for (const { pod, usedBytes } of processes) byPod.set(pod, (byPod.get(pod) ?? 0) + usedBytes);
    const used = Array.from(byPod, ([pod, bytes]): PodConsumption => ({ pod, used: bytes }));
    const availableBytes =
      memForPods(node, this.parts.options.evictionHardMemBytes) - used.reduce((sum, one) => sum + one.used, 0);
    if (availableBytes >= options.evictionHardMemBytes) return false;
    runtime.memoryPressureUntilUs = this.underPressure(runtime);
    return this.evictFirst(rankForMemory(used), used, 'memory', availableBytes, options.evictionHardMemBytes);
  }

  /** Removes images when the disk is nearly full, and a pod when that is not enough. */
  private weighDisk(node: Node, runtime: NodeRuntime, pods: readonly Pod[]): boolean {
    const { usage, options, kubelets } = this.parts;
    const diskBytes = amountOf(node.status.capacity, 'ephemeral-storage');
    if (diskBytes === 0) return false;
    const used = pods.map((pod): PodConsumption => ({ pod, used: usage.diskBytes(pod) }));
    const podBytes = used.reduce((sum, one) => sum + one.used, 0);
    const inUseBytes = podBytes + runtime.images.bytes;
    if (inUseBytes > diskBytes * options.imageGcHighShare) {
      const names = new Set(pods.flatMap(({ spec }) => imagesOf(spec.containers, spec.initContainers)));
      if (runtime.images.free(inUseBytes - diskBytes * options.imageGcLowShare, (name) => names.has(name)) > 0) {
        runtime.imagesChanged = true;
        kubelets.postSoon(runtime);
      }
    }
    const availableBytes = diskBytes - podBytes - runtime.images.bytes;
    const thresholdBytes = diskBytes * options.evictionHardDiskShare;
    if (availableBytes >= thresholdBytes) return false;
    runtime.diskPressureUntilUs = this.underPressure(runtime);
    return this.evictFirst(rankForDisk(used), used, 'ephemeral-storage', availableBytes, thresholdBytes);
  }

  /** The condition is posted with the next heartbeat, and taken back when it has been over for five minutes. */
  private underPressure(runtime: NodeRuntime): number {
    const { kubelets, options } = this.parts;
    const untilUs = this.plane.clock.nowUs + options.pressureTransitionUs;
    kubelets.postSoon(runtime);
    kubelets.postAgain(runtime, untilUs);
    return untilUs;
  }

  private evictFirst(
    ranked: readonly Pod[],
    used: readonly PodConsumption[],
    resource: 'memory' | 'ephemeral-storage',
    availableBytes: number,
    thresholdBytes: number,
  ): boolean {
    const victim = ranked[0];
    if (victim === undefined) return false;
    const asked = podResources(victim.spec);
    const requested = resource === 'memory' ? asked.memBytes : asked.ephemeralBytes;
    const usedBytes = used.find(({ pod }) => pod === victim)?.used ?? 0;
    const over = usedBytes > requested ? `, has larger consumption of ${resource}` : '';
    this.parts.kubelets.evict(victim.id, 0, {
      reason: 'Evicted',
      message:
        `The node was low on resource: ${resource}. Threshold quantity: ${Math.ceil(thresholdBytes)}, ` +
        `available: ${Math.max(0, Math.floor(availableBytes))}. The pod was using ${usedBytes}, ` +
        `request is ${requested}${over}.`,
      disruptionTarget: 'TerminationByKubelet',
    });
    return true;
  }

  private event(pod: Pod, reason: string, message: string): void {
    this.plane.chronicle.event('kubelet', 'Warning', reason, aboutOf(pod), message);
  }
}

function imagesOf(...containers: readonly (readonly Container[])[]): string[] {
  return containers.flat().map(({ image }) => imageName(image));
}
