import type { Engine } from '../engine/engine.ts';
import { cleanRun, type CleanOptions, type CleanReport } from './clean-run.ts';
import { engineAnswers } from './engine-answers.ts';

export interface PatientCleanOptions extends CleanOptions {
  /** How long an engine that does not answer is waited for, in real milliseconds; default one minute. */
  readonly limitMs?: number;
  readonly signal?: AbortSignal;
  readonly say?: (sentence: string) => void;
  readonly nowMs?: () => number;
}

/**
 * Cleans a run; engines that do not answer are waited for, up to a limit, while the others are cleaned. What is left after
 * that is in the report, whose text says how to finish.
 */
export async function cleanWhenBack(
  engines: readonly Engine[],
  runId: string,
  options: PatientCleanOptions = {},
): Promise<CleanReport> {
  const { limitMs = 60_000, signal, say } = options;
  const reports = await Promise.all(
    engines.map(async (engine) => {
      let said = false;
      await engineAnswers(engine, {
        limitMs,
        ...(signal !== undefined && { signal }),
        ...(options.wait !== undefined && { wait: options.wait }),
        ...(options.nowMs !== undefined && { nowMs: options.nowMs }),
        onWaiting: (fault) => {
          if (!said)
            say?.(
              `${engine.name} does not answer, waiting up to ${Math.round(limitMs / 1000)} s for it to clean it (${fault.message})`,
            );
          said = true;
        },
      });
      // Also when it has not come back: the report then says why it could not be cleaned.
      return cleanRun([engine], runId, options);
    }),
  );
  const cleaned = reports.flatMap((report) => report.engines);
  const left = reports.reduce((sum, report) => sum + report.left, 0);
  return { runId, engines: cleaned, left, isClean: reports.every(({ isClean }) => isClean) };
}
