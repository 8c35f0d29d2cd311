import { inOrder, type StateEntry } from './state-sequence.ts';
import { stayOfName } from './stay-name.ts';

/** A line of a run's journal, as `baton run --journal` writes it. */
export interface JournalLine {
  readonly timeUs: number;
  readonly kind: string;
  readonly pod: number;
  readonly name?: string;
  readonly node?: string;
}

/**
 * The sequence of container states that a simulated run went through, by its journal: of the workload `captured-states.csv`
 * each pod is one stay of a container in one state, of `captured-pods.csv` one process. A container enters a state when the
 * pod is placed. When a pod has ended and no other of its container follows at that instant, the container has no state:
 * it is `removed` (of processes: `ended`) if nothing ever follows, and `waiting` until the next one is placed. Pods of
 * other traces are left out; one that found no room at all is `refused`.
 */
export function statesOfRun(journal: Iterable<JournalLine>): StateEntry[] {
  const stays = new Map<number, { readonly container: string; readonly state: string }>();
  const byContainer = new Map<string, StateEntry[]>();
  const enter = (entry: StateEntry): void => {
    const list = byContainer.get(entry.container);
    if (list === undefined) byContainer.set(entry.container, [entry]);
    else list.push(entry);
  };
  for (const { timeUs: atUs, kind, pod, name, node = '' } of journal) {
    if (kind === 'arrive') {
      const stay = name === undefined ? undefined : stayOfName(name);
      if (stay !== undefined) stays.set(pod, stay);
      continue;
    }
    const stay = stays.get(pod);
    if (stay === undefined) continue;
    const { container, state } = stay;
    if (kind === 'place') enter({ atUs, container, node, state });
    else if (kind === 'refuse') enter({ atUs, container, node, state: 'refused' });
    else if (kind === 'finish' || kind === 'evict' || kind === 'kill')
      enter({ atUs, container, node, state: state === 'running process' ? 'ended' : AWAY });
  }
  return inOrder([...byContainer.values()].flatMap(settled));
}

const AWAY = '(away)';

/** Without what lasted no time between two stays, and what is but another stay in the same state. */
function settled(entries: readonly StateEntry[]): StateEntry[] {
  const told: StateEntry[] = [];
  entries.forEach((entry, k) => {
    const next = entries[k + 1];
    if (entry.state === AWAY) {
      if (next === undefined) told.push({ ...entry, state: 'removed' });
      else if (next.atUs !== entry.atUs) told.push({ ...entry, state: 'waiting' });
      return;
    }
    const state = entry.state === 'running process' ? 'running' : entry.state;
    const last = told.at(-1);
    if (last?.state !== state || last.node !== entry.node) told.push({ ...entry, state });
  });
  return told;
}
