import type { Pod } from '../../objects/pod.ts';
import type { PodGroup } from '../../objects/policy.ts';
import { type Cycle, inGroupOrder, type Trial } from '../loop/scheduling-cycle.ts';
import type { QueuedPod } from '../queue/queued-pod.ts';
import type { GangState } from './gang-states.ts';

const GANG_WAITS = 'waiting for minCount pods from a gang to be scheduled';
export const GANG_PREEMPTS = 'pod group is waiting for preemption to complete';

/** What a group's cycle needs of the scheduler. */
export interface GroupDeeds {
  try(entry: QueuedPod): Trial;
  assume(pod: Pod, nodeName: string): void;
  unassume(pod: Pod): void;
  /** Takes victims out of the scheduler's view; what it gives puts them back. */
  without(victims: readonly Pod[]): () => void;
}

/**
 * The group cycle of 1.36 (schedule_one_podgroup.go): all members that wait, by priority and time, each as if the ones
 * before it were placed, also where victims must go first. If too few find a node, nobody gets one.
 */
export function tryGroup(
  cycle: Cycle,
  entries: QueuedPod[],
  group: PodGroup,
  state: Pick<GangState, 'placed'>,
  deeds: GroupDeeds,
): void {
  const undo: (() => void)[] = [];
  let needsVictims = false;
  cycle.groupRefusal = GANG_WAITS;
  for (const one of inGroupOrder(entries)) {
    const trial = deeds.try(one);
    cycle.trials.push(trial);
    const nodeName = trial.nodeName ?? trial.plan?.nodeName;
    if (nodeName === undefined) continue;
    if (trial.plan !== undefined) {
      needsVictims = true;
      undo.push(deeds.without(trial.plan.victims));
    }
    deeds.assume(one.pod, nodeName);
    undo.push(() => deeds.unassume(one.pod));
    if (state.placed.size >= group.minCount) cycle.groupRefusal = needsVictims ? GANG_PREEMPTS : '';
  }
  if (cycle.groupRefusal === '') return;
  for (const step of undo.reverse()) step();
}
