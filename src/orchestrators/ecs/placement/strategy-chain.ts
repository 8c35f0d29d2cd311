import type { RandomStream } from '../../../sim/random.ts';
import type { PlacementStrategy } from '../files/ecs-files.ts';
import { ZONE_FIELD, type Candidate } from './candidate.ts';

/** A service of which nothing is said: zone with the fewest of its tasks, then instance with the fewest. */
export const SERVICE_DEFAULT: readonly PlacementStrategy[] = [
  { type: 'spread', field: ZONE_FIELD },
  { type: 'spread', field: 'instanceId' },
];

/** A task that is run once: any. */
export const RUN_TASK_DEFAULT: readonly PlacementStrategy[] = [{ type: 'random' }];

/**
 * Strategies as a chain: each leaves those of the candidates that it likes best. What is alike in the end is drawn from.
 * Developer Guide, task-placement-strategies. `groupCounts`: tasks of the group by value of a field, on all instances.
 */
export function chosenInstance(
  candidates: readonly Candidate[],
  strategies: readonly PlacementStrategy[],
  groupCounts: (field: string) => ReadonlyMap<string, number>,
  random: RandomStream,
): Candidate | undefined {
  let left = candidates;
  for (const strategy of strategies) {
    if (left.length < 2) break;
    if (strategy.type === 'spread') left = spread(left, strategy.field, groupCounts);
    else if (strategy.type === 'binpack')
      left = least(left, strategy.field === 'cpu' ? (one) => one.cpuFreeUnits : (one) => one.memFreeMib);
    else left = [left[random.below(left.length)]];
  }
  return left.length < 2 ? left[0] : left[random.below(left.length)];
}

function spread(
  candidates: readonly Candidate[],
  field: string,
  groupCounts: (field: string) => ReadonlyMap<string, number>,
): Candidate[] {
  if (field === 'instanceId') return least(candidates, ({ groupTasks }) => groupTasks);
  const counts = groupCounts(field);
  return least(candidates, (one) => counts.get(one.fieldValue(field)) ?? 0);
}

function least(candidates: readonly Candidate[], valueOf: (one: Candidate) => number): Candidate[] {
  let best = Infinity;
  let found: Candidate[] = [];
  for (const one of candidates) {
    const value = valueOf(one);
    if (value > best) continue;
    if (value < best) [best, found] = [value, []];
    found.push(one);
  }
  return found;
}
