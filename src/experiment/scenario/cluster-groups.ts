import type { NodeGroup } from '../../sim/fleet/node-group.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import type { NodeSpec } from '../../sim/node-spec.ts';
import { quoted, wholeNumberOf } from '../../sim/quantity.ts';
import { gridOf } from '../../workloads/catalogue/grids.ts';
import { nodeSpecOf } from '../../workloads/catalogue/instance-type.ts';
import { clusterText } from '../../workloads/readers/cluster-text.ts';
import type { Path } from '../yaml-text.ts';
import type { ClusterText, NodeGroupText, OwnInstanceText } from './cluster-schema.ts';
import { instanceOf } from './instances.ts';
import { at, ScenarioFault } from './scenario-fault.ts';

/** The cluster as the simulation takes it. */
export interface ClusterParts {
  readonly groups: readonly NodeGroup[];
  readonly zones: readonly string[];
}

/** What the groups of one cluster share. */
interface Shared {
  readonly racks: number;
  readonly zones: readonly string[] | undefined;
  readonly instances: Readonly<Record<string, OwnInstanceText>> | undefined;
}

/** About the mean of the world's grids. */
const KG_PER_KWH = 0.4;
const MOST_NODES = 200_000;
const BOOT = { kind: 'constant', meanUs: 90e6 } as const;
/** A gigabit a second. */
const PULL_BYTES_PER_SECOND = 125e6;

/** The groups and zones of a cluster. Throws a ScenarioFault. */
export function clusterParts(cluster: ClusterText): ClusterParts {
  const isText = typeof cluster === 'string';
  const base: Path = isText ? ['cluster'] : ['cluster', 'groups'];
  const written = isText ? cluster : cluster.groups;
  const declared = isText ? undefined : cluster.zones;
  const shared: Shared = {
    racks: isText ? 0 : cluster.racks,
    zones: declared,
    instances: isText ? undefined : cluster.instances,
  };
  const groups =
    typeof written === 'string'
      ? ofText(base, () => groupsOfText(written, base, shared))
      : Object.entries(written).map(([name, group]) => groupOf(name, group, [...base, name], shared));
  if (groups.length === 0) throw new ScenarioFault(base, 'there is no group of nodes; write at least one');
  const zones = declared ?? [...new Set(groups.flatMap((group) => group.zones))];
  const seen = new Set<string>();
  for (const [index, zone] of (declared ?? []).entries()) {
    if (seen.has(zone)) throw new ScenarioFault(['cluster', 'zones', index], `zone "${zone}" is there twice; keep one`);
    seen.add(zone);
  }
  const total = groups.reduce((sum, group) => sum + group.max, 0);
  if (total > MOST_NODES)
    throw new ScenarioFault(base, `it may grow to ${total} nodes, and ${MOST_NODES} are the most`);
  if (total === 0) throw new ScenarioFault(base, 'there will never be a node; write a count above 0');
  return { groups, zones };
}

/** A text has no fields of its own that a fault could name. */
function ofText<T>(base: Path, make: () => T): T {
  try {
    return at(base, make);
  } catch (error) {
    throw error instanceof ScenarioFault ? new ScenarioFault(base, error.sentence) : error;
  }
}

/** Kilograms of carbon dioxide of a kilowatt-hour. Throws a ScenarioFault for a region that is not known. */
export function clusterCarbon(cluster: ClusterText): number {
  const carbon = typeof cluster === 'string' ? undefined : cluster.carbon;
  if (typeof carbon === 'string') return at(['cluster', 'carbon'], () => gridOf(carbon));
  return carbon ?? KG_PER_KWH;
}

