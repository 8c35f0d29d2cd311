import type { StateEntry } from './state-sequence.ts';

export interface SequenceComparison {
  readonly isEqual: boolean;
  /** Changes of state compared, and containers they belong to. */
  readonly changes: number;
  readonly containers: number;
  /** Sentences, the first few. */
  readonly differences: readonly string[];
}

const MOST_TOLD = 10;

/**
 * Holds two sequences of container states against each other: container by container, with times and nodes, and then the
 * order of all changes together.
 */
export function compareSequences(
  captured: readonly StateEntry[],
  simulated: readonly StateEntry[],
): SequenceComparison {
  const differences: string[] = [];
  const [ours, theirs] = [byContainer(captured), byContainer(simulated)];
  for (const container of new Set([...ours.keys(), ...theirs.keys()])) {
    const [a, b] = [ours.get(container) ?? [], theirs.get(container) ?? []];
    for (let k = 0; k < Math.max(a.length, b.length); k++)
      if (!isSame(a[k], b[k])) {
        differences.push(`${container}: captured ${told(a[k])}, simulated ${told(b[k])}`);
        break;
      }
  }
  if (differences.length === 0) {
    const place = captured.findIndex((entry, k) => entry.container !== simulated[k].container);
    if (place >= 0)
      differences.push(
        `the order differs from change ${place + 1} on: captured ${captured[place].container}, simulated ${simulated[place].container}`,
      );
  }
  const rest = differences.length - MOST_TOLD;
  return {
    isEqual: differences.length === 0,
    changes: captured.length,
    containers: ours.size,
    differences: [...differences.slice(0, MOST_TOLD), ...(rest > 0 ? [`and ${rest} more containers`] : [])],
  };
}

function byContainer(entries: readonly StateEntry[]): Map<string, StateEntry[]> {
  const lists = new Map<string, StateEntry[]>();
  for (const entry of entries) {
    const list = lists.get(entry.container);
    if (list === undefined) lists.set(entry.container, [entry]);
    else list.push(entry);
  }
  return lists;
}

const isSame = (a: StateEntry | undefined, b: StateEntry | undefined): boolean =>
  a !== undefined && b !== undefined && a.state === b.state && a.atUs === b.atUs && a.node === b.node;

const told = (entry: StateEntry | undefined): string =>
  entry === undefined ? 'nothing more' : `${entry.state} at ${entry.atUs / 1e6} s on ${entry.node}`;
