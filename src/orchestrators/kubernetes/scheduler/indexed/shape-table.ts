import type { Pod } from '../../objects/pod.ts';
import { isEmptySelector } from '../../objects/label-selector.ts';
import { type PodInfo, podInfo, spreadConstraints } from '../pod-info.ts';
import { SelectorSources } from '../reference/default-selector.ts';
import { nodeAffinityFilter } from '../reference/plugins/node-affinity.ts';
import type { ReferenceCluster } from '../reference/plugin.ts';
import type { SchedulerProfile } from '../scheduler-profile.ts';
import type { SelectorSource } from '../scheduling-core.ts';
import { SYSTEM_CONSTRAINTS } from '../system-constraints.ts';
import type { CoreWork } from './core-work.ts';
import type { ImageColumns } from './image-columns.ts';
import type { NodeTable } from './node-table.ts';
import { OwnVerdicts } from './own-verdicts.ts';
import type { PodShape } from './pod-shape.ts';
import { STATIC_FILTERS, staticName, StaticVerdicts } from './static-verdicts.ts';
import type { TopologyRegistry } from './topology-registry.ts';
import { type SpreadOf, topologyRules, type TopologyRules } from './topology-rules.ts';
import type { VerdictTable } from './verdict-table.ts';
import { claimsVolumes } from './volume-filters.ts';

const OWNERS: ReadonlySet<string> = new Set(['ReplicationController', 'ReplicaSet', 'StatefulSet']);

/** Kinds of pods: what was worked out for one serves all that are alike. */
export class ShapeTable {
  private readonly work: CoreWork;
  /** Numbers that the columns of all kinds of pods together may hold; beyond, those longest unused go. */
  private readonly mostNumbers: number;
  /** Whether no filter of a node's object is asked behind NodeAffinity. */
  private readonly judgesNamesLast: boolean;
  private readonly nodes: NodeTable;
  private readonly images: ImageColumns;
  private readonly registry: TopologyRegistry;
  private readonly profile: SchedulerProfile;
  private readonly table: VerdictTable;
  private readonly selectors = new SelectorSources();
  private readonly selectorChanges = new Map<string, number>();
  private readonly shapes = new WeakMap<PodInfo, PodShape>();
  private readonly owns = new Map<string, OwnVerdicts>();
  private readonly fixed = new Map<string, StaticVerdicts>();
  private uses = 0;
  private lastPod: Pod | undefined;
  private lastShape: PodShape | undefined;

  constructor(
    nodes: NodeTable,
    images: ImageColumns,
    registry: TopologyRegistry,
    profile: SchedulerProfile,
    table: VerdictTable,
    work: CoreWork,
    mostNumbers: number,
  ) {
    this.mostNumbers = mostNumbers;
    this.work = work;
    this.nodes = nodes;
    this.images = images;
    this.registry = registry;
    this.profile = profile;
    this.table = table;
    const named = profile.filters.filter((name) => STATIC_FILTERS.has(name));
    this.judgesNamesLast = named.at(-1) === 'NodeAffinity';
  }

  setSelector(source: SelectorSource): void {
    this.selectors.set(source);
    this.selectorChanges.set(source.namespace, (this.selectorChanges.get(source.namespace) ?? 0) + 1);
  }

  shapeOf(pod: Pod): PodShape {
    const { lastPod } = this;
    if (
      lastPod !== undefined &&
      lastPod.spec === pod.spec &&
      lastPod.metadata.labels === pod.metadata.labels &&
      lastPod.metadata.namespace === pod.metadata.namespace
    )
      return this.lastShape!;
    const info = podInfo(pod);
    let shape = this.shapes.get(info);
    if (shape === undefined) this.shapes.set(info, (shape = this.newShape(pod, info)));
    this.lastPod = pod;
    this.lastShape = shape;
    return shape;
  }

  /** What pods like this meet on every node; to be mended before it is read. */
  ownOf(shape: PodShape): OwnVerdicts {
    let { own } = shape;
    if (own === undefined || own.isDropped)
      own = shape.own = this.findOwn(shape.leavesOutNames ? withoutNames(shape.info) : shape.info);
    own.lastUsed = ++this.uses;
    return own;
  }