function groupOf(
  name: string,
  group: NodeGroupText,
  path: Path,
  { racks, zones: declared, instances }: Shared,
): NodeGroup {
  const type = group.instance;
  const instance = type === undefined ? undefined : at([...path, 'instance'], () => instanceOf(type, instances));
  const cpuMilli = group.cpu ?? instance?.cpuMilli;
  const memBytes = group.memory ?? instance?.memBytes;
  if (cpuMilli === undefined || memBytes === undefined)
    throw new ScenarioFault(
      path,
      `it does not say its ${cpuMilli === undefined ? 'CPU' : 'memory'}; write an instance such as m5.xlarge, or cpu and memory`,
    );
  if (cpuMilli === 0) throw new ScenarioFault([...path, 'cpu'], 'a node without CPU runs nothing; write at least 1m');
  const { min, max, initial } = sizes(group, path);
  for (const [index, zone] of (group.zones ?? []).entries())
    if (declared !== undefined && !declared.includes(zone))
      throw new ScenarioFault(
        [...path, 'zones', index],
        `the cluster has no zone ${quoted(zone)}${suggestion(zone, declared)}`,
      );
  const gpuCount = group.gpus ?? instance?.gpuCount ?? 0;
  const gpuModel = group.gpuModel ?? (instance?.gpuModel === '' ? undefined : instance?.gpuModel);
  const podLimit = group.podLimit ?? instance?.podLimit ?? 0;
  const base = instance === undefined ? undefined : nodeSpecOf(instance).labels;
  const template: NodeSpec = {
    name,
    cpuMilli,
    memBytes,
    ...(group.storage !== undefined && { storageBytes: group.storage }),
    ...(gpuCount > 0 && { gpuCount }),
    ...(gpuCount > 0 && gpuModel !== undefined && { gpuModel }),
    ...((base ?? group.labels) !== undefined && { labels: { ...base, ...group.labels } }),
    ...(group.taints !== undefined && { taints: group.taints }),
    ...(podLimit > 0 && { podLimit }),
  };

  return {
    name,
    template,
    zones: group.zones ?? declared ?? [],
    racksPerZone: group.racks ?? racks,
    initial,
    min,
    max,
    instanceType: instance?.name ?? '',
    usdPerHour: group.price ?? (group.spot ? instance?.spotUsdPerHour : instance?.usdPerHour) ?? 0,
    spot: group.spot,
    boot: group.boot ?? BOOT,
    pullBytesPerSecond: pullSpeed(group.pull, path),
    idleWatts: group.idleWatts ?? instance?.idleWatts ?? 0,
    busyWatts: group.busyWatts ?? instance?.busyWatts ?? 0,
  };
}

function pullSpeed(written: number | undefined, path: Path): number {
  if (written === 0) throw new ScenarioFault([...path, 'pull'], 'images would never arrive; write a speed above 0');
  return written ?? PULL_BYTES_PER_SECOND;
}

function sizes(group: NodeGroupText, path: Path): { min: number; max: number; initial: number } {
  const initial = group.count ?? group.min ?? Math.min(1, group.max ?? 1);
  const min = group.min ?? Math.min(initial, group.max ?? initial);
  const max = group.max ?? Math.max(initial, min);
  if (min > max) throw new ScenarioFault([...path, 'min'], `min ${min} is above max ${max}; swap them`);
  if (initial > max)
    throw new ScenarioFault([...path, 'count'], `count ${initial} is above max ${max}; raise max or lower count`);
  if (initial < min)
    throw new ScenarioFault([...path, 'count'], `count ${initial} is below min ${min}; raise count or lower min`);
  return { min, max, initial };
}

/** `3 x m5.xlarge zone=a,b spot max=10 | 4 x 8cpu 32Gi`. */
function groupsOfText(text: string, path: Path, shared: Shared): NodeGroup[] {
  const taken = new Map<string, number>();
  return text.split('|').map((part) => {
    const [, counted = '1', word = '', rest = ''] = /^\s*(?:(\d+)\s*x\s+)?(\S+)(.*)$/s.exec(part) ?? [];
    const settings = new Map<string, string>();
    const others: string[] = [];
    for (const one of rest.split(/\s+/).filter((two) => two !== '')) {
      const [, key, value] = /^(min|max|name|zone)=(.+)$/.exec(one) ?? [];
      if (key !== undefined && value !== undefined) settings.set(key, value);
      else if (one === 'spot') settings.set('spot', 'true');
      else others.push(one);
    }
    const given = settings.get('name') ?? 'nodes';
    const number = (taken.get(given) ?? 0) + 1;
    taken.set(given, number);
    const name = number === 1 ? given : `${given}-${number}`;
    const common = {
      count: wholeNumberOf(counted, 0, 100_000),
      ...(settings.has('min') && { min: wholeNumberOf(settings.get('min')!, 0, 100_000) }),
      ...(settings.has('max') && { max: wholeNumberOf(settings.get('max')!, 0, 100_000) }),
      ...(settings.has('zone') && { zones: settings.get('zone')!.split(',') }),
      spot: settings.has('spot'),
    };
    const isSize = /^[\d.]+(cpu|m)$/i.test(word) || word === '';
    if (!isSize && others.length > 0)
      throw new ScenarioFault(path, `cannot read ${quoted(others[0])}; write it like "3 x m5.xlarge zone=a,b"`);
    if (!isSize) return groupOf(name, { instance: word, ...common }, path, shared);
    const [node] = clusterText([word, ...others].join(' '));
    const { cpuMilli, memBytes, gpuCount, gpuModel, storageBytes, podLimit, labels, taints } = node;
    const size = {
      cpu: cpuMilli,
      memory: memBytes,
      ...(gpuCount !== undefined && { gpus: gpuCount }),
      ...(gpuModel !== undefined && { gpuModel }),
      ...(storageBytes !== undefined && { storage: storageBytes }),
      ...(podLimit !== undefined && { podLimit }),
      ...(labels !== undefined && { labels: { ...labels } }),
      ...(taints !== undefined && { taints: [...taints] }),
    };
    return groupOf(name, { ...size, ...common }, path, shared);
  });
}
