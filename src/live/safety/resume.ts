import { clock } from '../../reporting/reality/reality-numbers.ts';
import { InputError } from '../../sim/input-error.ts';
import { readReplayState, type SavedReplay } from './saved-replay.ts';

/** Where a replay that was broken off goes on. */
export interface ResumePoint {
  readonly saved: SavedReplay;
  /** Simulated time reached; the conductor brings what is there to the state of then. */
  readonly fromUs: number;
  /** For people. */
  readonly sentence: string;
}

/**
 * Where `--resume RUN` goes on. The containers that the earlier replay left are found by their labels, its lock is taken
 * over if its process has ended (`lockEngines`), and `conduct` with `resumeFromUs` makes of what is there what the script
 * says. Throws InputError when there is nothing to go on with.
 */
export function resumePoint(root: string, runId: string): ResumePoint {
  const saved = readReplayState(root, runId);
  if (saved.outcome === 'finished')
    throw new InputError(
      `the replay of run "${runId}" has come to its end, its record is ${saved.folder}/record.json; replay it anew without --resume`,
    );
  const fromUs = saved.reachedUs;
  const { script } = saved;
  const done = saved.lines.filter(({ kind }) => kind === 'step').length;
  return {
    saved,
    fromUs,
    sentence: `going on with ${script.title} at ${clock(fromUs / 1e6)} of ${clock(script.durationUs / 1e6)} of simulated time, after ${done} of ${script.steps.length} steps`,
  };
}
