import type { Cell, Comparison } from '../experiment/comparison.ts';
import { type Metric, metricByName } from '../sim/metric-catalogue.ts';

/** What policies are judged by first, in this order, where nothing else is asked for. */
const PREFERENCE = [
  'sloViolatedMinutes',
  'costUsd',
  'meanBoundedSlowdown',
  'placedShare',
  'nodeHours',
  'fragmentation',
  'makespanS',
  'meanFlowS',
  'nodesUsedMean',
  'gpuPeakShare',
  'cpuPeakShare',
] as const;

/** Of Kubernetes clusters: after promises and money, whether pods are there at all, and how soon. */
const OF_KUBERNETES = [
  'sloViolatedMinutes',
  'costUsd',
  'pendingAtEnd',
  'replicaDeficitS',
  'meanWaitS',
  'meanReadyS',
  'evictions',
] as const;

/** Only Kubernetes clusters report when their pods were ready. */
function isKubernetes(cell: Cell): boolean {
  return cell.metrics['meanReadyS'] !== undefined;
}

/** A difference below 1 % between workloads is not what they are set side by side for. */
const WORTH_SETTING_BESIDE = 0.01;

/**
 * The metric by which one policy is told on several workloads or clusters: the first of the preferences that differs
 * between them; undefined when none does.
 */
export function metricAcross(cells: readonly Cell[]): Metric | undefined {
  const preference = cells.every(isKubernetes) ? OF_KUBERNETES : PREFERENCE;
  const found = preference.find((name) => {
    const means = cells.flatMap((cell) => cell.metrics[name]?.policies[0]?.mean ?? []);
    const [least, most] = [Math.min(...means), Math.max(...means)];
    const size = Math.max(Math.abs(least), Math.abs(most));
    return means.length === cells.length && most - least > WORTH_SETTING_BESIDE * size;
  });
  return found === undefined ? undefined : metricByName.get(found);
}

/** Of orchestrators side by side: minutes are too coarse where an incident lasts one; then whether replicas answered at all. */
const OF_ORCHESTRATORS = ['errorBudgetUsed', 'lostReplicaS'] as const;

/** The metric by which several orchestrators are judged; undefined where fewer take part, or none of them reports it. */
export function metricOfOrchestrators({ policies, cells }: Comparison): string | undefined {
  if (policies.filter(({ orchestrator }) => orchestrator !== undefined).length < 2) return undefined;
  return OF_ORCHESTRATORS.find((name) => cells.some((cell) => cell.metrics[name]?.best !== undefined));
}

/**
 * The metric that answers "which is better" in this cell: the wished one if runs report it; else the first of the
 * preferences on which policies differ at all (promises and money come first where there are any; slowdown only when
 * pods wait); else the first that is there.
 */
export function primaryMetric(cell: Cell, wished?: string): Metric | undefined {
  if (wished !== undefined && cell.metrics[wished]?.best !== undefined) return metricByName.get(wished);
  const preference: readonly string[] = isKubernetes(cell) ? [...OF_KUBERNETES, ...PREFERENCE] : PREFERENCE;
  const present = preference.filter((name) => cell.metrics[name]?.best !== undefined);
  const waits = cell.metrics['maxWaitS']?.policies.some((one) => one.mean > 0) ?? false;
  // Where pods are turned away and not kept waiting, a full GPU cluster is judged by its GPUs: that many small pods were
  // placed instead of a few large ones is no merit.
  const refuses = cell.metrics['refusedShare']?.policies.some((one) => one.mean > 0) ?? false;
  const gpuFirst = !waits && refuses && present.includes('gpuPeakShare');
  const ordered = gpuFirst ? ['gpuPeakShare', ...present] : present;
  const useful = ordered.filter((name) => name !== 'meanBoundedSlowdown' || waits);
  const differing = useful.find((name) =>
    cell.metrics[name].policies.some((one) => one.verdict !== 'best' && one.verdict !== 'identical'),
  );
  const chosen = differing ?? useful[0] ?? present[0];
  return chosen === undefined ? undefined : metricByName.get(chosen);
}
