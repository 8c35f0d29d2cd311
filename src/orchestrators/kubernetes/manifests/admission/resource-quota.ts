import type { Admission, ApiServer } from '../../api/api-server.ts';
import { hasEnded } from '../../objects/pod-state.ts';
import type { Pod, PodSpec } from '../../objects/pod.ts';
import type { ResourceQuota } from '../../objects/policy.ts';
import { parseQuantity, quantityText } from '../../objects/quantity.ts';
import { nanoOf, podTotals } from './pod-totals.ts';
import { forbidden, wasLetIn } from './shared-spec.ts';

/**
 * Refuses pods that would take a namespace over a quota, or do not say what a quota counts
 * (`staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota`, `pkg/quota/v1/evaluator/core/pods.go`). Pods that
 * have ended do not count. What is used is kept up to date by watching pods.
 */
export function resourceQuota(api: ApiServer): Admission {
  const quotas = new Map<number, { quota: ResourceQuota; used: Map<string, bigint> }>();
  const count = (entry: { quota: ResourceQuota; used: Map<string, bigint> }, pod: Pod, sign: 1n | -1n): void => {
    if (!counts(entry.quota, pod)) return;
    for (const name of Object.keys(entry.quota.spec.hard)) {
      const amount = usage(pod.spec, name);
      if (amount !== 0n) entry.used.set(name, (entry.used.get(name) ?? 0n) + sign * amount);
    }
  };
  const follow = (quota: ResourceQuota | undefined, before: ResourceQuota | undefined): void => {
    if (quota === undefined) quotas.delete(before!.id);
    else if (quota.spec !== before?.spec) {
      const entry = { quota, used: new Map<string, bigint>() };
      quotas.set(quota.id, entry);
      for (const pod of api.pods.all()) count(entry, pod, 1n);
    }
  };
  api.store('ResourceQuota').watch(follow);
  for (const quota of api.store('ResourceQuota').all()) follow(quota, undefined);
  api.pods.watch((pod, before) => {
    if (quotas.size === 0) return;
    for (const entry of quotas.values()) {
      if (before !== undefined) count(entry, before, -1n);
      if (pod !== undefined) count(entry, pod, 1n);
    }
  });
  return (pod) => {
    if (wasLetIn(pod)) return pod;
    for (const { quota, used } of quotas.values()) {
      if (!counts(quota, pod)) continue;
      const fault = unsaid(quota, pod.spec) ?? exceeded(quota, used, pod.spec);
      if (fault !== undefined) return forbidden(pod, [fault]);
    }
    return pod;
  };
}

/** Whether a quota counts this pod: its namespace and all its scopes. */
function counts(quota: ResourceQuota, pod: Pod): boolean {
  if (quota.metadata.namespace !== pod.metadata.namespace) return false;
  if (hasEnded(pod)) return false;
  const { scopes, priorityClasses } = quota.spec;
  const className = pod.spec.priorityClassName;
  if (priorityClasses !== undefined && (className === undefined || !priorityClasses.includes(className))) return false;
  return scopes.every((scope) => inScope(scope, pod.spec));
}

function inScope(scope: string, spec: PodSpec): boolean {
  switch (scope) {
    case 'Terminating':
      return spec.activeDeadlineSeconds !== undefined;
    case 'NotTerminating':
      return spec.activeDeadlineSeconds === undefined;
    case 'BestEffort':
      return isBestEffort(spec);
    case 'NotBestEffort':
      return !isBestEffort(spec);
    case 'PriorityClass':
      return spec.priorityClassName !== undefined;
    case 'CrossNamespacePodAffinity':
      return [spec.podAffinity, spec.podAntiAffinity].some((affinity) =>
        [...(affinity?.required ?? []), ...(affinity?.preferred ?? []).map(({ term }) => term)].some(
          (term) => term.namespaces.length > 0 || term.namespaceSelector !== undefined,
        ),
      );
    default:
      return true;
  }
}

/** Asks for no CPU and no memory at all. */
function isBestEffort(spec: PodSpec): boolean {
  return (['requests', 'limits'] as const).every((of) =>
    ['cpu', 'memory'].every((name) => (podTotals(spec, of).get(name) ?? 0n) === 0n),
  );
}

/** How much of a quota's resource a pod takes, in units of 10^-9. */
function usage(spec: PodSpec, name: string): bigint {
  if (name === 'pods' || name === 'count/pods') return 1_000_000_000n;
  if (name.startsWith('requests.')) return podTotals(spec, 'requests').get(name.slice(9)) ?? 0n;
  if (name.startsWith('limits.')) return podTotals(spec, 'limits').get(name.slice(7)) ?? 0n;
  return COMPUTE.has(name) || name.startsWith('hugepages-') ? (podTotals(spec, 'requests').get(name) ?? 0n) : 0n;
}

const COMPUTE = new Set(['cpu', 'memory', 'ephemeral-storage']);
/** What every container must say when a quota counts it. */
const MUST_BE_SAID = ['cpu', 'limits.cpu', 'limits.memory', 'memory', 'requests.cpu', 'requests.memory'];

function unsaid(quota: ResourceQuota, spec: PodSpec): string | undefined {
  const faults: string[] = [];
  for (const name of MUST_BE_SAID) {
    if (!Object.hasOwn(quota.spec.hard, name)) continue;
    const of = name.startsWith('limits.') ? 'limits' : 'requests';
    const resource = name.replace(/^(?:limits|requests)\./, '');
    if (Object.hasOwn(spec.resources?.[of] ?? {}, resource)) continue;
    const silent = [...spec.containers, ...spec.initContainers]
      .filter(({ resources }) => !Object.hasOwn(resources[of], resource))
      .map((container) => container.name)
      .sort();
    if (silent.length > 0) faults.push(`${name} for: ${silent.join(',')}`);
  }
  return faults.length === 0 ? undefined : `failed quota: ${quota.metadata.name}: must specify ${faults.join('; ')}`;
}

function exceeded(quota: ResourceQuota, used: ReadonlyMap<string, bigint>, spec: PodSpec): string | undefined {
  const over = Object.keys(quota.spec.hard)
    .filter((name) => {
      const asks = usage(spec, name);
      return asks > 0n && asks + (used.get(name) ?? 0n) > nanoOf(quota.spec.hard[name]);
    })
    .sort();
  if (over.length === 0) return undefined;
  const list = (amount: (name: string) => bigint): string =>
    over.map((name) => `${name}=${quantityText(amount(name), formatOf(quota, name))}`).join(',');
  const limited = over.map((name) => `${name}=${parseQuantity(quota.spec.hard[name])!.canonical}`).join(',');
  const requested = list((name) => usage(spec, name));
  return `exceeded quota: ${quota.metadata.name}, requested: ${requested}, used: ${list((name) => used.get(name) ?? 0n)}, limited: ${limited}`;
}

/** Amounts are written as the quota itself is. */
function formatOf(quota: ResourceQuota, name: string): 'BinarySI' | 'DecimalSI' {
  return name.endsWith('memory') || parseQuantity(quota.spec.hard[name])?.format === 'BinarySI'
    ? 'BinarySI'
    : 'DecimalSI';
}
