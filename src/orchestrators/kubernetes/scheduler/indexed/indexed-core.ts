import type { RandomStream } from '../../../../sim/random.ts';
import type { Labels } from '../../objects/meta.ts';
import type { Node } from '../../objects/node.ts';
import type { Pod } from '../../objects/pod.ts';
import type { CoreOptions } from '../reference/reference-core.ts';
import { nodesToFind } from '../reference/sampling.ts';
import type { SchedulerProfile } from '../scheduler-profile.ts';
import type { CoreDecision, SchedulingCore, SelectorSource } from '../scheduling-core.ts';
import { winner } from '../tie-break.ts';
import { NO_VOLUMES, type VolumeObjects } from '../volume-objects.ts';
import type { CoreWork } from './core-work.ts';
import { ImageColumns } from './image-columns.ts';
import { contradictionRefusal, indexedRefusal, refusalWithoutNodes } from './indexed-refusal.ts';
import { type Asked, NodeCheck } from './node-check.ts';
import { NodeTable } from './node-table.ts';
import type { PodRecord, PodShape } from './pod-shape.ts';
import { preOrderRanks } from './pre-order.ts';
import { ShapeTable } from './shape-table.ts';
import { TopologyJudge } from './topology-judge.ts';
import { TopologyRegistry } from './topology-registry.ts';
import { PASSES, type Verdict, VerdictTable } from './verdict-table.ts';
import { VolumeFilters } from './volume-filters.ts';
import { WindowScores } from './window-scores.ts';
import { type CloserLook, WindowSearch } from './window-search.ts';

/**
 * Decides as `ReferenceCore` does, from what is remembered of pods of the same kind: verdicts and scores of every node
 * in columns, mended where a node has changed, and counts by domain for affinity and spreading that are kept as pods
 * come and go. docs/kubernetes-speed.md says how, and what is not indexed.
 */
export class IndexedCore implements SchedulingCore {
  readonly profile: SchedulerProfile;
  /** What all decisions so far have cost. */
  readonly work: CoreWork = { nodesSearched: 0, nodesJudged: 0, knownWindows: 0 };
  private readonly random: RandomStream | undefined;
  private readonly volumes: VolumeObjects;
  private readonly nodes = new NodeTable();
  private readonly images = new ImageColumns();
  private readonly table = new VerdictTable();
  private readonly registry: TopologyRegistry;
  private readonly shapes: ShapeTable;
  private readonly judge: TopologyJudge;
  private readonly search = new WindowSearch();
  private readonly scores: WindowScores;
  private readonly check: NodeCheck;
  private readonly records = new Map<number, PodRecord>();
  private readonly nominations = new Map<number, { readonly pod: Pod; readonly node: string }>();
  /** Pods nominated to a node, by its slot. */
  private nominated: (PodRecord[] | undefined)[] = [];
  /** Whether nodes are judged by their own columns first, then volumes, then places of other pods. */
  private readonly hasUsualOrder: boolean;
  start = 0;
  /** What was worked out for the last pod; undefined: something has changed since. */
  private asked: Asked | undefined;
  private askedPod: Pod | undefined;
  private orderList: readonly number[] | undefined;
  private order = new Int32Array(0);
  private placeOf = new Int32Array(0);

  /** `mostNumbers` bounds the memory of columns, and that of counts: so many numbers each, four bytes or so a number. */
  constructor(profile: SchedulerProfile, options: CoreOptions = {}, mostNumbers = MOST_NUMBERS) {
    this.profile = profile;
    this.random = options.random;
    this.volumes = options.volumes ?? NO_VOLUMES;
    this.registry = new TopologyRegistry(this.nodes, profile, mostNumbers);
    this.shapes = new ShapeTable(this.nodes, this.images, this.registry, profile, this.table, this.work, mostNumbers);
    this.judge = new TopologyJudge(profile, this.table);
    this.scores = new WindowScores(profile, this.nodes);
    this.check = new NodeCheck(this.nodes, this.registry, profile.filters, this.table);
    this.hasUsualOrder = isUsualOrder(profile.filters);
  }

