import type { ApiServer } from '../../api/api-server.ts';
import { nodeResources } from '../../objects/node-resources.ts';
import type { Node } from '../../objects/node.ts';
import { podResources } from '../../objects/pod-resources.ts';
import { hasEnded } from '../../objects/pod-state.ts';
import type { Pod } from '../../objects/pod.ts';
import type { SchedulingCore } from '../../scheduler/scheduling-core.ts';

/**
 * The cluster as an autoscaler thinks about it: a scheduling core that follows the API server, in which pods and nodes
 * can be moved for a thought and put back (`mark`, `revert`). The real Filter plugins say what fits.
 */
export class ClusterSnapshot {
  private readonly api: ApiServer;
  private readonly core: SchedulingCore;
  private readonly counts: (pod: Pod) => boolean;
  private readonly nodes = new Map<string, SnapshotNode>();
  private readonly placed = new Map<number, Placement>();
  private readonly changedNodes = new Set<string>();
  private readonly changedPods = new Set<number>();
  private readonly changedNamespaces = new Set<string>();
  /** Pods whose node is not there. */
  private readonly homeless = new Set<number>();
  private readonly undo: (() => void)[] = [];
  private imagined = 0;
  private nameList: readonly string[] | undefined;
  /** Raised whenever `sync` found a change. */
  version = 0;

  /** Pods for which `counts` says no (below a priority cutoff) are left out. */
  constructor(api: ApiServer, core: SchedulingCore, counts: (pod: Pod) => boolean = () => true) {
    this.api = api;
    this.core = core;
    this.counts = counts;
    api.nodes.watch((node, before) => {
      if (node === undefined || before === undefined || nodeMatters(node, before))
        this.changedNodes.add((node ?? before!).metadata.name);
    });
    api.pods.watch((pod, before) => {
      if (pod === undefined || before === undefined || matters(pod, before)) this.changedPods.add((pod ?? before!).id);
    });
    api.store('Namespace').watch((one, before) => void this.changedNamespaces.add((one ?? before!).metadata.name));
    for (const { metadata } of api.nodes.all()) this.changedNodes.add(metadata.name);
    for (const { id } of api.pods.all()) this.changedPods.add(id);
    for (const { metadata } of api.store('Namespace').all()) this.changedNamespaces.add(metadata.name);
  }

  /** Brings it up to date. Thoughts must have been reverted. */
  sync(): void {
    if (this.changedNodes.size > 0 || this.changedPods.size > 0) this.version++;
    for (const name of this.changedNamespaces)
      this.core.setNamespace(name, this.api.store('Namespace').named('', name)?.metadata.labels ?? {});
    this.changedNamespaces.clear();
    for (const name of this.changedNodes) this.syncNode(name);
    this.changedNodes.clear();
    for (const id of this.changedPods) this.syncPod(id);
    this.changedPods.clear();
  }

  /** A number that no object has. */
  readonly nextId = (): number => --this.imagined;

  /** Names of all nodes, imagined ones last. */
  names(): readonly string[] {
    return (this.nameList ??= [...this.nodes.keys()]);
  }

  node(name: string): Node | undefined {
    return this.nodes.get(name)?.node;
  }

  podsOn(name: string): readonly Pod[] {
    return [...(this.nodes.get(name)?.pods.values() ?? [])];
  }

  /** Room for what nearly every pod needs; may be negative. */
  freeOn(name: string): { readonly cpuMilli: number; readonly memBytes: number; readonly pods: number } {
    const node = this.nodes.get(name);
    return node === undefined
      ? { cpuMilli: 0, memBytes: 0, pods: 0 }
      : { cpuMilli: node.cpuFreeMilli, memBytes: node.memFreeBytes, pods: node.podsFree };
  }

  /** Whether the pod passes every filter there. */
  fits(pod: Pod, nodeName: string): boolean {
    const node = this.nodes.get(nodeName);
    if (node === undefined || node.podsFree < 1) return false;
    const { cpuMilli, memBytes } = podResources(pod.spec);
    if (cpuMilli > 0 && cpuMilli > node.cpuFreeMilli) return false;
    if (memBytes > 0 && memBytes > node.memFreeBytes) return false;
    return this.core.fitsWithout(pod, nodeName, []);
  }

  /** Why it does not, as kube-scheduler writes it. */
  reasons(pod: Pod, nodeName: string): readonly string[] {
    return this.nodes.has(nodeName) ? this.core.reasonsWithout(pod, nodeName, []) : [];
  }

  /** Where the thoughts stand. */
  mark(): number {
    return this.undo.length;
  }

  /** Takes back all thoughts since the mark. */
  revert(mark: number): void {
    while (this.undo.length > mark) this.undo.pop()!();
  }

