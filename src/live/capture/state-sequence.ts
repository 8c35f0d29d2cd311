import type { CapturedHistory } from './captured-history.ts';

/** One container enters a state on a node. */
export interface StateEntry {
  readonly atUs: number;
  /** `CapturedContainer.key`. */
  readonly container: string;
  readonly node: string;
  readonly state: string;
}

/**
 * The sequence of container states: every change of state of every container, with its time, in order of time; at one
 * instant in order of the containers' keys (by code units), and of one container in the order in which they happened.
 */
export function sequenceOfHistory(history: CapturedHistory): StateEntry[] {
  return inOrder(
    history.containers.flatMap(({ key, node, states }) =>
      states.map(({ atUs, state }) => ({ atUs, container: key, node: history.nodes[node].name, state })),
    ),
  );
}

/**
 * What a trace of processes can say of the same: `running` from each start, `ended` from each end. Pauses are part of a
 * process; containers that never ran are not in it.
 */
export function runsOfHistory(history: CapturedHistory): StateEntry[] {
  return inOrder(
    history.containers.flatMap(({ key, node, runs }) =>
      runs.flatMap(({ fromUs, untilUs }) => {
        const entry = { container: key, node: history.nodes[node].name };
        return [
          { ...entry, atUs: fromUs, state: 'running' },
          ...(untilUs === undefined ? [] : [{ ...entry, atUs: untilUs, state: 'ended' }]),
        ];
      }),
    ),
  );
}

/** Sorts entries that stand in their own order for each container. */
export function inOrder(entries: readonly StateEntry[]): StateEntry[] {
  return [...entries].sort(
    (a, b) => a.atUs - b.atUs || (a.container < b.container ? -1 : a.container > b.container ? 1 : 0),
  );
}