  get nodeCount(): number {
    return this.nodes.count;
  }

  addNode(node: Node): void {
    this.asked = undefined;
    const slot = this.nodes.add(node);
    this.registry.nodeIs(slot);
    this.images.replace(slot, undefined, node);
    if (this.nominations.size > 0) this.placeNominations();
  }

  updateNode(node: Node): void {
    this.asked = undefined;
    const slot = this.slotOf(node.metadata.name);
    const before = this.nodes.nodes[slot]!;
    const sameLabels = before.metadata.labels === node.metadata.labels;
    if (sameLabels && before.spec === node.spec && before.status.allocatable === node.status.allocatable) {
      this.nodes.nodes[slot] = node;
      this.nodes.changes.note(slot);
    } else {
      const movesPods = !sameLabels || before.spec.taints !== node.spec.taints;
      if (movesPods) this.registry.nodeLeaves(slot);
      this.nodes.replace(slot, node);
      if (movesPods) this.registry.nodeIs(slot);
    }
    this.images.replace(slot, before, node);
  }

  removeNode(name: string): void {
    this.asked = undefined;
    const slot = this.slotOf(name);
    this.registry.nodeLeaves(slot);
    for (const { pod } of this.nodes.pods[slot]) this.records.delete(pod.id);
    this.images.replace(slot, this.nodes.nodes[slot], undefined);
    this.nodes.pods[slot] = [];
    this.nodes.remove(slot);
    if (this.nominations.size > 0) this.placeNominations();
  }

  addPod(pod: Pod, nodeName: string): void {
    this.asked = undefined;
    const slot = this.slotOf(nodeName);
    const record = this.recordOf(pod, slot);
    const { info } = record;
    this.nodes.pods[slot].push(record);
    this.records.set(pod.id, record);
    this.nodes.tally(slot, info.resources, 1);
    if (info.hostPorts.length > 0) this.readPorts(slot);
    this.registry.pod(record, 1);
    this.images.touch(slot);
  }

  removePod(pod: Pod): void {
    const record = this.records.get(pod.id);
    if (record === undefined) return;
    this.asked = undefined;
    const { slot, info } = record;
    this.records.delete(pod.id);
    const pods = this.nodes.pods[slot];
    pods.splice(pods.indexOf(record), 1);
    this.nodes.tally(slot, info.resources, -1);
    if (info.hostPorts.length > 0) this.readPorts(slot);
    this.registry.pod(record, -1);
    this.images.touch(slot);
  }

  nominate(pod: Pod, nodeName: string | undefined): void {
    this.asked = undefined;
    if (nodeName === undefined) {
      if (!this.nominations.delete(pod.id)) return;
    } else this.nominations.set(pod.id, { pod, node: nodeName });
    this.placeNominations();
  }

  setNamespace(name: string, labels: Labels): void {
    this.asked = undefined;
    this.registry.setNamespace(name, labels);
  }

  setSelector(source: SelectorSource): void {
    this.asked = undefined;
    this.shapes.setSelector(source);
  }

  podsOn(nodeName: string): readonly Pod[] {
    return this.nodes.pods[this.slotOf(nodeName)].map(({ pod }) => pod);
  }

