import type { CronJob } from '../../objects/workloads.ts';
import type { CronSchedule } from './cron-schedule.ts';

/** More missed times than this are worth a warning. */
const MANY = 100;

/** What a CronJob has missed until now. Times in milliseconds since 1970. */
export interface MissedSchedules {
  /** The last time it was due; undefined: it was not due yet. */
  readonly lastDueMs: number | undefined;
  readonly tooMany: boolean;
  /** From when it was looked. */
  readonly sinceMs: number;
}

/** The last time it was due and not looked at (`mostRecentScheduleTime` in `pkg/controller/cronjob/utils.go`). */
export function missedSchedules(
  cron: CronJob,
  schedule: CronSchedule,
  epochMs: number,
  nowMs: number,
  withDeadline: boolean,
): MissedSchedules {
  const since = cron.status.lastScheduleUs ?? cron.metadata.creationUs;
  let sinceMs = epochMs + since / 1000;
  const { startingDeadlineSeconds } = cron.spec;
  if (withDeadline && startingDeadlineSeconds !== undefined)
    sinceMs = Math.max(sinceMs, nowMs - startingDeadlineSeconds * 1000);
  const first = schedule.next(sinceMs);
  if (first === undefined || nowMs < first) return { lastDueMs: undefined, tooMany: false, sinceMs };
  const second = schedule.next(first);
  if (second === undefined || nowMs < second) return { lastDueMs: first, tooMany: false, sinceMs };
  const periodMs = second - first;
  const missed = Math.floor((nowMs - first) / periodMs) + 1;
  // Schedules need not be regular: from two periods before the present, and further back until one is found.
  let lastDueMs = first;
  for (let back = 2; lastDueMs === first && back < 2 * missed; back *= 2) {
    const fromMs = Math.max(first, first + (missed - back) * periodMs);
    for (let next = schedule.next(fromMs - 1); next !== undefined && next <= nowMs; next = schedule.next(next))
      lastDueMs = next;
  }
  return { lastDueMs, tooMany: missed > MANY, sinceMs };
}

/** When to look at it again: at the next time and 100 ms (`nextScheduleTimeDuration`); undefined: never. */
export function nextLookMs(cron: CronJob, schedule: CronSchedule, epochMs: number, nowMs: number): number | undefined {
  const { lastDueMs, sinceMs } = missedSchedules(cron, schedule, epochMs, nowMs, false);
  const next = schedule.next(lastDueMs ?? sinceMs);
  return next === undefined ? undefined : Math.max(next, nowMs) + 100;
}
