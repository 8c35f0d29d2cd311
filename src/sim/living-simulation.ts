import { InputError } from './input-error.ts';
import type { JournalSink } from './journal.ts';
import type { LivingSpec } from './living-spec.ts';
import type { LivingSnapshot } from './monitoring/living-snapshot.ts';
import type { RunResult } from './result.ts';

export interface LivingOptions {
  readonly seed: number | string;
  readonly journal?: JournalSink;
  readonly onProgress?: (progress: { events: number; nowUs: number; endUs: number }) => void;
  /** Called at every scrape. */
  readonly onSnapshot?: (snapshot: () => LivingSnapshot) => void;
}

/** Runs a living cluster from its start to its end. */
export function simulateLiving(_spec: LivingSpec, _options: LivingOptions): RunResult {
  throw new InputError('living clusters cannot be run yet');
}
