import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { InputError } from '../src/sim/input-error.ts';
import { benchmarkMarkdown, rowLine } from './bench-report.ts';
import type { Benchmark, BenchOptions } from './benchmark.ts';
import { type Counted, workCounters } from './counter-scenarios.ts';
import { liveTable } from './live-table.ts';
import { nodeLossTable } from './node-loss.ts';
import { placementTable } from './placement-table.ts';
import { benchmarkNamed, benchmarks } from './registry.ts';
import { runBenchmark } from './run-benchmark.ts';

const COUNTERS = 'bench/work-counters.json';
const USAGE = `npm run bench -- [${[...benchmarks.map(({ name }) => name), 'placement', 'live', 'node-loss'].join(' | ')}]... [options]

Without a name: all of them but "live" and "node-loss", and a short form of placement. What follows "placement" or "live" (replicas on a
real Docker engine) are flags of its own, see docs/benchmarks.md; "node-loss [SEEDS]" loses a machine under each
orchestrator and holds the times against their ranges. The median of the repetitions is shown; absolute times
mean little on a shared machine.

  --tiny             a trial in seconds; its figures mean nothing
  --pods N           pods of the month and of the engine alone
  --repeat N         measurements of each row, default 3, for runs and readers 1
  --json FILE        everything measured, as JSON
  --markdown FILE    the tables that are printed, as a file too
  --update-counters  write ${COUNTERS} anew and measure nothing
`;

const args = process.argv.slice(2);
try {
  if (args[0] === 'placement') process.exitCode = placementTable(args.slice(1)).status;
  else if (args[0] === 'live') process.exitCode = liveTable(args.slice(1));
  else if (args[0] === 'node-loss') process.exitCode = await nodeLossTable(args.slice(1));
  else measure(args);
} catch (error) {
  if (!(error instanceof InputError) && !isFlagError(error)) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 2;
}

function measure(words: string[]): void {
  const { values: flags, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      tiny: { type: 'boolean', default: false },
      pods: { type: 'string' },
      repeat: { type: 'string' },
      json: { type: 'string' },
      markdown: { type: 'string' },
      'update-counters': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (flags.help) process.stdout.write(USAGE);
  else if (flags['update-counters']) updateCounters();
  else {
    const chosen = positionals.length > 0 ? positionals.map(benchmarkNamed) : benchmarks;
    const pods = flags.pods === undefined ? undefined : wholeNumber('--pods', flags.pods);
    const options: BenchOptions = { tiny: flags.tiny, ...(pods !== undefined && { pods }) };
    const repeat = flags.repeat === undefined ? undefined : wholeNumber('--repeat', flags.repeat);
    const sections = chosen.map((benchmark) => measureOne(benchmark, options, repeat));
    const placement = positionals.length > 0 ? undefined : placementTable(flags.tiny ? 'tiny' : 'short');
    const machine = { node: process.version, cores: cpus().length, cpu: cpus()[0]?.model ?? 'unknown' };
    const text = [
      `# Benchmarks${flags.tiny ? ' (a trial: the figures mean nothing)' : ''}`,
      '',
      `Node ${machine.node}, ${machine.cores} × ${machine.cpu}.`,
      '',
      ...sections.map(({ markdown }) => markdown),
      ...(placement ? [`#${placement.markdown}`] : []),
    ].join('\n');
    process.stdout.write(text);
    if (flags.markdown !== undefined) writeFileSync(flags.markdown, text);
    if (flags.json !== undefined) {
      const rows = sections.flatMap((section) => section.rows);
      const verdicts = sections.flatMap((section) => section.verdicts);
      const json = { ...machine, options, rows, verdicts, ...(placement && { placement: placement.results }) };
      writeFileSync(flags.json, `${JSON.stringify(json, null, 2)}\n`);
    }
  }
}

function measureOne(benchmark: Benchmark, options: BenchOptions, repeat: number | undefined) {
  const times = repeat ?? (options.tiny ? 1 : benchmark.repeat);
  const rows = runBenchmark(benchmark, options, times, (row) => process.stderr.write(`${rowLine(row)}\n`));
  const verdicts = benchmark.verdicts?.(rows, options) ?? [];
  const named = verdicts.map((verdict) => ({ benchmark: benchmark.name, ...verdict }));
  return { rows, verdicts: named, markdown: benchmarkMarkdown(benchmark, rows, verdicts) };
}

/** Says what changes, so that whoever commits it has seen it. */
function updateCounters(): void {
  const counted = workCounters();
  const before = existsSync(COUNTERS)
    ? (JSON.parse(readFileSync(COUNTERS, 'utf8')) as Record<string, Counted | undefined>)
    : {};
  for (const scenario of new Set([...Object.keys(before), ...Object.keys(counted)])) {
    const [was = {}, is = {}] = [before[scenario], (counted as typeof before)[scenario]];
    for (const name of new Set([...Object.keys(was), ...Object.keys(is)]))
      if (was[name] !== is[name])
        process.stdout.write(`${scenario}: ${name} ${was[name] ?? 'nothing'} -> ${is[name] ?? 'nothing'}\n`);
  }
  writeFileSync(COUNTERS, `${JSON.stringify(counted, null, 2)}\n`);
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InputError(`${flag} "${text}" is not a whole number above 0`);
}

/** What `parseArgs` throws for a flag that it does not know. */
function isFlagError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}