  /** Imagines the pod there. */
  place(pod: Pod, nodeName: string): void {
    this.add(pod, nodeName);
    this.undo.push(() => this.remove(pod));
  }

  /** Imagines the pod away. */
  take(pod: Pod): void {
    const placement = this.placed.get(pod.id);
    if (placement === undefined) return;
    this.remove(placement.pod);
    this.undo.push(() => this.add(placement.pod, placement.node.node.metadata.name));
  }

  /** Imagines a node more. */
  addNode(node: Node): void {
    const { name } = node.metadata;
    this.insert(node);
    this.undo.push(() => this.drop(name));
  }

  /** Imagines another state of a node that is there. */
  changeNode(node: Node): void {
    const known = this.nodes.get(node.metadata.name);
    if (known === undefined) return;
    const before = known.node;
    this.update(known, node);
    this.undo.push(() => this.update(known, before));
  }

  private syncNode(name: string): void {
    const node = this.api.nodes.named('', name);
    const known = this.nodes.get(name);
    if (known?.node === node) return;
    if (node === undefined || (known !== undefined && known.node.id !== node.id)) {
      for (const pod of known?.pods.values() ?? []) {
        this.remove(pod);
        this.homeless.add(pod.id);
      }
      this.drop(name);
      if (node === undefined) return;
    }
    if (this.nodes.has(name)) this.update(this.nodes.get(name)!, node);
    else this.insert(node);
    for (const id of this.homeless) this.changedPods.add(id);
    this.homeless.clear();
  }

  private syncPod(id: number): void {
    const pod = this.api.pods.get(id);
    const known = this.placed.get(id);
    if (known !== undefined && known.pod !== pod) this.remove(known.pod);
    else if (known !== undefined) return;
    const nodeName = pod?.spec.nodeName;
    if (pod === undefined || nodeName === undefined) return void this.homeless.delete(id);
    if (hasEnded(pod) || !this.counts(pod)) return;
    if (this.nodes.has(nodeName)) this.add(pod, nodeName);
    else this.homeless.add(id);
  }

  private insert(node: Node): void {
    const { cpuMilli, memBytes, pods } = nodeResources(node);
    const { name } = node.metadata;
    this.nodes.set(name, {
      node,
      pods: new Map(),
      cpuFreeMilli: cpuMilli,
      memFreeBytes: memBytes,
      podsFree: pods,
    });
    this.nameList = undefined;
    this.core.addNode(node);
  }

  private update(known: SnapshotNode, node: Node): void {
    const before = nodeResources(known.node);
    const after = nodeResources(node);
    known.node = node;
    known.cpuFreeMilli += after.cpuMilli - before.cpuMilli;
    known.memFreeBytes += after.memBytes - before.memBytes;
    known.podsFree += after.pods - before.pods;
    this.core.updateNode(node);
  }

  private drop(name: string): void {
    if (!this.nodes.delete(name)) return;
    this.nameList = undefined;
    this.core.removeNode(name);
  }

  private add(pod: Pod, nodeName: string): void {
    const node = this.nodes.get(nodeName);
    if (node === undefined) return;
    const { cpuMilli, memBytes } = podResources(pod.spec);
    node.cpuFreeMilli -= cpuMilli;
    node.memFreeBytes -= memBytes;
    node.podsFree--;
    node.pods.set(pod.id, pod);
    this.placed.set(pod.id, { pod, node });
    this.core.addPod(pod, nodeName);
  }

  private remove(pod: Pod): void {
    const placement = this.placed.get(pod.id);
    if (placement === undefined) return;
    const { cpuMilli, memBytes } = podResources(placement.pod.spec);
    const { node } = placement;
    node.cpuFreeMilli += cpuMilli;
    node.memFreeBytes += memBytes;
    node.podsFree++;
    node.pods.delete(pod.id);
    this.placed.delete(pod.id);
    this.core.removePod(placement.pod);
  }
}

interface SnapshotNode {
  node: Node;
  readonly pods: Map<number, Pod>;
  cpuFreeMilli: number;
  memFreeBytes: number;
  podsFree: number;
}

interface Placement {
  readonly pod: Pod;
  readonly node: SnapshotNode;
}

/** Whether more has changed than what conditions say beside readiness. */
function nodeMatters(node: Node, before: Node): boolean {
  return (
    node.spec !== before.spec ||
    node.metadata !== before.metadata ||
    node.status.allocatable !== before.status.allocatable ||
    readiness(node) !== readiness(before)
  );
}

function readiness(node: Node): string | undefined {
  return node.status.conditions.find(({ type }) => type === 'Ready')?.status;
}

/** Whether the change is more than one of readiness and the like. */
function matters(pod: Pod, before: Pod): boolean {
  return (
    pod.spec !== before.spec ||
    pod.metadata !== before.metadata ||
    (pod.status.phase !== before.status.phase && hasEnded(pod))
  );
}
