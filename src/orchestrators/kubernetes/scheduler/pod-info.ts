import { isEmptySelector, matchesLabels, matchesSelector } from '../objects/label-selector.ts';
import type { Labels, LabelSelector } from '../objects/meta.ts';
import { matchesNodeTerms } from '../objects/node-selector.ts';
import type { NodeSelectorTerm, Pod, PodAffinityTerm, PodSpec, TopologySpreadConstraint } from '../objects/pod.ts';
import { type PodResources, podResources } from '../objects/pod-resources.ts';

/**
 * A pod worked out for scheduling. Two pods with the same spec object, the same labels object and the same namespace
 * have the same `PodInfo`, so whatever depends on nothing else may be remembered by it.
 */
export interface PodInfo {
  readonly spec: PodSpec;
  readonly labels: Labels;
  readonly namespace: string;
  readonly resources: PodResources;
  readonly hostPorts: readonly HostPort[];
  /** Images of init containers and containers, with a tag; one entry each, also for doubles. */
  readonly images: readonly string[];
  /** Images that are mounted as volumes. */
  readonly imageVolumes: readonly string[];
  /** Containers and init containers: what the ceiling of image locality grows with. */
  readonly containerCount: number;
  /** Preferred node terms that can count: weight above 0, not empty. */
  readonly preferredNodeTerms: readonly { readonly weight: number; readonly term: NodeSelectorTerm }[];
  readonly requiredAffinity: readonly PodTerm[];
  readonly requiredAntiAffinity: readonly PodTerm[];
  readonly preferredAffinity: readonly WeightedPodTerm[];
  readonly preferredAntiAffinity: readonly WeightedPodTerm[];
  /** Whether it has an affinity or anti-affinity section at all: then scores look at every pod, not only at those that have one. */
  readonly hasPodAffinity: boolean;
  /** Its own spreading constraints by action, in their order. */
  readonly hardSpread: readonly SpreadConstraint[];
  readonly softSpread: readonly SpreadConstraint[];
}

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

/** A term of pod (anti-)affinity; `termMatches` says whether it means a pod. */
export interface PodTerm {
  readonly topologyKey: string;
  /** Undefined: no pod. */
  readonly selector: LabelSelector | undefined;
  /** The pod's own namespace when the term names none and has no selector of namespaces. */
  readonly namespaces: ReadonlySet<string>;
  /** Undefined: none. */
  readonly namespaceSelector: LabelSelector | undefined;
}

export interface WeightedPodTerm {
  readonly weight: number;
  readonly term: PodTerm;
}

export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly minDomains: number;
  /** With `matchLabelKeys` merged in; undefined: matches no pod. */
  readonly selector: LabelSelector | undefined;
  /** Whether existing pods can match: an empty selector counts none, though the pod itself matches it. */
  readonly countsPods: boolean;
  /** Whether the pod that is placed matches its own selector. */
  readonly matchesSelf: boolean;
  readonly honorsNodeAffinity: boolean;
  readonly honorsTaints: boolean;
}

/** The pod worked out; remembered by identity of spec and labels. */
export function podInfo(pod: Pod): PodInfo {
  const { spec } = pod;
  const { labels, namespace } = pod.metadata;
  let bySpec = remembered.get(spec);
  if (bySpec === undefined) remembered.set(spec, (bySpec = new WeakMap()));
  let byLabels = bySpec.get(labels);
  if (byLabels === undefined) bySpec.set(labels, (byLabels = []));
  const known = byLabels.find((info) => info.namespace === namespace);
  if (known !== undefined) return known;
  const info = workOut(spec, labels, namespace);
  byLabels.push(info);
  return info;
}

/** Whether a term means a pod with these labels in this namespace, whose own labels are `namespaceLabels`. */
export function termMatches(term: PodTerm, labels: Labels, namespace: string, namespaceLabels: Labels): boolean {
  if (!term.namespaces.has(namespace) && !matchesSelector(term.namespaceSelector, namespaceLabels)) return false;
  return matchesSelector(term.selector, labels);
}

/** Whether the pod's nodeSelector and required node affinity allow a node. */
export function matchesRequiredNodes(spec: PodSpec, labels: Labels, nodeName: string): boolean {
  return matchesLabels(spec.nodeSelector, labels) && matchesNodeTerms(spec.nodeAffinity?.required, labels, nodeName);
}