  decide(pod: Pod): CoreDecision {
    const order = this.currentOrder();
    const nodeCount = order.length;
    const shape = this.shapes.shapeOf(pod);
    if (nodeCount === 0)
      return {
        nodeName: undefined,
        feasible: 0,
        examined: 0,
        refusal: refusalWithoutNodes(shape.onlyNodes !== undefined),
      };
    const asked = this.prepare(pod, shape);
    const { onlyNodes } = shape;
    if (onlyNodes?.size === 0)
      return {
        nodeName: undefined,
        feasible: 0,
        examined: 0,
        refusal: contradictionRefusal(pod, this.profile, nodeCount),
      };

    const closer = this.closerLook(pod, asked);
    const { nominatedNodeName } = pod.status;
    const ownSlot = nominatedNodeName === undefined ? -1 : (this.nodes.slotOf.get(nominatedNodeName) ?? -1);
    if (ownSlot >= 0 && this.fits(pod, asked, ownSlot, NONE) === undefined)
      return { nodeName: nominatedNodeName, feasible: 1, examined: 1 };

    const { search, judge, work } = this;
    judge.prepare(asked.rules, shape.kin, nodeCount);
    const candidates = onlyNodes === undefined ? order : this.narrowed(onlyNodes);
    const own = shape.own!;
    const differOnlyByThemselves =
      closer === undefined && judge.count === 0 && candidates === order && this.canKeepWindows(asked);
    const start = this.start % candidates.length;
    const known = differOnlyByThemselves && ownSlot < 0 ? own.windows.at(start, order) : undefined;
    if (known !== undefined) {
      const slot = known.winner(this.nodes.changes, this.placeOf);
      work.knownWindows++;
      const { found, rejected } = known;
      this.start = (start + found + rejected) % nodeCount;
      return { nodeName: this.nameOf(slot), feasible: found, examined: found + rejected };
    }

    const isHopeless = own.passing === 0 && closer === undefined;
    if (isHopeless) search.rejectAll(candidates.length);
    else
      search.run(candidates, start, this.wanted(candidates.length), own, judge.count > 0 ? judge : undefined, closer);
    const { found } = search;
    let { rejected } = search;
    if (!isHopeless) work.nodesSearched += found + rejected;
    if (differOnlyByThemselves && found > 1) own.windows.visit(own, order, start, search.feasible, found, rejected);
    if (ownSlot >= 0 && !this.wasExamined(ownSlot, candidates, found + rejected)) rejected++;
    this.start = (this.start + found + rejected) % nodeCount;
    const examined = found + rejected;
    if (found > 0) return { nodeName: this.nameOf(this.choose(asked, found)), feasible: found, examined };
    return { nodeName: undefined, feasible: 0, examined, refusal: this.refusal(pod, asked, candidates, ownSlot) };
  }

  fitsWithout(pod: Pod, nodeName: string, gone: readonly Pod[]): boolean {
    return this.rejectionWithout(pod, nodeName, gone) === undefined;
  }

  reasonsWithout(pod: Pod, nodeName: string, gone: readonly Pod[]): readonly string[] {
    return this.rejectionWithout(pod, nodeName, gone)?.reasons ?? [];
  }

  private rejectionWithout(pod: Pod, nodeName: string, gone: readonly Pod[]): Verdict | undefined {
    const slot = this.slotOf(nodeName);
    const shape = this.shapes.shapeOf(pod);
    const asked = this.prepare(pod, shape);
    if (shape.onlyNodes?.size === 0) return CONTRADICTION;
    const less: PodRecord[] = [];
    for (const { id } of gone) {
      const record = this.records.get(id);
      if (record?.slot === slot && !less.includes(record)) less.push(record);
    }
    return this.fits(pod, asked, slot, less);
  }

  /** Brings everything up to date that is known of pods of this shape; nothing to do when the last one asked again. */
  private prepare(pod: Pod, shape: PodShape): Asked {
    if (this.asked !== undefined && this.askedPod === pod) return this.asked;
    const asked = this.ask(pod, shape);
    // What is known of volumes may change without a word.
    this.asked = shape.claimsVolumes ? undefined : asked;
    this.askedPod = pod;
    return asked;
  }

  private ask(pod: Pod, shape: PodShape): Asked {
    this.images.refresh(this.nodes.nodes);
    this.shapes.ownOf(shape).mend();
    const rules = this.shapes.rulesOf(pod, shape);
    this.registry.bringUpToDate(shape.kin);
    const volumes = shape.claimsVolumes
      ? new VolumeFilters(this.nodes, this.profile, this.table, this.volumes, { pod, info: shape.info })
      : undefined;
    return { shape, rules, volumes: volumes?.isEmpty === true ? undefined : volumes };
  }

  /** The first verdict against a node without these pods; with the pods nominated there first, then without them too. */
  private fits(pod: Pod, asked: Asked, slot: number, less: readonly PodRecord[]): Verdict | undefined {
    const nominated = this.nominatedTo(pod, slot);
    const verdict = nominated.length > 0 ? this.check.verdict(asked, slot, nominated, less) : undefined;
    return verdict ?? this.check.verdict(asked, slot, NONE, less);
  }

