import type { WaitingPods } from '../../../sim/monitoring/living-result.ts';
import type { BookedTask } from './task-books.ts';

const MOST_GROUPS = 200;
const EXAMPLES = 3;
/** Of tasks about which nothing has been said. */
const NOT_TRIED = 'waits for a machine';

/** Tasks without a machine, those of one workload that wait for the same reason together; the oldest first. */
export function waitingTasks(tasks: Iterable<BookedTask>): WaitingPods[] {
  const groups = new Map<string, { readonly owner: string; readonly reason: string; readonly tasks: BookedTask[] }>();
  for (const task of tasks) {
    if (task.machine >= 0) continue;
    const owner = task.workload.name;
    const reason = task.reason === '' ? NOT_TRIED : task.reason;
    const group = groups.get(`${owner}\n${reason}`);
    if (group === undefined) groups.set(`${owner}\n${reason}`, { owner, reason, tasks: [task] });
    else group.tasks.push(task);
  }
  return [...groups.values()]
    .sort((a, b) => a.tasks[0].createdUs - b.tasks[0].createdUs)
    .slice(0, MOST_GROUPS)
    .map(({ owner, reason, tasks: waiting }) => ({
      owner,
      reason,
      count: waiting.length,
      examples: waiting.slice(0, EXAMPLES).map(({ name }) => name),
      sinceUs: Math.max(0, waiting[0].createdUs),
    }));
}
