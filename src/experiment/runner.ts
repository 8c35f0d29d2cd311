import type { RunRecord } from './comparison.ts';
import type { RunPlan } from './run-plan.ts';

/** What a runner tells while it works. */
export type RunnerEvent =
  /** A run has a result. Runs finish in any order. */
  | { readonly kind: 'finished'; readonly plan: RunPlan; readonly record: RunRecord }
  /** A run will have no result; the sentence says why. `fault` says whose: the user's input, or Baton. */
  | { readonly kind: 'failed'; readonly plan: RunPlan; readonly sentence: string; readonly fault: 'input' | 'baton' }
  /** Now and then: simulated events so far in all runs, and how many runs go on at the moment. */
  | { readonly kind: 'progress'; readonly events: number; readonly running: number };

/**
 * Carries out runs: worker threads of this machine now, a queue of workers on many machines later. Records come back
 * in the order of the plans, whoever finished first; a run that was stopped has the status `missing`.
 */
export interface Runner {
  run(plans: readonly RunPlan[], onEvent: (event: RunnerEvent) => void): Promise<RunRecord[]>;
}
