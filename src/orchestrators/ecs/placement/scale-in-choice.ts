import type { RandomStream } from '../../../sim/random.ts';
import type { PlacementStrategy } from '../files/ecs-files.ts';
import { ZONE_FIELD } from './candidate.ts';

/** A running task that may be stopped, and where it is. */
export interface Stoppable {
  readonly task: number;
  readonly zone: string;
  readonly instance: number;
  readonly cpuFreeUnits: number;
  readonly memFreeMib: number;
  fieldValue(field: string): string;
}

/**
 * Which task of a service goes when it shrinks (Developer Guide, task-placement and ecs_services): with spread, one of the
 * value that has most; with binpack, the one whose instance is left with most of the resource free; with nothing written,
 * zone with most, then instance with most. Ties are drawn.
 */
export function taskToStop(
  tasks: readonly Stoppable[],
  strategies: readonly PlacementStrategy[] | undefined,
  random: RandomStream,
): Stoppable | undefined {
  let left = tasks;
  const rules = strategies ?? [
    { type: 'spread' as const, field: ZONE_FIELD },
    { type: 'spread' as const, field: 'instanceId' },
  ];
  for (const rule of rules) {
    if (left.length < 2) break;
    if (rule.type === 'spread') left = ofFullest(left, rule.field);
    else if (rule.type === 'binpack') left = ofEmptiest(left, rule.field);
  }
  return left.length < 2 ? left[0] : left[random.below(left.length)];
}

function ofFullest(tasks: readonly Stoppable[], field: string): Stoppable[] {
  const valueOf = (one: Stoppable): string => (field === 'instanceId' ? String(one.instance) : one.fieldValue(field));
  const counts = new Map<string, number>();
  for (const one of tasks) counts.set(valueOf(one), (counts.get(valueOf(one)) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return tasks.filter((one) => counts.get(valueOf(one)) === most);
}

function ofEmptiest(tasks: readonly Stoppable[], field: 'cpu' | 'memory'): Stoppable[] {
  const freeOf = (one: Stoppable): number => (field === 'cpu' ? one.cpuFreeUnits : one.memFreeMib);
  const most = Math.max(...tasks.map(freeOf));
  return tasks.filter((one) => freeOf(one) === most);
}
