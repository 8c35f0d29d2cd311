import type { Task } from '../store/objects.ts';
import type { UpdateConfig } from '../swarm-spec.ts';

/**
 * New tasks of an update that end before they run, or within the monitoring time after; each counts once. (SwarmKit
 * manager/orchestrator/update/updater.go, failureTriggersAction.)
 */
export class UpdateFailures {
  private readonly slots: number;
  private readonly config: UpdateConfig;
  /** When each new task has begun to run; NaN: not yet. */
  private readonly runsSinceUs = new Map<Task, number>();
  private readonly seen = new Set<Task>();
  private readonly unseen: Task[] = [];
  private count = 0;

  constructor(slots: number, config: UpdateConfig) {
    this.slots = slots;
    this.config = config;
  }

  expect(task: Task): void {
    this.runsSinceUs.set(task, NaN);
  }

  runs(task: Task, nowUs: number): void {
    this.runsSinceUs.set(task, nowUs);
  }

  isOurs(task: Task): boolean {
    return this.runsSinceUs.has(task);
  }

  note(task: Task): void {
    if (!this.seen.has(task)) this.unseen.push(task);
  }

  /** Counts what was noted, as of now; the task with which there are more than the ratio allows. */
  firstTooMany(nowUs: number, monitorUs: number): Task | undefined {
    for (let task = this.unseen.shift(); task !== undefined; task = this.unseen.shift()) {
      if (this.seen.has(task)) continue;
      const sinceUs = this.runsSinceUs.get(task) ?? NaN;
      if (!Number.isNaN(sinceUs) && nowUs - sinceUs > monitorUs) continue;
      this.seen.add(task);
      this.count++;
      // Upstream compares single precision: 2 of 10 is not more than 0.2.
      if (Math.fround(this.count / this.slots) > Math.fround(this.config.maxFailureRatio)) return task;
    }
    return undefined;
  }
}
