import type { PlacementFactory } from '../../../../sim/policy.ts';
import type { TypicalPod } from '../../../../sim/typical-pod.ts';
import { MAX_DEVICES_PER_NODE } from '../../../../sim/cluster.ts';
import type { Clock } from '../../../clock.ts';
import type { Streams } from '../../../../sim/living-spec.ts';
import type { HoldingWatcher, Holdings, LedgerTask } from '../../../data-plane/holdings.ts';
import type { MachineSpec, Resources } from '../../../data-plane/machine-spec.ts';
import { PolicyChooser } from '../../../data-plane/policy-chooser.ts';
import type { Labels } from '../../objects/meta.ts';
import { INSTANCE_TYPE_LABEL, ZONE_LABEL } from '../../objects/node-labels.ts';
import { nodeResources } from '../../objects/node-resources.ts';
import type { Node } from '../../objects/node.ts';
import { podResources } from '../../objects/pod-resources.ts';
import type { Pod } from '../../objects/pod.ts';
import type { CoreDecision, SchedulingCore, SelectorSource } from '../scheduling-core.ts';
import type { SchedulerProfile } from '../scheduler-profile.ts';

/** What the choice is made with. */
export interface PolicyCoreParts {
  /** Whose filters hold, and whose refusals are told. */
  readonly inside: SchedulingCore;
  readonly placement: PlacementFactory;
  /** What pods ask for, for policies that must know it beforehand. */
  readonly typicalPods?: readonly TypicalPod[];
  readonly streams: Streams;
  readonly clock: Clock;
}

/**
 * kube-scheduler's filters with a placement policy in place of its scores: of the nodes that pass every filter the policy
 * chooses one. Refusals, preemption and everything around stay as they are. All nodes are looked at, since a policy that
 * sees a sample of them would be another one.
 */
export class PolicyCore implements SchedulingCore {
  private readonly inside: SchedulingCore;
  private readonly books = new PodBooks();
  private readonly chooser: PolicyChooser;

  constructor({ inside, placement, typicalPods, streams, clock }: PolicyCoreParts) {
    this.inside = inside;
    this.chooser = new PolicyChooser(placement, { machines: this.books, streams, clock }, this.books, typicalPods);
  }

  get profile(): SchedulerProfile {
    return this.inside.profile;
  }

  get nodeCount(): number {
    return this.inside.nodeCount;
  }

  get start(): number {
    return this.inside.start;
  }

  set start(start: number) {
    this.inside.start = start;
  }

  decide(pod: Pod): CoreDecision {
    const { books } = this;
    const candidates: number[] = [];
    for (const [name, number] of books.numbers) if (this.inside.fitsWithout(pod, name, [])) candidates.push(number);
    const chosen =
      candidates.length === 0
        ? -1
        : this.chooser.choose(candidates, { name: nameOf(pod), resources: resourcesOf(pod) });
    if (chosen < 0) return this.inside.decide(pod);
    return { nodeName: books.specs[chosen].name, feasible: candidates.length, examined: books.numbers.size };
  }

  fitsWithout(pod: Pod, nodeName: string, gone: readonly Pod[]): boolean {
    return this.inside.fitsWithout(pod, nodeName, gone);
  }

  reasonsWithout(pod: Pod, nodeName: string, gone: readonly Pod[]): readonly string[] {
    return this.inside.reasonsWithout(pod, nodeName, gone);
  }

  podsOn(nodeName: string): readonly Pod[] {
    return this.inside.podsOn(nodeName);
  }

  addNode(node: Node): void {
    this.inside.addNode(node);
    this.books.addNode(node);
  }

  updateNode(node: Node): void {
    this.inside.updateNode(node);
  }

  removeNode(name: string): void {
    this.inside.removeNode(name);
    this.books.numbers.delete(name);
  }

  addPod(pod: Pod, nodeName: string): void {
    this.inside.addPod(pod, nodeName);
    this.books.add(pod, nodeName);
  }

  removePod(pod: Pod): void {
    this.inside.removePod(pod);
    this.books.remove(pod);
  }

