import { stream } from '../../../sim/random.ts';
import { NO_RESOURCES, type Resources } from '../../data-plane/machine-spec.ts';
import { unreservedBundle } from './bundle.ts';
import { DrfSorter } from './drf-sorter.ts';
import { HierarchicalAllocator } from './hierarchical-allocator.ts';

export const GB = 1024 * 1024 * 1024;

/** So many CPUs, GB and GPUs. */
export const amount = (cpus: number, memGb: number, gpus = 0): Resources => ({
  ...NO_RESOURCES,
  cpuMilli: Math.round(cpus * 1000),
  memBytes: memGb * GB,
  gpuCount: gpus,
});

/** An allocator without anyone, as the master makes it. */
export function makeAllocator(seed = 1): HierarchicalAllocator {
  return new HierarchicalAllocator({
    makeSorter: () => new DrfSorter(),
    random: stream(seed, 'agents'),
    minCpuMilli: 10,
    minMemBytes: 32 * 1024 * 1024,
  });
}

/** Adds an agent with these resources and ports 31000 to 32000. */
export function addAgent(allocator: HierarchicalAllocator, id: number, total: Resources): void {
  const attributes = { hostname: `agent-${id}`, region: '', zone: '', attributes: {} };
  allocator.addAgent(id, attributes, unreservedBundle(total, [[31_000, 32_000]]));
}

export const PLAIN = { gpuResources: false, revocableResources: false, partitionAware: true };