  /** What the pod asks of the places of others. */
  rulesOf(pod: Pod, shape: PodShape): TopologyRules {
    const { profile, registry } = this;
    const own = shape.info.spec.topologySpreadConstraints.length > 0;
    const list = profile.defaultConstraints === 'System' ? SYSTEM_CONSTRAINTS : profile.defaultConstraints;
    const usesDefaults = !own && list.length > 0;
    const owner = usesDefaults ? ownerOf(pod) : '';
    const selectorsSeen = usesDefaults ? (this.selectorChanges.get(shape.info.namespace) ?? 0) : 0;
    const known = shape.rules.get(owner);
    if (known !== undefined && known.rules.epoch === registry.epoch && known.selectorsSeen === selectorsSeen)
      return known.rules;
    const labelSelector = usesDefaults && selectorsSeen > 0 ? this.selectors.selectorOf(pod) : undefined;
    const isEmpty = labelSelector === undefined || isEmptySelector(labelSelector);
    const selector = isEmpty ? '' : JSON.stringify(labelSelector);
    if (known !== undefined && known.rules.epoch === registry.epoch && known.selector === selector) {
      known.selectorsSeen = selectorsSeen;
      return known.rules;
    }
    let spread: SpreadOf = { hard: shape.info.hardSpread, soft: shape.info.softSpread, needsAllKeys: true };
    if (!own) {
      const constraints = isEmpty ? [] : list.map((one) => ({ ...one, labelSelector, matchLabelKeys: [] }));
      spread = {
        hard: spreadConstraints(constraints, 'DoNotSchedule', shape.info.labels),
        soft: spreadConstraints(constraints, 'ScheduleAnyway', shape.info.labels),
        needsAllKeys: profile.defaultConstraints !== 'System',
      };
    }
    const rules = topologyRules(this.nodes, registry, shape, spread);
    shape.rules.set(owner, { selectorsSeen, selector, rules });
    return rules;
  }

  private newShape(pod: Pod, info: PodInfo): PodShape {
    const { profile, registry } = this;
    const affinity = profile.filters.includes('NodeAffinity')
      ? nodeAffinityFilter.prepare({ pod, info }, { profile } as ReferenceCluster)
      : 'skip';
    const contradicts = affinity !== 'skip' && 'reasons' in affinity;
    const onlyNodes = contradicts ? new Set<string>() : affinity === 'skip' ? undefined : affinity.onlyNodes;
    const terms = info.spec.nodeAffinity?.required ?? [];
    const isByName = terms.length === 1 && terms[0].matchFields.every(({ operator }) => operator === 'In');
    return {
      info,
      kin: registry.kinOf(info),
      carried: registry.carriedBy(info),
      onlyNodes,
      leavesOutNames: onlyNodes !== undefined && onlyNodes.size > 0 && isByName && this.judgesNamesLast,
      claimsVolumes: claimsVolumes(info),
      own: undefined,
      rules: new Map(),
    };
  }

  private findOwn(info: PodInfo): OwnVerdicts {
    const fixedName = staticName(info);
    const name = JSON.stringify([fixedName, info.resources, info.hostPorts, info.images, info.imageVolumes]);
    let own = this.owns.get(name);
    if (own !== undefined) return own;
    if (this.owns.size * this.nodes.capacity > this.mostNumbers) this.dropUnused();
    let fixed = this.fixed.get(fixedName);
    if (fixed === undefined) {
      fixed = new StaticVerdicts(this.nodes, info, this.profile, this.table);
      this.fixed.set(fixedName, fixed);
    }
    own = new OwnVerdicts(this.nodes, this.images, info, this.profile, this.table, fixed, this.work);
    this.owns.set(name, own);
    return own;
  }

  /** The half that was used least recently goes; whoever asks again gets columns made anew. */
  private dropUnused(): void {
    const inOrder = [...this.owns].sort(([, a], [, b]) => a.lastUsed - b.lastUsed);
    for (const [name, own] of inOrder.slice(0, Math.ceil(inOrder.length / 2))) {
      own.isDropped = true;
      this.owns.delete(name);
    }
    const used = new Set(Array.from(this.owns.values(), ({ fixed }) => fixed));
    for (const [name, fixed] of this.fixed) if (!used.has(fixed)) this.fixed.delete(name);
  }
}

function ownerOf({ metadata: { ownerReferences } }: Pod): string {
  if (ownerReferences.length === 0) return '';
  const owner = ownerReferences.find((reference) => reference.controller);
  return owner !== undefined && OWNERS.has(owner.kind) ? `${owner.kind}/${owner.name}` : '';
}

/** A pod that may go to any node as far as names are concerned; it names nodes in the only term that it requires. */
function withoutNames(info: PodInfo): PodInfo {
  const { spec } = info;
  const { required: _, ...rest } = spec.nodeAffinity!;
  const { matchExpressions } = spec.nodeAffinity!.required![0];
  const nodeAffinity =
    matchExpressions.length === 0 ? rest : { ...rest, required: [{ matchExpressions, matchFields: [] }] };
  return { ...info, spec: { ...spec, nodeAffinity } };
}
