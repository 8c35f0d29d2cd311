import type { Cluster } from './cluster.ts';
import { InputError } from './input-error.ts';
import type { Pods } from './pods.ts';
import type { ShapeTable } from './shapes.ts';

/** Gangs that have not all arrived yet, by name. */
export class Gangs {
  private readonly incomplete = new Map<string, { size: number; slots: number[] }>();

  /** Adds a member; returns all slots once the last one has come. */
  join(name: string, size: number, slot: number, podName: string): readonly number[] | undefined {
    if (!Number.isInteger(size) || size < 1)
      throw new InputError(`pod "${podName}": gang size ${size} is not a whole number of at least 1`);
    let gang = this.incomplete.get(name);
    if (gang === undefined) this.incomplete.set(name, (gang = { size, slots: [] }));
    if (gang.size !== size)
      throw new InputError(
        `pod "${podName}": gang "${name}" has ${gang.size} members by its first pod and ${size} by this one; give all the same size`,
      );
    gang.slots.push(slot);
    if (gang.slots.length < size) return undefined;
    this.incomplete.delete(name);
    return gang.slots;
  }
}

/**
 * Whether so many pods of one shape could be placed at once, by what is free: false is certain, true may still fail
 * (GPUs, extended resources, policies' own filters). Asked before the members are tried one by one.
 */
export function mayHold(count: number, shape: number, cluster: Cluster, shapes: ShapeTable): boolean {
  const cpuMilli = shapes.cpuMilli[shape];
  const memBytes = shapes.memBytes[shape];
  let left = count;
  for (let node = 0; node < cluster.count; node++) {
    if (!cluster.fits(node, shape, shapes)) continue;
    let room = cluster.podRoom[node];
    if (cpuMilli > 0) room = Math.min(room, Math.floor(cluster.cpuFreeMilli[node] / cpuMilli));
    if (memBytes > 0) room = Math.min(room, Math.floor(cluster.memFreeBytes[node] / memBytes));
    left -= room;
    if (left <= 0) return true;
  }
  return left <= 0;
}

/**
 * The members of a gang whose requests differ, in the order in which to place them: who may run on few nodes first,
 * then the largest share of the cluster. Small ones first could take the only place of a large one, for ever.
 */
export function hardestFirst(slots: readonly number[], pods: Pods, shapes: ShapeTable): readonly number[] {
  const members = slots.map((slot) => {
    const shape = pods.shape[slot];
    const choices = shapes.allowed[shape]?.reduce((count, one) => count + one, 0) ?? Infinity;
    return { slot, choices, share: shapes.dominantShare(shape) };
  });
  members.sort((one, other) =>
    one.choices === other.choices ? other.share - one.share : one.choices < other.choices ? -1 : 1,
  );
  return members.map(({ slot }) => slot);
}
