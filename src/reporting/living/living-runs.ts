import type { Cell, Comparison } from '../../experiment/comparison.ts';
import type { LivingResult } from '../../sim/monitoring/living-result.ts';
import { runsOfCell } from '../chart-data.ts';

/** What the finished runs of a cell say of their living clusters, by policy, the first seed first; empty when none does. */
export function livingRuns(comparison: Comparison, cell: Cell): Map<string, LivingResult[]> {
  const found = new Map<string, LivingResult[]>();
  for (const [policy, results] of runsOfCell(comparison, cell)) {
    const living = results.flatMap((one) => (one.living ? [one.living] : []));
    if (living.length > 0) found.set(policy, living);
  }
  return found;
}
