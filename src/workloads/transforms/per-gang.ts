import type { PodRow } from '../../sim/pod-source.ts';

/** Makes one decision for all members of a gang, so that a transform never tears a gang apart. */
export class PerGang<T> {
  private readonly open = new Map<string, { readonly value: T; left: number }>();

  /** The decision for this pod: a new one, or that of the members of its gang that came before. */
  decide(row: PodRow, draw: () => T): T {
    if (row.gang === undefined) return draw();
    let known = this.open.get(row.gang);
    if (known === undefined) this.open.set(row.gang, (known = { value: draw(), left: row.gangSize }));
    // Complete gangs are forgotten, so memory follows those that are on their way.
    if (--known.left <= 0) this.open.delete(row.gang);
    return known.value;
  }
}
