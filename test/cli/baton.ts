import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { traceDir } from '../trace-dir.ts';

const MAIN = resolve('dist/cli/main.js');
/** The commands run in folders of their own, from which ../shared is not seen. */
const TRACES = traceDir() === undefined ? {} : { BATON_TRACE_DIR: traceDir() };

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of stderr that are no progress and no remark. */
  readonly sentences: readonly string[];
}

/** A new folder with these files, outside the project. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'baton-test-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Runs the built `baton` in a folder and waits for its end. */
export function baton(folder: string, ...args: string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 110_000,
    env: { ...process.env, ...TRACES, NO_COLOR: '1' },
    maxBuffer: 1 << 28,
  });
  return ended(status, stdout, stderr);
}

/** Runs `baton`, sends it a signal as soon as `when` says so, and waits for its end. */
export async function interruptedBaton(folder: string, args: readonly string[], when: () => boolean): Promise<Ended> {
  const running = runningBaton(folder, ...args);
  const look = setInterval(() => {
    if (!when()) return;
    clearInterval(look);
    running.signal('SIGINT');
  }, 20);
  const end = await running.end;
  clearInterval(look);
  return end;
}

/** A `baton` that goes on beside the test. */
export interface RunningBaton {
  /** What it has said so far. */
  readonly stderr: string;
  readonly end: Promise<Ended>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when it has said this; rejects when it has ended without. */
  says(words: string | RegExp): Promise<void>;
}

/** Starts the built `baton` in a folder. */
export function runningBaton(folder: string, ...args: string[]): RunningBaton {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: folder, env: { ...process.env, NO_COLOR: '1' } });
  let stdout = '';
  let stderr = '';
  let isOver = false;
  child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
  const end = new Promise<Ended>((resolved) => {
    child.on('close', (code) => {
      isOver = true;
      resolved(ended(code, stdout, stderr));
    });
  });
  return {
    get stderr() {
      return stderr;
    },
    end,
    signal: (signal) => void child.kill(signal),
    says: async (words) => {
      const pattern = typeof words === 'string' ? { test: (text: string) => text.includes(words) } : words;
      while (!pattern.test(stderr)) {
        if (isOver) throw new Error(`baton ended without saying ${String(words)}:\n${stderr}`);
        await new Promise((resolved) => setTimeout(resolved, 50));
      }
    },
  };
}

function ended(code: number | null, stdout: string, stderr: string): Ended {
  const sentences = stderr.split('\n').filter((line) => line.startsWith('baton: '));
  return { code, stdout, stderr, sentences: sentences.map((line) => line.slice('baton: '.length)) };
}
