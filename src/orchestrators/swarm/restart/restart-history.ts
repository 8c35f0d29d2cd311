import type { ServiceVersion, Task } from '../store/objects.ts';
import { isGlobal, isJob } from '../store/objects.ts';
import { TaskState } from '../store/task-state.ts';

/** Restarts of one slot, of one version. */
interface SlotHistory {
  version: ServiceVersion;
  restarts: number;
  /** When replacements were made; kept only where the policy has a window. */
  readonly replacedUs: number[];
}

/**
 * How often slots have been restarted, and whether they may be again. It begins anew with each version of a service.
 * (SwarmKit manager/orchestrator/restart/restart.go, shouldRestart and RecordRestartHistory.)
 */
export class RestartHistory {
  private readonly bySlot = new Map<string, SlotHistory>();

  /** A task has been made to replace another one of its slot. */
  record(replacement: Task): void {
    const { maxAttempts, windowUs } = replacement.of.spec.restart;
    if (maxAttempts === 0) return;
    const key = slotKey(replacement);
    let history = this.bySlot.get(key);
    if (history === undefined || history.version !== replacement.of)
      this.bySlot.set(key, (history = { version: replacement.of, restarts: 0, replacedUs: [] }));
    history.restarts++;
    if (windowUs > 0) history.replacedUs.push(replacement.createdUs);
  }

  /** Whether the task, which has ended or must leave its node, is to be replaced. */
  mayRestart(task: Task): boolean {
    const { condition, maxAttempts, windowUs } = task.of.spec.restart;
    const isDone = task.state === TaskState.complete;
    if (condition === 'none') return false;
    if (isDone && (condition === 'on-failure' || isJob(task.service))) return false;
    if (maxAttempts === 0) return true;
    const history = this.bySlot.get(slotKey(task));
    if (history === undefined || history.version !== task.of) return true;
    if (windowUs === 0) return history.restarts < maxAttempts;
    const counted = history.replacedUs.filter((atUs) => atUs > task.appliedUs - windowUs && atUs < task.appliedUs);
    return counted.length < maxAttempts;
  }

  forget(serviceId: number): void {
    for (const key of this.bySlot.keys()) if (key.startsWith(`${serviceId} `)) this.bySlot.delete(key);
  }
}

const slotKey = (task: Task): string =>
  `${task.service.id} ${isGlobal(task.service) ? `node ${task.node}` : `slot ${task.slot}`}`;
