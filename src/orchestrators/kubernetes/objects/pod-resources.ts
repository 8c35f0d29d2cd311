import type { ResourceList } from './meta.ts';
import type { PodSpec } from './pod.ts';
import { parseQuantity, quantityMilli, quantityValue } from './quantity.ts';
import { isScalarResource } from './resource-names.ts';

/** What a pod asks of a node, as the scheduler and the kubelet count it. */
export interface PodResources {
  readonly cpuMilli: number;
  readonly memBytes: number;
  readonly ephemeralBytes: number;
  /** Huge pages, extended and other countable resources of which it asks for more than none, sorted by name. */
  readonly scalars: readonly ScalarAmount[];
  /** CPU and memory where every container without a request counts as asking for 100m and 200 MiB. */
  readonly nonZeroCpuMilli: number;
  readonly nonZeroMemBytes: number;
}

export interface ScalarAmount {
  readonly name: string;
  readonly amount: number;
}

/**
 * Requests of a pod (scheduler.md 3; upstream component-helpers/resource/helpers.go, scheduler/framework/types.go): the
 * most that is asked for at any moment. Containers and sidecars run together; before that each init container runs
 * beside the sidecars started before it. Requests of the pod as a whole replace those of its containers by resource;
 * overhead comes on top. Sums are exact, then CPU is rounded up to milli and the rest to units. Remembered by the
 * spec's identity.
 *
 * Example: containers ask for 2 and 1 CPU, init containers for 2 and 2: max(2 + 1, 2, 2) = 3 CPU.
 */
export function podResources(spec: PodSpec): PodResources {
  const known = remembered.get(spec);
  if (known !== undefined) return known;
  // A pod that is bound gets another spec with the same parts.
  const other = ofContainers.get(spec.containers);
  const isAlike =
    other !== undefined &&
    other.spec.initContainers === spec.initContainers &&
    other.spec.resources === spec.resources &&
    other.spec.overhead === spec.overhead;
  const resources = isAlike ? other.resources : countResources(spec);
  remembered.set(spec, resources);
  if (!isAlike) ofContainers.set(spec.containers, { spec, resources });
  return resources;
}

/** Names of the resources for which the pod has a request anywhere, be it 0. */
function podRequestNames(spec: PodSpec): ReadonlySet<string> {
  const names = new Set<string>();
  for (const container of spec.containers) addNames(names, container.resources.requests);
  for (const container of spec.initContainers) addNames(names, container.resources.requests);
  for (const name of Object.keys(spec.resources?.requests ?? {})) if (isPodLevelResource(name)) names.add(name);
  addNames(names, spec.overhead);
  return names;
}

const DEFAULT_REQUESTS: ResourceList = { cpu: '100m', memory: '200Mi' };

const remembered = new WeakMap<PodSpec, PodResources>();
/** The last spec that was counted with these containers. */
const ofContainers = new WeakMap<PodSpec['containers'], { readonly spec: PodSpec; readonly resources: PodResources }>();

function countResources(spec: PodSpec): PodResources {
  const together = moments(spec);
  const names = podRequestNames(spec);
  const amount = (name: string): number => (names.has(name) ? request(spec, together, name, undefined) : 0);
  const hasPodRequests = Object.keys(spec.resources?.requests ?? {}).some(isPodLevelResource);
  const nonZero = (name: string): number =>
    // With requests of the pod as a whole, the default is only for what is asked for nowhere.
    request(spec, together, name, hasPodRequests && names.has(name) ? undefined : DEFAULT_REQUESTS[name]);
  return {
    cpuMilli: amount('cpu'),
    memBytes: amount('memory'),
    ephemeralBytes: amount('ephemeral-storage'),
    scalars: [...names]
      .filter(isScalarResource)
      .sort()
      .map((name) => ({ name, amount: amount(name) }))
      .filter((scalar) => scalar.amount > 0),
    nonZeroCpuMilli: nonZero('cpu'),
    nonZeroMemBytes: nonZero('memory'),
  };
}

/** Requests of the containers that run at the same time, for every such moment that may ask for the most. */
function moments(spec: PodSpec): ResourceList[][] {
  const sidecars: ResourceList[] = [];
  const starting: ResourceList[][] = [];
  for (const { restartPolicy, resources } of spec.initContainers) {
    if (restartPolicy === 'Always') sidecars.push(resources.requests);
    else starting.push([...sidecars, resources.requests]);
  }
  return [[...spec.containers.map((container) => container.resources.requests), ...sidecars], ...starting];
}

function request(spec: PodSpec, together: ResourceList[][], name: string, missing: string | undefined): number {
  const overhead = spec.overhead[name];
  const wholePod = isPodLevelResource(name) ? spec.resources?.requests[name] : undefined;
  if (wholePod !== undefined) return roundedSum([wholePod, overhead], name);
  let most = 0;
  for (const running of together) {
    const texts = running.map((requests) => requests[name] ?? missing);
    most = Math.max(most, roundedSum([...texts, overhead], name));
  }
  return most;
}

/** The sum, rounded up once at its end: two containers of 1.1Gi ask for 2362232013 bytes, not for twice 1181116007. */
function roundedSum(texts: readonly (string | undefined)[], name: string): number {
  const unitNano = name === 'cpu' ? 1_000_000n : 1_000_000_000n;
  let sum = 0;
  let fractions = false;
  for (const text of texts) {
    if (text === undefined) continue;
    sum += name === 'cpu' ? quantityMilli(text) : quantityValue(text);
    if (isFraction(text, unitNano)) fractions = true;
  }
  if (!fractions) return sum;
  let nano = 0n;
  for (const text of texts) nano += text === undefined ? 0n : (parseQuantity(text)?.nano ?? 0n);
  return Number((nano + unitNano - 1n) / unitNano);
}

function isFraction(text: string, unitNano: bigint): boolean {
  // Whole numbers and binary amounts without a point are by far the most.
  if (/^\d+(?:[KMGT]i)?$/.test(text)) return false;
  return (parseQuantity(text)?.nano ?? 0n) % unitNano !== 0n;
}

/** Resources that a pod may ask for as a whole. */
function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

function addNames(names: Set<string>, requests: ResourceList): void {
  for (const name of Object.keys(requests)) names.add(name);
}
