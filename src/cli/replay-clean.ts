import { connectEngines } from '../live/connect-engines.ts';
import { cleanReportText } from '../live/safety/clean-report-text.ts';
import type { CleanReport } from '../live/safety/clean-run.ts';
import { cleanWhenBack } from '../live/safety/clean-when-back.ts';
import { REPLAYS_FOLDER } from '../live/safety/replay-folder.ts';
import { noteCleaned } from '../live/safety/replay-state.ts';
import { enginesOfReplay, replaysIn } from '../live/safety/saved-replay.ts';
import { runOnEnginesText, runsOn } from '../live/safety/runs-on.ts';
import { isRunId } from '../live/script/run-id.ts';
import { InputError } from '../sim/input-error.ts';
import { note, oneLine, print, printJson } from './console-output.ts';
import { EXIT } from './exit-codes.ts';
import { ExitWith } from './finish.ts';
import { isNamed, meantBy } from './engine-flags.ts';
import type { ReplayFlags } from './replay.ts';

/** `baton replay --clean RUN`: removes what a replay has left, on the engines it was on or on those that are named. */
export async function cleanReplay(name: string | undefined, flags: ReplayFlags): Promise<void> {
  const root = flags.out ?? REPLAYS_FOLDER;
  if (flags.resume)
    throw new InputError('--clean removes what a replay has left and --resume goes on with it; give one');
  if (name !== undefined && !isRunId(name))
    throw new InputError(`"${name}" is no id of a run; write it as baton replay printed it, like 3f2a9c…, or all`);
  const all = name === 'all';
  // A script that can no longer be read is no reason not to clean.
  const kept = name !== undefined && replaysIn(root).includes(name) ? enginesOfReplay(root, name) : [];
  if (kept.length === 0 && !isNamed(flags))
    throw new InputError(
      all || name === undefined
        ? '--clean needs to know which engine is meant: add --docker (and say which run, or all)'
        : `of run "${name}" no engine is kept in ${root}; say on which it was: baton replay --clean ${name} --docker`,
    );
  const isOne = name !== undefined && !all;
  // Of engines that are to be cleaned of one run, those that are away are waited for, and the others are cleaned at once.
  const connected = await connectEngines(isNamed(flags) ? meantBy(flags) : { ...meantBy(flags), kept }, {
    mayBeAway: isOne,
  });
  try {
    const runs = isOne ? [] : await runsOn(connected.engines);
    if (name === undefined) {
      print(
        runs.length === 0 ? 'nothing is left of any run' : runs.map((run) => oneLine(runOnEnginesText(run))).join('\n'),
      );
      return;
    }
    const reports: CleanReport[] = [];
    for (const runId of isOne ? [name] : runs.map((run) => run.runId)) {
      const report = await cleanWhenBack(connected.engines, runId, { limitMs: flags.wait * 1000, say: note });
      // Engines named by hand may be fewer than those that the replay was on.
      if (report.isClean && (!isNamed(flags) || connected.engines.length >= kept.length)) noteCleaned(root, runId);
      reports.push(report);
    }
    if (flags.json) printJson(reports);
    else print(reports.length === 0 ? 'nothing is left of any run' : reports.map(cleanReportText).join('\n'));
    if (reports.some(({ isClean }) => !isClean)) throw new ExitWith(EXIT.difference);
  } finally {
    connected.close();
  }
}
