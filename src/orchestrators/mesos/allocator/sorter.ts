import type { Resources } from '../../data-plane/machine-spec.ts';

/** Whose turn it is. Clients are paths: `eng/dev` is below `eng`. */
export interface Sorter {
  add(client: string): void;
  remove(client: string): void;
  /** A client that is not active is not listed; it keeps what it has. */
  setActive(client: string, active: boolean): void;
  /** Weight of a path, 1 without a word. It may be said before the client is there. */
  setWeight(path: string, weight: number): void;
  setTotal(total: Resources): void;
  /** The client has been given this much; counts as one allocation more. */
  allocated(client: string, amount: Resources): void;
  unallocated(client: string, amount: Resources): void;
  /** Active clients, first whose turn it is. */
  sort(): readonly string[];
}
