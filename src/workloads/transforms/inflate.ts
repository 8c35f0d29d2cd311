import { InputError } from '../../sim/input-error.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import { blankRow, type PodSource } from '../../sim/pod-source.ts';
import type { RandomStream } from '../../sim/random.ts';
import { collect, type PodTable } from '../pod-table.ts';
import { podUnits } from './pod-units.ts';
import { later } from './sort.ts';

export type LoadedResource = 'cpu' | 'mem' | 'gpu';

/** More pods than this would not fit into memory; the target is then a slip of the pen. */
const MAX_PODS = 5_000_000;

/**
 * Brings the sum of all requests for a resource to `target` (millicores, bytes or milli-GPU), as the FGD experiments
 * do: below it, clones of pods drawn uniformly at random are added as long as the drawn one still fits under the
 * target; above it, pods drawn at random are removed until the sum is not above. A clone arrives when a second pod,
 * drawn too, arrives, so the shape of the arrivals over time stays. Gangs are cloned and removed whole. Run times play
 * no part. Holds the workload in memory. Throws InputError when no pod asks for the resource.
 */
export function inflate(source: PodSource, resource: LoadedResource, target: number, random: RandomStream): PodSource {
  return later(() => inflated(collect(source), resource, target, random));
}

function inflated(table: PodTable, resource: LoadedResource, target: number, random: RandomStream): PodSource {
  const { order, starts } = podUnits(table);
  const unitCount = starts.length - 1;
  const asks = new Float64Array(unitCount);
  let total = 0;
  for (let unit = 0; unit < unitCount; unit++) {
    for (let k = starts[unit]; k < starts[unit + 1]; k++)
      asks[unit] += asked(table.requests[table.request[order[k]]], resource);
    total += asks[unit];
  }
  if (total === 0)
    throw new InputError(`inflate: no pod asks for ${resource}, so its load cannot be changed; name another resource`);
  if (total > target) return remaining(table, order, starts, asks, total, target, random);
  const row = blankRow();
  for (let clone = 1; ; clone++) {
    const unit = random.below(unitCount);
    if (total + asks[unit] > target) break;
    const arrivesUs = table.arrivesUs[order[starts[random.below(unitCount)]]];
    total += asks[unit];
    for (let k = starts[unit]; k < starts[unit + 1]; k++) {
      table.fill(row, order[k]);
      row.arrivesUs = arrivesUs;
      if (row.name !== undefined) row.name = `${row.name}-clone-${clone}`;
      if (row.gang !== undefined) row.gang = `${row.gang}-clone-${clone}`;
      table.add(row);
    }
    if (table.length > MAX_PODS)
      throw new InputError(`inflate: reaching the load takes more than ${MAX_PODS} pods; ask for a smaller load`);
  }
  return table.source();
}

/** The source of what is left when random units have been removed. */
function remaining(
  table: PodTable,
  order: Int32Array,
  starts: Int32Array,
  asks: Float64Array,
  total: number,
  target: number,
  random: RandomStream,
): PodSource {
  const units = Array.from(asks.keys());
  let left = units.length;
  let sum = total;
  while (sum > target) {
    const drawn = random.below(left--);
    sum -= asks[units[drawn]];
    units[drawn] = units[left];
  }
  const kept: number[] = [];
  for (const unit of units.slice(0, left).sort((a, b) => a - b))
    for (let k = starts[unit]; k < starts[unit + 1]; k++) kept.push(order[k]);
  return table.source(Int32Array.from(kept));
}

function asked(request: PodRequest, resource: LoadedResource): number {
  if (resource === 'cpu') return request.cpuMilli;
  if (resource === 'mem') return request.memBytes;
  return (request.gpuCount ?? 0) * (request.gpuMilli ?? 1000);
}
