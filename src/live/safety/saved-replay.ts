import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../sim/input-error.ts';
import type { ReplayRecord } from '../replay/replay-record.ts';
import { parseScript } from '../script/read-script.ts';
import type { ReplayScript } from '../script/replay-script.ts';
import { folderOf } from './replay-folder.ts';
import { stateLine, type ReplayBegin, type StateEngine, type StateLine } from './state-line.ts';

export interface SavedReplay {
  readonly folder: string;
  readonly script: ReplayScript;
  /** The last one: of a replay that was resumed, its last beginning. */
  readonly begin: ReplayBegin;
  readonly lines: readonly StateLine[];
  /** Simulated time up to which it is known to have come. */
  readonly reachedUs: number;
  /** Absent: it has not ended, or was killed. */
  readonly outcome?: ReplayRecord['outcome'];
  /** Whether it was cleaned after its last line. */
  readonly isCleaned: boolean;
}

/** What was kept of a replay, whatever byte it was killed at. Throws InputError when there is nothing to read. */
export function readReplayState(root: string, runId: string): SavedReplay {
  const folder = folderOf(root, runId);
  const scriptFile = join(folder, 'script.json');
  if (!existsSync(scriptFile)) {
    const known = replaysIn(root);
    throw new InputError(
      `no replay of run "${runId}" is kept in ${root}; ${known.length === 0 ? 'there are none; --out names another folder' : `there are: ${known.join(', ')}`}`,
    );
  }
  const script = parseScript(readFileSync(scriptFile, 'utf8'), scriptFile);
  const lines = linesOf(join(folder, 'state.ndjson'));
  const begin = lines.findLast((line) => line.kind === 'begin');
  if (begin === undefined)
    throw new InputError(
      `the replay kept in ${folder} ended before its first step; nothing can be resumed: replay the run anew`,
    );
  const end = lines.findLast(({ kind }) => kind === 'begin' || kind === 'end');
  return {
    folder,
    script,
    begin,
    lines,
    reachedUs: reachedUs(lines, script.durationUs),
    ...(end?.kind === 'end' && { outcome: end.outcome }),
    isCleaned: lines.at(-1)?.kind === 'cleaned',
  };
}

/** All engines that a replay was ever on, each once, whatever else of it can still be read; none: it was on none yet. */
export function enginesOfReplay(root: string, runId: string): StateEngine[] {
  const engines = new Map<string, StateEngine>();
  for (const line of linesOf(join(folderOf(root, runId), 'state.ndjson')))
    if (line.kind === 'begin') for (const engine of line.engines) engines.set(engine.address, engine);
  return [...engines.values()];
}

/** Whether a replay of this run was begun and neither ended nor was cleaned: it must be resumed or cleaned before another. */
export function isUnfinished(root: string, runId: string): boolean {
  const folder = folderOf(root, runId);
  const lines = linesOf(join(folder, 'state.ndjson'));
  const last = lines.findLast(({ kind }) => kind === 'begin' || kind === 'end' || kind === 'cleaned');
  return last?.kind === 'begin';
}

/** Ids of all runs of which something is kept, in order. */
export function replaysIn(root: string): string[] {
  // A file of that name is no folder of replays either.
  if (!existsSync(`${root}/.`)) return [];
  return readdirSync(root)
    .filter((name) => existsSync(join(root, name, 'script.json')))
    .sort();
}

/** Steps, times and troubles are written as they happen, so the latest of them has been reached; a step when it was due. */
function reachedUs(lines: readonly StateLine[], durationUs: number): number {
  let reached = 0;
  for (const line of lines)
    if (line.kind === 'begin') reached = Math.max(reached, line.fromUs);
    else if (line.kind === 'time' || line.kind === 'trouble') reached = Math.max(reached, line.at.simUs);
    else if (line.kind === 'step') reached = Math.max(reached, line.outcome.due.simUs);
  return Math.min(reached, durationUs);
}

/** Lines that can be read; one that was cut by the end of a process is passed over, and so is a file that is not there. */
function linesOf(path: string): StateLine[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => stateLine(line) ?? []);
}