  /** How nodes are judged when their columns and counts do not tell all. */
  private closerLook(pod: Pod, asked: Asked): CloserLook | undefined {
    const { volumes } = asked;
    if (volumes === undefined && this.nominations.size === 0) return undefined;
    return (slot) => {
      const isNominated = this.nominated[slot] !== undefined;
      return isNominated ? this.fits(pod, asked, slot, NONE) === undefined : this.quickCode(asked, slot) === PASSES;
    };
  }

  /** The code of the first filter that rejects a node to which no pod is nominated, in the usual order of filters. */
  private quickCode({ shape, volumes }: Asked, slot: number): number {
    const code = shape.own!.codes[slot];
    if (code !== PASSES) return code;
    const byVolumes = volumes === undefined ? PASSES : volumes.judge(slot);
    return byVolumes === PASSES ? this.judge.judge(slot) : byVolumes;
  }

  /** Whether all that tells nodes apart is in their own columns, and ties are not left to chance. */
  private canKeepWindows({ shape, rules }: Asked): boolean {
    return this.profile.version !== '1.34' && this.scores.areOwn(shape.own!, rules, shape.kin);
  }

  private wanted(candidates: number): number {
    const { scores, percentageOfNodesToScore } = this.profile;
    return scores.length === 0 ? 1 : nodesToFind(candidates, percentageOfNodesToScore);
  }

  private nameOf(slot: number): string {
    return this.nodes.nodes[slot]!.metadata.name;
  }

  private nominatedTo(pod: Pod, slot: number): readonly PodRecord[] {
    const all = this.nominated[slot];
    if (all === undefined) return NONE;
    return all.filter((other) => other.pod.id !== pod.id && other.pod.spec.priority >= pod.spec.priority);
  }

  /** The best of the nodes that were found; ties go by pre-order, or by chance up to 1.34. */
  private choose({ shape, rules }: Asked, found: number): number {
    const { feasible } = this.search;
    if (found === 1) return feasible[0];
    const own = shape.own!;
    const { scores } = this;
    if (this.profile.version === '1.34') {
      scores.fill(own, rules, shape.kin, feasible, found);
      const totals = Array.from(scores.totals.subarray(0, found));
      return feasible[winner(totals, this.profile.version, this.random)];
    }
    const ranks = preOrderRanks(found);
    if (scores.areOwn(own, rules, shape.kin)) return feasible[firstBestOf(own.scores, feasible, found, ranks)];
    scores.fill(own, rules, shape.kin, feasible, found);
    return feasible[firstBest(scores.totals, found, ranks)];
  }

  private refusal(pod: Pod, asked: Asked, candidates: Int32Array, ownSlot: number): CoreDecision['refusal'] & {} {
    const { nodes, table } = this;
    const own = asked.shape.own!;
    const isNarrowed = candidates !== this.order;
    const verdictOf = (slot: number): Verdict => {
      const isCandidate = !asked.shape.leavesOutNames || slot !== ownSlot;
      const isSimple = this.hasUsualOrder && this.nominated[slot] === undefined && isCandidate;
      return isSimple ? table.at(this.quickCode(asked, slot)) : this.fits(pod, asked, slot, NONE)!;
    };
    const slots = (): Iterable<number> => {
      const isLeftOut = ownSlot >= 0 && isNarrowed && !candidates.includes(ownSlot);
      return isLeftOut ? [...candidates, ownSlot] : candidates;
    };
    const isCounted = this.hasUsualOrder && !isNarrowed && this.nominations.size === 0 && own.passing === 0;
    return indexedRefusal(pod, this.profile, {
      nodeCount: nodes.count,
      narrowed: isNarrowed,
      verdicts: function* () {
        if (isCounted) for (const [code, count] of own.counted()) yield [table.at(code), count] as const;
        else for (const slot of slots()) yield [verdictOf(slot), 1] as const;
      },
      candidates: () => {
        const names: string[] = [];
        if (isCounted && !own.counted().some(([code]) => !table.at(code).unresolvable)) return names;
        const all = slots();
        const inOrder = all === candidates ? all : [...all].sort((a, b) => this.placeOf[a] - this.placeOf[b]);
        for (const slot of inOrder) if (!verdictOf(slot).unresolvable) names.push(nodes.nodes[slot]!.metadata.name);
        return names;
      },
    });
  }

