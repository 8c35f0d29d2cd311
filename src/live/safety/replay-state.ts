import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeNamedFolder } from '../../experiment/local/make-folder.ts';
import { InputError } from '../../sim/input-error.ts';
import { addressWithoutPassword } from '../engine/address-without-password.ts';
import type { Moment } from '../replay/replay-clock.ts';
import type { Checkpoint, ProcessRecord, ReplayRecord, ResourceSample, StepOutcome } from '../replay/replay-record.ts';
import { parseScript } from '../script/read-script.ts';
import type { ReplayScript } from '../script/replay-script.ts';
import { isRunId } from '../script/run-id.ts';
import { scriptText } from '../script/write-script.ts';
import { stateLine } from './state-line.ts';

/** Where replays are kept unless told otherwise. */
export const REPLAYS_FOLDER = 'baton-out/replays';

/** How a replay was begun; what `--resume` and `--clean` need to find its engines again. */
export interface ReplayBegin {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly speed: number;
  readonly scaleCpu: number | 'shares';
  readonly scaleMem: number;
  readonly engines: readonly StateEngine[];
  /** Simulated time at which it began: 0, or what had been reached when it was resumed. */
  readonly fromUs: number;
  /** Other options of the command that must be the same when it is resumed, by name. */
  readonly options?: Readonly<Record<string, string | number | boolean>>;
}

export interface StateEngine {
  readonly name: string;
  /** As the user gave it, without passwords. */
  readonly address: string;
  /** Names of simulated nodes it stands for. */
  readonly nodes: readonly string[];
}

/** One line of `state.ndjson`. */
export type StateLine =
  | ({ readonly kind: 'begin' } & ReplayBegin)
  | { readonly kind: 'step'; readonly outcome: StepOutcome }
  | { readonly kind: 'process'; readonly process: ProcessRecord }
  | { readonly kind: 'checkpoint'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'sample'; readonly sample: ResourceSample }
  /** Simulated time has passed without a step. */
  | { readonly kind: 'time'; readonly at: Moment; readonly heldMs: number }
  | { readonly kind: 'trouble'; readonly at: Moment; readonly what: string }
  | { readonly kind: 'end'; readonly outcome: ReplayRecord['outcome'] }
  /** All of it has been removed from its engines. */
  | { readonly kind: 'cleaned'; readonly at: string };

export interface ReplayState {
  readonly folder: string;
  /** For the calls of engines, one a line. */
  readonly callsFile: string;
  /** Why nothing more can be written, such as a full disk; the replay goes on, but cannot be resumed. */
  readonly fault: string | undefined;
  /** Written when this returns: a process that is killed afterwards has not lost it. Never throws. */
  append(line: StateLine): void;
  /** The record, and that this is the end. */
  finish(record: ReplayRecord): void;
  close(): void;
}

/**
 * Begins, or begins again, to keep what a replay does in `root/<runId>/`: `script.json`, `state.ndjson` that grows with it,
 * `calls.ndjson`, and `record.json` at its end. What is there of an earlier replay of the same run is replaced unless it
 * is resumed; throws InputError when that one was broken off, since it knows which engines must be cleaned. Whole files come to be under their name at once; of `state.ndjson` only the last line can be cut.
 */
export function keepReplayState(root: string, script: ReplayScript, begin: ReplayBegin, resume = false): ReplayState {
  const folder = folderOf(root, script.runId);
  if (!resume && isUnfinished(root, script.runId)) {
    const on = enginesOfReplay(root, script.runId).map(({ name, address }) => `${name} (${address})`);
    throw new InputError(
      `a replay of run "${script.runId}" was broken off and may have left containers on ${on.join(', ')}; go on with it with --resume, remove them with --clean ${script.runId}, or remove ${folder} if that engine is no more`,
    );
  }
  makeNamedFolder(folder);
  const stateFile = join(folder, 'state.ndjson');
  const callsFile = join(folder, 'calls.ndjson');
  const file = writing(folder, () => {
    if (!resume) {
      // What an earlier replay came to is nothing that this one says.
      for (const name of EARLIER) rmSync(join(folder, name), { force: true });
      writeWhole(join(folder, 'script.json'), scriptText(script));
      writeWhole(stateFile, '');
      writeWhole(callsFile, '');
    }
    for (const path of [stateFile, callsFile]) endLine(path);
    return openSync(stateFile, 'a');
  });
  let isOpen = true;
  let fault: string | undefined;
  const trying = (write: () => void): void => {
    if (!isOpen || fault !== undefined) return;
    try {
      write();
    } catch (error) {
      fault = `what the replay does can no longer be kept in ${folder}: ${(error as Error).message}`;
    }
  };
  const state: ReplayState = {
    folder,
    callsFile,
    get fault() {
      return fault;
    },
    append: (line) => {
      trying(() => {
        writeLine(file, `${JSON.stringify(line)}\n`);
      });
    },
    finish: (record) => {
      trying(() => {
        writeWhole(join(folder, 'record.json'), `${JSON.stringify(record)}\n`);
      });
      state.append({ kind: 'end', outcome: record.outcome });
      state.close();
    },
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      closeSync(file);
    },
  };
  state.append({ kind: 'begin', ...begin, engines: begin.engines.map(withoutPassword) });
  return state;
}

/** Calibrations are not among them: people keep them for later runs. */
const EARLIER = ['record.json', 'report.html', 'report.md', 'comparison.json', 'comparison.csv', 'lines.csv'];

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

/** Writes down that nothing of the run is left on its engines. */
export function noteCleaned(root: string, runId: string, nowMs = Date.now()): void {
  // What others have labelled may carry any id.
  const path = isRunId(runId) ? join(root, runId, 'state.ndjson') : '';
  if (!existsSync(path)) return;
  endLine(path);
  const line: StateLine = { kind: 'cleaned', at: new Date(nowMs).toISOString() };
  appendFileSync(path, `${JSON.stringify(line)}\n`);
}

/** Ids of all runs of which something is kept, in order. */
export function replaysIn(root: string): string[] {
  // A file of that name is no folder of replays either.
  if (!existsSync(join(root, '.'))) return [];
  return readdirSync(root)
    .filter((name) => existsSync(join(root, name, 'script.json')))
    .sort();
}

function withoutPassword(engine: StateEngine): StateEngine {
  return { ...engine, address: addressWithoutPassword(engine.address) };
}

function folderOf(root: string, runId: string): string {
  // An id names a folder, and must not lead out of the one it is in.
  if (!isRunId(runId))
    throw new InputError(`"${runId}" is no id of a run; write it as baton replay printed it, like 3f2a9c…`);
  return join(root, runId);
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

/** What cannot be written at the beginning is the user's to mend. */
function writing<T>(folder: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new InputError(`${folder}: cannot be written (${code}); name another folder with --out`);
  }
}

function writeLine(file: number, line: string): void {
  const bytes = Buffer.from(line);
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
}

/** A line that was cut is ended, so that the next begins anew. */
function endLine(path: string): void {
  if (!existsSync(path) || statSync(path).size === 0) return;
  if (readFileSync(path).at(-1) !== 10) appendFileSync(path, '\n');
}

/** The file is there as a whole or not at all. */
function writeWhole(path: string, text: string): void {
  const draft = `${path}.${process.pid}.part`;
  writeFileSync(draft, text);
  const file = openSync(draft, 'r');
  fsyncSync(file);
  closeSync(file);
  renameSync(draft, path);
}
