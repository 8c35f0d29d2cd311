import type { MachineSpec } from '../../data-plane/machine-spec.ts';
import { MHZ_PER_CORE } from '../jobs/job-resources.ts';

/** What constraints may ask of a node, by names as they stand between `${` and `}` (Nomad, "Node attributes"). */
export function nodeAttributes(spec: MachineSpec, datacenter: string, pool: string): ReadonlyMap<string, string> {
  const { name, labels, instanceType, zone, group, rack } = spec;
  const cores = Math.max(1, Math.floor(spec.cpuMilli / 1000));
  const attributes = new Map<string, string>([
    ['node.unique.id', name],
    ['node.unique.name', name],
    ['attr.unique.hostname', name],
    ['node.datacenter', datacenter],
    ['node.region', 'global'],
    ['node.pool', pool],
    ['node.class', labels['node_class'] ?? group],
    ['attr.cpu.arch', spec.architecture],
    ['attr.cpu.numcores', String(cores)],
    ['attr.cpu.frequency', String(MHZ_PER_CORE)],
    ['attr.cpu.totalcompute', String(Math.floor((spec.cpuMilli * MHZ_PER_CORE) / 1000))],
    ['attr.memory.totalbytes', String(spec.memBytes)],
    ['attr.unique.storage.bytestotal', String(spec.diskBytes)],
    ['attr.kernel.name', 'linux'],
    ['attr.kernel.version', '6.8.0'],
    ['attr.kernel.arch', spec.architecture === 'arm64' ? 'aarch64' : 'x86_64'],
    ['attr.os.name', 'ubuntu'],
    ['attr.os.version', '24.04'],
    ['attr.nomad.version', '1.10.0'],
    ['attr.consul.version', '1.21.0'],
    ['attr.consul.datacenter', datacenter],
  ]);
  for (const driver of ['docker', 'exec', 'raw_exec', 'java', 'qemu', 'podman'])
    attributes.set(`attr.driver.${driver}`, '1');
  attributes.set('attr.driver.docker.version', '28.0.0');
  if (instanceType !== '') attributes.set('attr.platform.aws.instance-type', instanceType);
  if (zone !== '') {
    attributes.set('attr.platform.aws.placement.availability-zone', zone);
    attributes.set('meta.zone', zone);
  }
  if (rack >= 0) attributes.set('meta.rack', `r${rack}`);
  if (spec.gpuCount > 0) attributes.set('attr.device.gpu', String(spec.gpuCount));
  for (const [key, value] of Object.entries(labels)) {
    attributes.set(`meta.${key}`, value);
    if (/^(attr|node|meta)\./.test(key)) attributes.set(key, value);
  }
  return attributes;
}

/** Whether a name is about one node alone, so that its answer says nothing of other nodes of its class. */
export const isUnique = (name: string): boolean => name.includes('unique.');

/** Nodes with the same text have the same computed class (structs/node_class.go: all but what is unique). */
export function computedClassOf(spec: MachineSpec, attributes: ReadonlyMap<string, string>): string {
  const shared = [...attributes].filter(([name]) => !isUnique(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([shared, spec.gpuCount]);
}

/** Whether a job's list of datacenters, with `*` in it, has this one. */
export function inDatacenters(globs: readonly string[], datacenter: string): boolean {
  return globs.some((glob) => {
    if (!glob.includes('*')) return glob === datacenter;
    const parts = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(datacenter);
  });
}
