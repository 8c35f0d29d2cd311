import { sameTexts } from '../queue/cluster-event.ts';
import type { Node } from '../../objects/node.ts';
import type { Pod } from '../../objects/pod.ts';
import type { Labels } from '../../objects/meta.ts';
import { podInfo } from '../pod-info.ts';
import type { VictimMemo } from '../preemption/victim-memo.ts';
import type { SchedulingCore, SelectorSource } from '../scheduling-core.ts';

interface Placed {
  pod: Pod;
  readonly nodeName: string;
  /** Decided, but not yet bound in the API. */
  assumed: boolean;
}

/**
 * What the scheduler believes about the cluster (pkg/scheduler/backend/cache): the same for the cores of all profiles.
 * Unlike the API it knows of pods that are about to be bound, and of nodes that are kept for pods. Pods whose node is
 * not there are remembered until it comes.
 */
export class ClusterCache {
  private cores: readonly SchedulingCore[] = [];
  private readonly nodes = new Map<string, Node>();
  private readonly placed = new Map<number, Placed>();
  /** Pods of nodes that are not there, by node. */
  private readonly waiting = new Map<string, Map<number, Placed>>();
  private readonly nominations = new Map<number, { pod: Pod; nodeName: string }>();
  private readonly nominated = new Map<string, Map<number, Pod>>();
  private readonly namespaces = new Map<string, Labels>();
  private readonly selectors = new Map<string, SelectorSource>();
  /** Placed pods by priority. */
  private readonly priorities = new Map<number, number>();
  private lowest = Infinity;
  private readonly memo: VictimMemo;

  /** `memo`: hears of every change of a node. */
  constructor(memo: VictimMemo) {
    this.memo = memo;
  }

  /** Other cores, which are told everything. */
  setCores(cores: readonly SchedulingCore[]): void {
    this.cores = cores;
    this.memo.clear();
    for (const core of cores) {
      for (const [name, labels] of this.namespaces) core.setNamespace(name, labels);
      for (const source of this.selectors.values()) core.setSelector(source);
      for (const node of this.nodes.values()) core.addNode(node);
      for (const { pod, nodeName } of this.placed.values()) if (this.nodes.has(nodeName)) core.addPod(pod, nodeName);
      for (const { pod, nodeName } of this.nominations.values())
        if (this.nodes.has(nodeName)) core.nominate(pod, nodeName);
    }
  }

  /** No placed pod has a lower priority; Infinity: there is none. */
  get lowestPriority(): number {
    return this.lowest;
  }

  addNode(node: Node): void {
    const { name } = node.metadata;
    this.nodes.set(name, node);
    const pods = this.waiting.get(name);
    this.waiting.delete(name);
    for (const core of this.cores) {
      core.addNode(node);
      for (const { pod } of pods?.values() ?? []) core.addPod(pod, name);
      for (const pod of this.nominated.get(name)?.values() ?? []) core.nominate(pod, name);
    }
  }

  updateNode(node: Node): void {
    this.nodes.set(node.metadata.name, node);
    this.memo.forget(node.metadata.name);
    for (const core of this.cores) core.updateNode(node);
  }

  removeNode(name: string): void {
    this.nodes.delete(name);
    this.memo.forget(name);
    const [first] = this.cores;
    const pods = [...first.podsOn(name)];
    for (const core of this.cores) {
      for (const pod of pods) core.removePod(pod);
      for (const pod of this.nominated.get(name)?.values() ?? []) core.nominate(pod, undefined);
      core.removeNode(name);
    }
    if (pods.length > 0)
      this.waiting.set(name, new Map(pods.map(({ id }) => [id, this.placed.get(id) as Placed] as const)));
  }

  /** A pod has a node, or is taken to have it from now on. */
  place(pod: Pod, nodeName: string, assumed: boolean): void {
    const known = this.placed.get(pod.id);
    if (known?.nodeName === nodeName) {
      // Bound as assumed: to the cores nothing changes, and the pod they know shares its spec with its siblings.
      known.assumed &&= assumed;
      const isSame =
        known.pod.spec.containers === pod.spec.containers && sameTexts(known.pod.metadata.labels, pod.metadata.labels);
      if (!isSame) this.swap(known, pod);
      return;
    }
    if (known !== undefined) this.forget(pod.id);
    this.nominate(pod, undefined);
    const placed = { pod, nodeName, assumed };
    this.placed.set(pod.id, placed);
    this.count(pod, 1);
    this.memo.forget(nodeName);
    if (this.nodes.has(nodeName)) {
      for (const core of this.cores) core.addPod(pod, nodeName);
    } else {
      let waiting = this.waiting.get(nodeName);
      if (waiting === undefined) {
        waiting = new Map<number, Placed>();
        this.waiting.set(nodeName, waiting);
      }
      waiting.set(pod.id, placed);
    }
  }

