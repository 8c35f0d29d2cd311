import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Command } from 'commander';
import { InputError } from '../sim/input-error.ts';
import type { Timeline } from '../reporting/exports/series-rows.ts';
import type { RunResult } from '../sim/result.ts';

/** What `addSeriesFlags` adds to the flags of a command. */
export interface SeriesFlags {
  series?: string[];
  trace?: string;
}

/** Labels on every sample where the format has labels for a whole run. */
export interface SeriesOrigin {
  readonly policy: string;
  readonly seed: number | string;
}

const ENDINGS = ['.om', '.prom', '.csv', '.ndjson', '.parquet'];

/** Adds `--series` and `--trace`. */
export function addSeriesFlags(command: Command): Command {
  return command
    .option('--series <files>', `write every series over time, as the names say: ${ENDINGS.join(', ')}`, files)
    .option('--trace <file.json>', 'write a trace for ui.perfetto.dev: decisions, happenings, series, pods', traceFile);
}

/**
 * Where to put the run's journal so that the trace shows pods on nodes: the user's own journal where there is one, else a
 * file beside the trace that `dropTraceJournal` takes away again. Undefined without `--trace`.
 */
export function journalForTrace(flags: SeriesFlags, journal: string | undefined): string | undefined {
  return journal ?? (flags.trace === undefined ? undefined : traceJournal(flags.trace));
}

/** Takes the journal away that only the trace needed, however the run ended. */
export function dropTraceJournal({ trace }: SeriesFlags): void {
  if (trace !== undefined) rmSync(traceJournal(trace), { force: true });
}

const traceJournal = (trace: string): string => `${trace}.journal.tmp`;

/** Writes what the flags ask for; returns the files, to be named. */
export async function writeSeriesFiles(
  result: RunResult,
  flags: SeriesFlags,
  origin: SeriesOrigin,
  journal?: string,
): Promise<string[]> {
  if (flags.series === undefined && flags.trace === undefined) return [];
  const { timelineOf } = await import('../reporting/exports/curve-series.ts');
  const timeline = timelineOf(result);
  const written: string[] = [];
  for (const file of flags.series ?? []) {
    put(file, await seriesText(file, timeline, origin));
    written.push(file);
  }
  if (flags.trace !== undefined) {
    const [{ traceJson }, { slicesOfJournal }] = await Promise.all([
      import('../reporting/exports/trace-events.ts'),
      import('../reporting/exports/pod-slices.ts'),
    ]);
    const pods = journal === undefined ? [] : slicesOfJournal(linesOf(journal), result.endUs);
    const { decisions, happenings } = result.living ?? { decisions: [], happenings: [] };
    put(flags.trace, traceJson({ timeline, decisions, happenings }, pods));
    written.push(flags.trace);
  }
  return written;
}

async function seriesText(
  file: string,
  timeline: Timeline,
  { policy, seed }: SeriesOrigin,
): Promise<string | Uint8Array> {
  switch (extname(file)) {
    case '.csv':
      return (await import('../reporting/exports/series-csv.ts')).seriesCsv(timeline);
    case '.ndjson':
      return (await import('../reporting/exports/series-ndjson.ts')).seriesNdjson(timeline);
    case '.parquet':
      return (await import('../reporting/exports/series-parquet.ts')).seriesParquet(timeline);
    default:
      return (await import('../reporting/exports/open-metrics.ts')).openMetrics(timeline, {
        labels: { policy, seed: String(seed) },
      });
  }
}

/** The file as lines, without one string of all of it: journals may be larger than a string can be. */
function* linesOf(file: string): Generator<string> {
  const bytes = readFileSync(file);
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(10, from);
    const to = end < 0 ? bytes.length : end;
    yield bytes.toString('utf8', from, to);
    from = to + 1;
  }
}

function put(file: string, content: string | Uint8Array): void {
  const aside = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(aside, content);
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw new InputError(`${file}: cannot be written (${code}); name another file`);
  }
}

function files(text: string): string[] {
  const names = text.split(',').filter((name) => name !== '');
  for (const name of names)
    if (!ENDINGS.includes(extname(name)))
      throw new InputError(
        `--series ${name}: cannot tell the format from this name; end it in ${ENDINGS.slice(0, -1).join(', ')} or ${ENDINGS.at(-1)}`,
      );
  if (names.length === 0) throw new InputError('--series: name a file, such as series.csv');
  return names;
}

function traceFile(name: string): string {
  if (extname(name) !== '.json') throw new InputError(`--trace ${name}: a trace is JSON; end its name in .json`);
  return name;
}
