import type { NodePool } from '../../objects/autoscaling.ts';
import { resolveIntOrPercent } from '../../objects/int-or-percent.ts';
import { parseCron, type CronSchedule } from '../../controllers/cronjob/cron-schedule.ts';

/** Why nodes are disrupted, as budgets name it. */
export type DisruptionReason = 'Empty' | 'Drifted' | 'Underutilized';

type Budget = NodePool['spec']['disruption']['budgets'][number];

/**
 * How many nodes of a pool may be disrupted for this reason: the least of all budgets that hold now, percentages of the
 * pool's nodes rounded up, less those that are being disrupted or are not ready.
 *
 * Source: karpenter, pkg/apis/v1/nodepool.go (GetAllowedDisruptionsByReason), pkg/controllers/disruption/helpers.go.
 */
export function disruptionsAllowed(
  budgets: readonly Budget[],
  reason: DisruptionReason,
  nodeCount: number,
  disrupting: number,
  nowMs: number,
): number {
  let least = Infinity;
  for (const budget of budgets) {
    if (budget.reasons.length > 0 && !budget.reasons.includes(reason)) continue;
    if (!isActive(budget, nowMs)) continue;
    const nodes = budget.nodes.endsWith('%') ? budget.nodes : Number(budget.nodes);
    least = Math.min(least, resolveIntOrPercent(nodes, nodeCount, 'up'));
  }
  return Math.max(0, Math.min(least, nodeCount) - disrupting);
}

/** Whether a budget holds at that moment: always, or for its duration from each time of its schedule on (UTC). */
export function isActive(budget: Budget, nowMs: number): boolean {
  const { schedule, durationUs } = budget;
  if (schedule === undefined || durationUs === undefined) return true;
  const next = scheduleOf(budget, schedule).next(nowMs - durationUs / 1000);
  return next !== undefined && next <= nowMs;
}

const schedules = new WeakMap<Budget, CronSchedule>();

function scheduleOf(budget: Budget, text: string): CronSchedule {
  let schedule = schedules.get(budget);
  if (schedule === undefined) schedules.set(budget, (schedule = parseCron(text)));
  return schedule;
}
