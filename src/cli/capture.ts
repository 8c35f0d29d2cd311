import { Command, InvalidArgumentError } from 'commander';
import { note, print, printJson } from './console-output.ts';
import { EXIT } from './exit-codes.ts';
import { ExitWith } from './finish.ts';
import { addEngineFlags, meantBy, type EngineFlags } from './engine-flags.ts';
import type { Capture } from '../live/capture/capture.ts';
import type { CaptureFile } from '../live/capture/capture-file.ts';
import type { ConnectedEngines } from '../live/connect-engines.ts';
import { makeNamedFolder } from '../experiment/local/make-folder.ts';
import { durationUs } from '../sim/quantity.ts';

interface CaptureFlags extends EngineFlags {
  for?: number;
  out?: string;
  label?: string[];
  name?: string[];
  newOnly?: boolean;
  sample: number;
  from?: string;
  json?: boolean;
}

const EVENTS_FILE = 'events.ndjson';

/** `baton capture`: watches engines, and writes what happened as trace, experiment and scenario. */
export function captureCommand(): Command {
  return addEngineFlags(
    new Command('capture').description(
      'watch what happens on Docker engines, and write it as a trace and a scenario that Baton runs',
    ),
  )
    .option('--for <time>', 'end after so long, such as 10m; without it, Ctrl-C ends it', milliseconds)
    .option('--out <folder>', 'where its files go; default baton-out/captures/TIME')
    .option('--label <key=value>', 'only containers with this label; KEY alone: with any value; may be repeated', more)
    .option('--name <pattern>', 'only containers of this name; * stands for any text; may be repeated', more)
    .option('--new-only', 'leave out containers that are there already')
    .option('--sample <time>', 'measure one container of each engine so often, in turn; 0: never', milliseconds, 1000)
    .option('--from <file>', 'watch nothing: make the files of an earlier capture again, from its events.ndjson')
    .option('--json', 'the captured history as JSON on stdout')
    .addHelpText(
      'after',
      `
Examples:
  baton capture --docker --for 10m
  baton capture --docker --label com.docker.compose.project=shop --out shop
  baton capture --docker a=unix:///run/a.sock --docker b=ssh://me@host
  baton run shop/experiment.yaml && baton compare shop/compare.yaml

It only reads: no container is started, stopped or changed. Ctrl-C ends a capture and writes its files.`,
    )
    .action(runCapture);
}

async function runCapture(flags: CaptureFlags): Promise<void> {
  const [{ filesOfCapture }, { historyOfCapture }, { captureLines }, { checkCapture, writeCaptureFiles }, text, paths] =
    await Promise.all([
      import('../live/capture/files-of-capture.ts'),
      import('../live/capture/history-of-capture.ts'),
      import('../live/capture/capture-file.ts'),
      import('../live/capture/check-capture.ts'),
      import('../live/capture/capture-text.ts'),
      import('node:path'),
    ]);
  const folder =
    flags.out ??
    (flags.from === undefined
      ? paths.join('baton-out', 'captures', new Date().toISOString().replace(/[:.]/g, '-'))
      : paths.dirname(flags.from));
  const eventsPath = flags.from ?? paths.join(folder, EVENTS_FILE);
  const outcome = flags.from === undefined ? await watch(flags, folder, eventsPath) : undefined;
  const history = historyOfCapture(captureLines(eventsPath));
  const { files, notes } = filesOfCapture(history);
  makeNamedFolder(folder);
  writeCaptureFiles(folder, files);
  const check = history.containers.length === 0 ? undefined : await checkCapture(history, folder);
  if (flags.json) printJson({ folder, history, notes: [...notes, ...(outcome?.troubles ?? [])], check });
  else
    print(
      text.captureText({
        history,
        folder,
        files: [...(paths.dirname(eventsPath) === folder ? [paths.basename(eventsPath)] : []), ...Object.keys(files)],
        notes: [...(outcome?.troubles ?? []), ...notes],
        ...(check && { check }),
      }),
    );
  if (check?.isEqual === false) throw new ExitWith(EXIT.bug);
}

/** Writes down what happens until the time is over or Ctrl-C comes. */
async function watch(flags: CaptureFlags, folder: string, path: string): Promise<Capture> {
  const [{ capture }, { captureFile }, { connectEngines }, { EngineFault }, { InputError }] = await Promise.all([
    import('../live/capture/capture.ts'),
    import('../live/capture/capture-file.ts'),
    import('../live/connect-engines.ts'),
    import('../live/engine/engine-fault.ts'),
    import('../sim/input-error.ts'),
  ]);
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  let file: CaptureFile | undefined;
  let connected: ConnectedEngines | undefined;
  let shown = 0;
  const isTerminal = process.stderr.isTTY;
  try {
    // Whether they can be spoken to is known before a file is made.
    const { engines } = (connected = await connectEngines(meantBy(flags)));
    makeNamedFolder(folder);
    const kept = (file = captureFile(path));
    return await capture(engines, {
      signal: stop.signal,
      sampleEveryMs: flags.sample,
      labels: Object.fromEntries((flags.label ?? []).map(pairOf)),
      names: flags.name ?? [],
      includeExisting: flags.newOnly !== true,
      ...(flags.for !== undefined && { forMs: flags.for }),
      write: (line) => kept.write(line),
      onTick: ({ wallMs, containers, running, events, lost }) => {
        if (!isTerminal && wallMs - shown < QUIET_MS) return;
        shown = wallMs;
        const away = lost.length === 0 ? '' : `, waiting for ${lost.join(', ')}`;
        const line = `${Math.round(wallMs / 1000)} s: ${containers} containers, ${running} running, ${events} events${away}`;
        if (isTerminal) process.stderr.write(`\r\u001b[K${line.slice(0, (process.stderr.columns || 80) - 1)}`);
        else note(line);
      },
    });
  } catch (error) {
    if (error instanceof EngineFault) throw new InputError(error.message);
    throw error;
  } finally {
    if (isTerminal && shown > 0) process.stderr.write('\r\u001b[K');
    process.removeListener('SIGINT', interrupt);
    process.removeListener('SIGTERM', interrupt);
    file?.close();
    connected?.close();
  }
}

const QUIET_MS = 10_000;

function pairOf(text: string): [string, string] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}

function more(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** Throws what commander tells in its own words. */
function milliseconds(text: string): number {
  try {
    return durationUs(text) / 1000;
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`);
  }
}
