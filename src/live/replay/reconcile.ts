import type { ContainerSummary } from '../engine/engine.ts';
import { POD_LABEL } from '../labels.ts';
import type { ReplayScript } from '../script/replay-script.ts';
import type { ExpectedContainer } from './expected-state.ts';

/** What brings one container from what it is to what the script says. */
export type Mending =
  /** It is not there: it is made and started. */
  | { readonly do: 'create'; readonly pod: number }
  /** `unlessDone`: it ends by itself, so it is left alone if it ended with the exit code that it should. */
  | { readonly do: 'start'; readonly pod: number; readonly id: string; readonly unlessDone: boolean }
  | { readonly do: 'pause' | 'unpause' | 'kill' | 'stop'; readonly pod: number; readonly id: string }
  /** It is as it should be but for limits and network, which a list does not show. */
  | { readonly do: 'adopt'; readonly pod: number; readonly id: string }
  /** The script does not know of it, or no longer. */
  | { readonly do: 'remove'; readonly id: string; readonly name: string; readonly pod?: number };

/**
 * What is to be done so that the containers found are those expected: after an engine was away, and when a replay is
 * resumed. Removals come first. A container that should have exited and is not there is not made for that.
 */
export function reconcile(
  script: ReplayScript,
  expected: readonly ExpectedContainer[],
  found: readonly ContainerSummary[],
): Mending[] {
  const placeOf = new Map(script.pods.map(({ name }, place) => [name, place]));
  const wanted = new Map(expected.map((pod) => [pod.pod, pod]));
  const seen = new Set<number>();
  const removals: Mending[] = [];
  const others: Mending[] = [];
  for (const { id, name, labels, state } of found) {
    const pod = placeOf.get(labels[POD_LABEL] ?? '');
    const want = pod === undefined ? undefined : wanted.get(pod);
    if (pod === undefined || want === undefined || seen.has(pod) || state === 'removing' || state === 'dead') {
      removals.push({ do: 'remove', id, name, ...(pod !== undefined && { pod }) });
      continue;
    }
    seen.add(pod);
    others.push(mend(want, id, state));
  }
  for (const { pod, state } of expected)
    if (!seen.has(pod) && (state === 'running' || state === 'paused')) others.push({ do: 'create', pod });
  return [...removals, ...others];
}

function mend(want: ExpectedContainer, id: string, state: ContainerSummary['state']): Mending {
  const { pod } = want;
  const isOver = state === 'exited' || state === 'created';
  switch (want.state) {
    case 'running':
      if (isOver) return { do: 'start', pod, id, unlessDone: want.endsByItself && state === 'exited' };
      return state === 'paused' ? { do: 'unpause', pod, id } : { do: 'adopt', pod, id };
    case 'paused':
      if (isOver) return { do: 'start', pod, id, unlessDone: false };
      return state === 'paused' ? { do: 'adopt', pod, id } : { do: 'pause', pod, id };
    case 'ending':
      return isOver ? { do: 'adopt', pod, id } : { do: 'stop', pod, id };
    default:
      return isOver ? { do: 'adopt', pod, id } : { do: 'kill', pod, id };
  }
}