/** Spreading constraints with this action, worked out for a pod with these labels. */
export function spreadConstraints(
  constraints: readonly TopologySpreadConstraint[],
  action: TopologySpreadConstraint['whenUnsatisfiable'],
  labels: Labels,
): SpreadConstraint[] {
  return constraints
    .filter((constraint) => constraint.whenUnsatisfiable === action)
    .map((constraint) => {
      const selector = withMatchLabelKeys(constraint.labelSelector, constraint.matchLabelKeys, labels);
      return {
        maxSkew: constraint.maxSkew,
        topologyKey: constraint.topologyKey,
        minDomains: constraint.minDomains ?? 1,
        selector,
        countsPods: selector !== undefined && !isEmptySelector(selector),
        matchesSelf: matchesSelector(selector, labels),
        honorsNodeAffinity: constraint.nodeAffinityPolicy === 'Honor',
        honorsTaints: constraint.nodeTaintsPolicy === 'Honor',
      };
    });
}

/** With a tag: `nginx` is `nginx:latest`, `registry:5000/nginx` is `registry:5000/nginx:latest` (upstream plugins/imagelocality). */
export function normalisedImageName(name: string): string {
  return name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name;
}

const remembered = new WeakMap<PodSpec, WeakMap<Labels, PodInfo[]>>();

function workOut(spec: PodSpec, labels: Labels, namespace: string): PodInfo {
  const terms = (list: readonly PodAffinityTerm[] = []): PodTerm[] => list.map((term) => podTerm(term, namespace));
  const weighted = (
    list: readonly { readonly weight: number; readonly term: PodAffinityTerm }[] = [],
  ): WeightedPodTerm[] => list.map(({ weight, term }) => ({ weight, term: podTerm(term, namespace) }));
  const images = [...spec.initContainers, ...spec.containers].map((container) => container.image);
  return {
    spec,
    labels,
    namespace,
    resources: podResources(spec),
    hostPorts: hostPorts(spec),
    images: images.map(normalisedImageName),
    imageVolumes: spec.volumes.flatMap(({ image }) => (image === undefined ? [] : [normalisedImageName(image)])),
    containerCount: spec.initContainers.length + spec.containers.length,
    preferredNodeTerms: (spec.nodeAffinity?.preferred ?? [])
      .filter(({ weight, preference }) => weight !== 0 && !isEmptyTerm(preference))
      .map(({ weight, preference }) => ({ weight, term: preference })),
    requiredAffinity: terms(spec.podAffinity?.required),
    requiredAntiAffinity: terms(spec.podAntiAffinity?.required),
    preferredAffinity: weighted(spec.podAffinity?.preferred),
    preferredAntiAffinity: weighted(spec.podAntiAffinity?.preferred),
    hasPodAffinity: spec.podAffinity !== undefined || spec.podAntiAffinity !== undefined,
    hardSpread: spreadConstraints(spec.topologySpreadConstraints, 'DoNotSchedule', labels),
    softSpread: spreadConstraints(spec.topologySpreadConstraints, 'ScheduleAnyway', labels),
  };
}

function podTerm(term: PodAffinityTerm, namespace: string): PodTerm {
  const ownNamespace = term.namespaces.length === 0 && term.namespaceSelector === undefined;
  return {
    topologyKey: term.topologyKey,
    selector: term.labelSelector,
    namespaces: new Set(ownNamespace ? [namespace] : term.namespaces),
    namespaceSelector: term.namespaceSelector,
  };
}

/** Ports of the node that containers and sidecars take; those of other init containers do not count. */
function hostPorts(spec: PodSpec): HostPort[] {
  const sidecars = spec.initContainers.filter((container) => container.restartPolicy === 'Always');
  const ports: HostPort[] = [];
  for (const container of [...spec.containers, ...sidecars]) {
    for (const { hostPort, hostIP, protocol } of container.ports) {
      if (hostPort === undefined || hostPort <= 0) continue;
      ports.push({ ip: hostIP === undefined || hostIP === '' ? '0.0.0.0' : hostIP, protocol, port: hostPort });
    }
  }
  return ports;
}

/** Values that the pod has for these keys become requirements, of a selector that is there (upstream podtopologyspread/common.go). */
function withMatchLabelKeys(
  selector: LabelSelector | undefined,
  keys: readonly string[],
  labels: Labels,
): LabelSelector | undefined {
  const own = keys.filter((key) => Object.hasOwn(labels, key));
  if (own.length === 0 || selector === undefined) return selector;
  const requirements = own.map((key) => ({ key, operator: 'In' as const, values: [labels[key]] }));
  return {
    matchLabels: selector.matchLabels ?? {},
    matchExpressions: [...requirements, ...(selector.matchExpressions ?? [])],
  };
}

function isEmptyTerm(term: NodeSelectorTerm): boolean {
  return term.matchExpressions.length === 0 && term.matchFields.length === 0;
}