  /** Whether the search came by a node before it ended. */
  private wasExamined(slot: number, candidates: Int32Array, examined: number): boolean {
    const place = candidates === this.order ? this.placeOf[slot] : candidates.indexOf(slot);
    if (place < 0) return false;
    const { length } = candidates;
    return (place - (this.start % length) + length) % length < examined;
  }

  private narrowed(names: ReadonlySet<string>): Int32Array {
    const slots: number[] = [];
    for (const name of names) {
      const slot = this.nodes.slotOf.get(name);
      if (slot !== undefined) slots.push(slot);
    }
    return Int32Array.from(slots.sort((a, b) => this.placeOf[a] - this.placeOf[b]));
  }

  /** The nodes in the order in which they are looked at. */
  private currentOrder(): Int32Array {
    const list = this.nodes.order.list();
    if (list === this.orderList) return this.order;
    this.orderList = list;
    this.order = Int32Array.from(list);
    this.placeOf = new Int32Array(this.nodes.slots).fill(-1);
    this.order.forEach((slot, place) => (this.placeOf[slot] = place));
    return this.order;
  }

  private placeNominations(): void {
    this.nominated = [];
    for (const { pod, node } of this.nominations.values()) {
      const slot = this.nodes.slotOf.get(node);
      if (slot !== undefined) (this.nominated[slot] ??= []).push(this.recordOf(pod, slot));
    }
  }

  private recordOf(pod: Pod, slot: number): PodRecord {
    const shape = this.shapes.shapeOf(pod);
    return { pod, info: shape.info, shape, slot, terminating: pod.metadata.deletionUs !== undefined };
  }

  private readPorts(slot: number): void {
    this.nodes.ports[slot] = this.nodes.pods[slot].flatMap(({ info }) => info.hostPorts);
  }

  private slotOf(name: string): number {
    const slot = this.nodes.slotOf.get(name);
    if (slot === undefined) throw new Error(`there is no node ${name}`);
    return slot;
  }
}

/** Counts of 4,000 selectors over 10,000 nodes. */
const MOST_NUMBERS = 40_000_000;
const NONE: readonly PodRecord[] = [];
const CONTRADICTION: Verdict = {
  plugin: 'NodeAffinity',
  reasons: ['pod affinity terms conflict'],
  unresolvable: true,
};
/** When filters of the usual order are asked: what nodes are, then ports, resources, volumes and the places of other pods. */
const STAGES: Readonly<Record<string, number | undefined>> = {
  NodeUnschedulable: 0,
  NodeName: 0,
  TaintToleration: 0,
  NodeAffinity: 0,
  NodePorts: 1,
  NodeResourcesFit: 2,
  PodTopologySpread: 4,
  InterPodAffinity: 4,
};

function isUsualOrder(filters: readonly string[]): boolean {
  const stage = (name: string): number => STAGES[name] ?? 3;
  return filters.every((name, k) => k === 0 || stage(filters[k - 1]) <= stage(name));
}

function firstBestOf(scores: Int32Array, feasible: Int32Array, count: number, ranks: Int32Array): number {
  let best = 0;
  let most = scores[feasible[0]];
  for (let k = 1; k < count; k++) {
    const score = scores[feasible[k]];
    if (score < most || (score === most && ranks[k] > ranks[best])) continue;
    best = k;
    most = score;
  }
  return best;
}

function firstBest(totals: Int32Array, count: number, ranks: Int32Array): number {
  let best = 0;
  for (let k = 1; k < count; k++)
    if (totals[k] > totals[best] || (totals[k] === totals[best] && ranks[k] < ranks[best])) best = k;
  return best;
}