  nominate(pod: Pod, nodeName: string | undefined): void {
    this.inside.nominate(pod, nodeName);
  }

  setNamespace(name: string, labels: Labels): void {
    this.inside.setNamespace(name, labels);
  }

  setSelector(source: SelectorSource): void {
    this.inside.setSelector(source);
  }
}

/** Nodes and their pods, as the policy's view of machines and what they hold. */
class PodBooks implements Holdings {
  /** Nodes that are there, by name. */
  readonly numbers = new Map<string, number>();
  /** All that have ever been, by number. */
  readonly specs: MachineSpec[] = [];
  private readonly pods = new Map<number, LedgerTask>();
  private readonly onNode: Map<number, LedgerTask>[] = [];
  private readonly watchers: HoldingWatcher[] = [];

  addNode(node: Node): void {
    const { name } = node.metadata;
    this.numbers.set(name, this.specs.length);
    this.specs.push(machineOf(node));
    this.onNode.push(new Map());
  }

  add(pod: Pod, nodeName: string): void {
    const machine = this.numbers.get(nodeName);
    if (machine === undefined || this.pods.has(pod.id)) return;
    const task: LedgerTask = {
      number: pod.id,
      name: nameOf(pod),
      workload: ownerOf(pod),
      kind: 'service',
      service: -1,
      resources: resourcesOf(pod),
      machine,
    };
    this.pods.set(pod.id, task);
    this.onNode[machine].set(pod.id, task);
    for (const watcher of this.watchers) watcher.placed(task);
  }

  remove(pod: Pod): void {
    const task = this.pods.get(pod.id);
    if (task === undefined) return;
    this.pods.delete(pod.id);
    this.onNode[task.machine].delete(pod.id);
    for (const watcher of this.watchers) watcher.released(task);
  }

  task(number: number): LedgerTask | undefined {
    return this.pods.get(number);
  }

  /** A pod that is to be placed has no task yet. */
  named(): undefined {
    return undefined;
  }

  held(machine: number): Iterable<LedgerTask> {
    return this.onNode[machine].values();
  }

  watch(watcher: HoldingWatcher): void {
    this.watchers.push(watcher);
  }
}

function machineOf(node: Node): MachineSpec {
  const { cpuMilli, memBytes, ephemeralBytes, scalars } = nodeResources(node);
  const { name, labels } = node.metadata;
  let gpuCount = 0;
  for (const [resource, amount] of scalars) if (resource.endsWith('/gpu')) gpuCount += amount;
  return {
    name,
    cpuMilli,
    memBytes,
    diskBytes: ephemeralBytes,
    gpuCount: Math.min(gpuCount, MAX_DEVICES_PER_NODE),
    zone: labels[ZONE_LABEL] ?? '',
    rack: -1,
    power: -1,
    labels,
    instanceType: labels[INSTANCE_TYPE_LABEL] ?? '',
    architecture: labels['kubernetes.io/arch'] === 'arm64' ? 'arm64' : 'amd64',
    group: '',
    spot: false,
    usdPerHour: 0,
    pullBytesPerSecond: 0,
    idleWatts: 0,
    busyWatts: 0,
  };
}

const nameOf = ({ metadata }: Pod): string => `${metadata.namespace}/${metadata.name}`;
const ownerOf = (pod: Pod): string => pod.metadata.ownerReferences[0]?.name ?? nameOf(pod);

const remembered = new WeakMap<object, Resources>();

/** What policies reckon with; the same object for the same requests. */
function resourcesOf({ spec }: Pod): Resources {
  const counted = podResources(spec);
  let resources = remembered.get(counted);
  if (resources === undefined) {
    const { cpuMilli, memBytes, ephemeralBytes, scalars } = counted;
    let gpuCount = 0;
    for (const { name, amount } of scalars) if (name.endsWith('/gpu')) gpuCount += amount;
    resources = { cpuMilli, memBytes, diskBytes: ephemeralBytes, gpuCount };
    remembered.set(counted, resources);
  }
  return resources;
}
