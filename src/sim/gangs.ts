import { InputError } from './input-error.ts';

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