  /** Another state of a placed pod; cores hear of it only if it matters to them. */
  updatePod(before: Pod, after: Pod): void {
    const placed = this.placed.get(after.id);
    if (placed === undefined) return;
    const isSame =
      before.spec === after.spec &&
      before.metadata.deletionUs === after.metadata.deletionUs &&
      sameTexts(before.metadata.labels, after.metadata.labels);
    if (isSame) return;
    this.swap(placed, after);
  }

  /** A placed pod's status has changed in a way that matters to those who look for victims. */
  touch(id: number): void {
    const placed = this.placed.get(id);
    if (placed !== undefined) this.memo.forget(placed.nodeName);
  }

  /** A pod is gone, or is not placed after all. */
  forget(id: number): void {
    const placed = this.placed.get(id);
    if (placed === undefined) return;
    this.placed.delete(id);
    this.count(placed.pod, -1);
    this.memo.forget(placed.nodeName);
    if (this.nodes.has(placed.nodeName)) for (const core of this.cores) core.removePod(placed.pod);
    else this.waiting.get(placed.nodeName)?.delete(id);
  }

  /** Takes pods out of the cores for a moment; returns what puts them back. */
  without(pods: readonly Pod[]): () => void {
    const taken = pods.flatMap(({ id }) => this.placed.get(id) ?? []);
    for (const { nodeName } of taken) this.memo.forget(nodeName);
    for (const core of this.cores) for (const { pod } of taken) core.removePod(pod);
    return () => {
      for (const { nodeName } of taken) this.memo.forget(nodeName);
      for (const core of this.cores) for (const { pod, nodeName } of taken) core.addPod(pod, nodeName);
    };
  }

  isAssumed(id: number): boolean {
    return this.placed.get(id)?.assumed === true;
  }

  nodeOf(id: number): string | undefined {
    return this.placed.get(id)?.nodeName;
  }

  /** Keeps a node for a pod that waits for victims to go; undefined: no more. */
  nominate(pod: Pod, nodeName: string | undefined): void {
    const known = this.nominations.get(pod.id);
    if (known?.nodeName === nodeName) return;
    if (known !== undefined) {
      this.nominations.delete(pod.id);
      this.nominated.get(known.nodeName)?.delete(pod.id);
      this.memo.forget(known.nodeName);
      if (keepsOthersAway(known.pod)) this.memo.antiAffinePods--;
    }
    if (nodeName !== undefined) {
      this.nominations.set(pod.id, { pod, nodeName });
      this.memo.forget(nodeName);
      if (keepsOthersAway(pod)) this.memo.antiAffinePods++;
      let pods = this.nominated.get(nodeName);
      if (pods === undefined) {
        pods = new Map<number, Pod>();
        this.nominated.set(nodeName, pods);
      }
      pods.set(pod.id, pod);
    }
    const there = nodeName !== undefined && this.nodes.has(nodeName) ? nodeName : undefined;
    for (const core of this.cores) core.nominate(pod, there);
  }

  nominationOf(id: number): string | undefined {
    return this.nominations.get(id)?.nodeName;
  }

  nominatedOn(nodeName: string): Pod[] {
    return Array.from(this.nominated.get(nodeName)?.values() ?? []);
  }

  setNamespace(name: string, labels: Labels): void {
    this.namespaces.set(name, labels);
    for (const core of this.cores) core.setNamespace(name, labels);
  }

  namespaceLabels(name: string): Labels {
    return this.namespaces.get(name) ?? {};
  }

  setSelector(source: SelectorSource): void {
    const key = `${source.kind}/${source.namespace}/${source.name}`;
    if (source.selector === undefined) this.selectors.delete(key);
    else this.selectors.set(key, source);
    for (const core of this.cores) core.setSelector(source);
  }

  private swap(placed: Placed, after: Pod): void {
    this.memo.forget(placed.nodeName);
    if (this.nodes.has(placed.nodeName)) {
      for (const core of this.cores) {
        core.removePod(placed.pod);
        core.addPod(after, placed.nodeName);
      }
    }
    this.count(placed.pod, -1);
    this.count(after, 1);
    placed.pod = after;
  }

  private count(pod: Pod, change: number): void {
    const { priority } = pod.spec;
    if (keepsOthersAway(pod)) this.memo.antiAffinePods += change;
    const count = (this.priorities.get(priority) ?? 0) + change;
    if (count > 0) {
      this.priorities.set(priority, count);
      if (priority < this.lowest) this.lowest = priority;
      return;
    }
    this.priorities.delete(priority);
    if (priority > this.lowest) return;
    this.lowest = Infinity;
    for (const one of this.priorities.keys()) if (one < this.lowest) this.lowest = one;
  }
}

function keepsOthersAway(pod: Pod): boolean {
  return pod.spec.podAntiAffinity !== undefined && podInfo(pod).requiredAntiAffinity.length > 0;
}
