import type { RealityCheck } from '../reporting/reality/reality-check.ts';
import { InputError } from '../sim/input-error.ts';
import { calibrate } from './calibration/calibrate.ts';
import type { Calibration } from './calibration/calibration.ts';
import { compareWithReality } from './reality/compare-with-reality.ts';
import type { ReplayRecord } from './replay/replay-record.ts';
import type { ReplayScript } from './script/replay-script.ts';
import type { Act } from './workload/workload-orders-of.ts';

/** What a replay comes to. */
export interface ReplayOutcome {
  readonly record: ReplayRecord;
  readonly check: RealityCheck;
  /** Absent: nothing was measured that teaches anything. */
  readonly calibration?: Calibration;
}

/** Holds a record against its script, and learns from it what can be learnt. */
export function outcomeOf(
  script: ReplayScript,
  record: ReplayRecord,
  how: { readonly act: Act; readonly calibratedWith?: string | undefined },
): ReplayOutcome {
  const check = compareWithReality(script, record, how);
  try {
    return { record, check, calibration: calibrate([{ script, record }]) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { record, check };
  }
}
