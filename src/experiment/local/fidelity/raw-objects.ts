import type { LabelSelector } from '../../../orchestrators/kubernetes/objects/meta.ts';
import type { Node } from '../../../orchestrators/kubernetes/objects/node.ts';
import type { Container, Pod, PodAffinity, PodSpec } from '../../../orchestrators/kubernetes/objects/pod.ts';
import { newPodStatus } from '../../../orchestrators/kubernetes/api/api-server.ts';

type Raw = any;

export function rawNode(raw: Raw, id: number): Node {
  return {
    kind: 'Node',
    id,
    metadata: meta(raw.metadata),
    spec: {
      unschedulable: raw.spec?.unschedulable ?? false,
      taints: (raw.spec?.taints ?? []).map((t: Raw) => ({ key: t.key, value: t.value ?? '', effect: t.effect })),
    },
    status: {
      capacity: raw.status?.capacity ?? {},
      allocatable: raw.status?.allocatable ?? {},
      conditions: [],
      images: raw.status?.images ?? [],
    },
  };
}

export function rawPod(raw: Raw, id: number): Pod {
  const s = raw.spec;
  const a = s.affinity ?? {};
  const spec: PodSpec = {
    ...(s.nodeName === undefined ? {} : { nodeName: s.nodeName }),
    schedulerName: s.schedulerName ?? 'default-scheduler',
    priority: s.priority ?? 0,
    preemptionPolicy: 'PreemptLowerPriority',
    nodeSelector: s.nodeSelector ?? {},
    ...(a.nodeAffinity === undefined
      ? {}
      : {
          nodeAffinity: {
            ...(a.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution === undefined
              ? {}
              : {
                  required: a.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.map(term),
                }),
            preferred: (a.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((p: Raw) => ({
              weight: p.weight,
              preference: term(p.preference),
            })),
          },
        }),
    ...(a.podAffinity === undefined ? {} : { podAffinity: podAffinity(a.podAffinity) }),
    ...(a.podAntiAffinity === undefined ? {} : { podAntiAffinity: podAffinity(a.podAntiAffinity) }),
    tolerations: (s.tolerations ?? []).map((t: Raw) => ({
      key: t.key ?? '',
      operator: t.operator || 'Equal',
      value: t.value ?? '',
      effect: t.effect ?? '',
    })),
    topologySpreadConstraints: (s.topologySpreadConstraints ?? []).map((c: Raw) => ({
      nodeAffinityPolicy: 'Honor',
      nodeTaintsPolicy: 'Ignore',
      matchLabelKeys: [],
      ...c,
      ...(c.labelSelector === undefined ? {} : { labelSelector: selector(c.labelSelector) }),
    })),
    schedulingGates: [],
    ...(s.resources === undefined ? {} : { resources: requirements(s.resources) }),
    overhead: s.overhead ?? {},
    containers: (s.containers ?? []).map(container),
    initContainers: (s.initContainers ?? []).map(container),
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    volumes: (s.volumes ?? []).map((v: Raw) => ({ name: v.name })),
    hostNetwork: s.hostNetwork ?? false,
  };
  return { kind: 'Pod', id, metadata: meta(raw.metadata), spec, status: newPodStatus(0) };
}

function container(raw: Raw): Container {
  return {
    name: raw.name,
    image: raw.image ?? '',
    imagePullPolicy: 'IfNotPresent',
    resources: requirements(raw.resources ?? {}),
    ports: (raw.ports ?? []).map((p: Raw) => ({ protocol: 'TCP', ...p })),
    ...(raw.restartPolicy === undefined ? {} : { restartPolicy: raw.restartPolicy }),
  };
}

function requirements(raw: Raw): Container['resources'] {
  return { requests: { ...raw.limits, ...raw.requests }, limits: raw.limits ?? {} };
}

function podAffinity(raw: Raw): PodAffinity {
  return {
    required: (raw.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(podTerm),
    preferred: (raw.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((p: Raw) => ({
      weight: p.weight,
      term: podTerm(p.podAffinityTerm),
    })),
  };
}

function podTerm(raw: Raw): Raw {
  return {
    namespaces: [],
    ...raw,
    ...(raw.labelSelector === undefined ? {} : { labelSelector: selector(raw.labelSelector) }),
  };
}

function selector(raw: Raw): LabelSelector {
  return {
    matchLabels: raw.matchLabels ?? {},
    matchExpressions: (raw.matchExpressions ?? []).map((e: Raw) => ({ values: [], ...e })),
  };
}

function term(raw: Raw): Raw {
  const list = (items: Raw) => (items ?? []).map((e: Raw) => ({ values: [], ...e }));
  return { matchExpressions: list(raw.matchExpressions), matchFields: list(raw.matchFields) };
}

function meta(raw: Raw): Pod['metadata'] {
  return {
    name: raw.name,
    namespace: raw.namespace ?? '',
    uid: raw.uid ?? '',
    labels: raw.labels ?? {},
    annotations: {},
    ownerReferences: [],
    creationUs: 0,
    generation: 1,
  };
}
