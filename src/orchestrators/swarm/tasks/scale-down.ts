import type { Task } from '../store/objects.ts';
import { TaskState } from '../store/task-state.ts';

/** Tasks of one slot that are meant to run, or the last one where none is. */
export type Slot = readonly Task[];

/**
 * Slots in the order in which they are kept when there are too many: what runs before what does not and low numbers
 * before high ones, then the first of each node before the second of each, and so on. Slots with several tasks or
 * without a node come last. (SwarmKit manager/orchestrator/replicated/services.go and slot.go.)
 */
export function inKeepingOrder(slots: readonly Slot[]): Slot[] {
  const isRunning = (slot: Slot) => slot.some(({ state }) => state === TaskState.running);
  const byState = [...slots].sort((a, b) => Number(isRunning(b)) - Number(isRunning(a)) || a[0].slot - b[0].slot);
  const onNode = new Map<number, number>();
  const ordinalOf = (slot: Slot): number => {
    const [{ node }] = slot;
    if (slot.length !== 1 || node < 0) return Infinity;
    const ordinal = (onNode.get(node) ?? 0) + 1;
    onNode.set(node, ordinal);
    return ordinal;
  };
  return byState
    .map((slot) => ({ slot, ordinal: ordinalOf(slot) }))
    .sort((a, b) => (a.ordinal === b.ordinal ? 0 : a.ordinal - b.ordinal))
    .map(({ slot }) => slot);
}
