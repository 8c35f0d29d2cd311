import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeNamedFolder } from '../../experiment/local/make-folder.ts';
import { InputError } from '../../sim/input-error.ts';
import { addressWithoutPassword } from '../engine/address-without-password.ts';
import type { ReplayRecord } from '../replay/replay-record.ts';
import type { ReplayScript } from '../script/replay-script.ts';
import { isRunId } from '../script/run-id.ts';
import { scriptText } from '../script/write-script.ts';
import { folderOf } from './replay-folder.ts';
import { enginesOfReplay, isUnfinished } from './saved-replay.ts';
import type { ReplayBegin, StateEngine, StateLine } from './state-line.ts';

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
 * is resumed; throws InputError when that one was broken off, since it knows which engines must be cleaned. Whole files
 * come to be under their name at once; of `state.ndjson` only the last line can be cut.
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
        writeFileSync(file, `${JSON.stringify(line)}\n`);
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

/** Writes down that nothing of the run is left on its engines. */
export function noteCleaned(root: string, runId: string, nowMs = Date.now()): void {
  // What others have labelled may carry any id.
  const path = isRunId(runId) ? join(root, runId, 'state.ndjson') : '';
  if (!existsSync(path)) return;
  endLine(path);
  const line: StateLine = { kind: 'cleaned', at: new Date(nowMs).toISOString() };
  appendFileSync(path, `${JSON.stringify(line)}\n`);
}

function withoutPassword(engine: StateEngine): StateEngine {
  return { ...engine, address: addressWithoutPassword(engine.address) };
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
