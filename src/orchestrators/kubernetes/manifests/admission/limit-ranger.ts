import type { Admission, ApiServer } from '../../api/api-server.ts';
import type { ResourceList } from '../../objects/meta.ts';
import type { Container, PodSpec } from '../../objects/pod.ts';
import type { LimitRange } from '../../objects/policy.ts';
import { parseQuantity, quantityText } from '../../objects/quantity.ts';
import { nanoOf, podTotals } from './pod-totals.ts';
import { forbidden, SharedSpecs, wasLetIn } from './shared-spec.ts';

/**
 * Applies the LimitRanges of a pod's namespace: containers without requests or limits get the defaults, then bounds and
 * ratios must hold (`plugin/pkg/admission/limitranger/admission.go`). Refusals are worded as there.
 */
export function limitRanger(api: ApiServer): Admission {
  const specs = new SharedSpecs();
  const ranges = api.store('LimitRange');
  /** Raised when any LimitRange changes, since pods keep what the old ones made of their specs. */
  let version = 0;
  ranges.watch(() => version++);
  return (pod) => {
    if (ranges.size === 0 || wasLetIn(pod)) return pod;
    const { namespace } = pod.metadata;
    const here = [...ranges.all()].filter(({ metadata }) => metadata.namespace === namespace);
    if (here.length === 0) return pod;
    const filled = specs.change(pod, `${version} ${namespace}`, (spec) => withDefaults(spec, here));
    const faults = here.flatMap((range) => faultsOf(filled.spec, range));
    return faults.length > 0 ? forbidden(pod, faults) : filled;
  };
}

type Limits = LimitRange['spec']['limits'][number];
type Totals = { readonly requests: ResourceList; readonly limits: ResourceList };

/** Defaults of all ranges; of several for one resource the first holds. */
function withDefaults(spec: PodSpec, ranges: readonly LimitRange[]): PodSpec {
  let requests: ResourceList = {};
  let limits: ResourceList = {};
  for (const { type, ...limit } of ranges.flatMap((range) => range.spec.limits)) {
    if (type !== 'Container') continue;
    requests = Object.assign({}, limit.defaultRequest, requests);
    limits = Object.assign({}, limit.default, limits);
  }
  const fill = (container: Container): Container => ({
    ...container,
    resources: {
      requests: { ...requests, ...container.resources.requests },
      limits: { ...limits, ...container.resources.limits },
    },
  });
  return { ...spec, containers: spec.containers.map(fill), initContainers: spec.initContainers.map(fill) };
}

function faultsOf(spec: PodSpec, { spec: { limits } }: LimitRange): string[] {
  return limits.flatMap((limit) => {
    if (limit.type === 'Container')
      return [...spec.containers, ...spec.initContainers].flatMap(({ resources }) => boundFaults(limit, resources));
    return limit.type === 'Pod' ? boundFaults(limit, wholePod(spec)) : [];
  });
}

function wholePod(spec: PodSpec): Totals {
  const texts = (of: 'requests' | 'limits'): ResourceList =>
    Object.fromEntries(Array.from(podTotals(spec, of), ([name, nano]) => [name, quantityText(nano, formatOf(name))]));
  return { requests: texts('requests'), limits: texts('limits') };
}

function formatOf(name: string): 'BinarySI' | 'DecimalSI' {
  return name === 'memory' || name === 'ephemeral-storage' || name.startsWith('hugepages-') ? 'BinarySI' : 'DecimalSI';
}

function boundFaults(limit: Limits, { requests, limits }: Totals): string[] {
  const faults: string[] = [];
  const shown = (text: string): string => parseQuantity(text)?.canonical ?? text;
  const has = (list: ResourceList, name: string): boolean => Object.hasOwn(list, name);
  for (const [name, least] of Object.entries(limit.min)) {
    const says = `minimum ${name} usage per ${limit.type} is ${shown(least)}`;
    if (!has(requests, name)) faults.push(`${says}.  No request is specified`);
    else if (nanoOf(requests[name]) < nanoOf(least)) faults.push(`${says}, but request is ${shown(requests[name])}`);
    else if (has(limits, name) && nanoOf(limits[name]) < nanoOf(least))
      faults.push(`${says}, but limit is ${shown(limits[name])}`);
  }
  for (const [name, most] of Object.entries(limit.max)) {
    const says = `maximum ${name} usage per ${limit.type} is ${shown(most)}`;
    if (!has(limits, name)) faults.push(`${says}.  No limit is specified`);
    else if (nanoOf(limits[name]) > nanoOf(most)) faults.push(`${says}, but limit is ${shown(limits[name])}`);
    else if (has(requests, name) && nanoOf(requests[name]) > nanoOf(most))
      faults.push(`${says}, but request is ${shown(requests[name])}`);
  }
  for (const [name, ratio] of Object.entries(limit.maxLimitRequestRatio)) {
    const says = `${name} max limit to request ratio per ${limit.type} is ${shown(ratio)}`;
    const [request, most] = [
      has(requests, name) ? nanoOf(requests[name]) : 0n,
      has(limits, name) ? nanoOf(limits[name]) : 0n,
    ];
    if (request === 0n) faults.push(`${says}, but no request is specified or request is 0`);
    else if (most === 0n) faults.push(`${says}, but no limit is specified or limit is 0`);
    else if (most * 1_000_000_000n > nanoOf(ratio) * request)
      faults.push(`${says}, but provided ratio is ${(Number(most) / Number(request)).toFixed(6)}`);
  }
  return faults;
}
