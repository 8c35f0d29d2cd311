import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Benchmark, BenchOptions, BenchRow, BenchTask } from './benchmark.ts';
import type { Measured } from './measure-task.ts';

const CHILD = fileURLToPath(new URL('./measure-task.js', import.meta.url));

/**
 * Measures every task of a benchmark so many times, each in a fresh process, one after the other. Throws when two
 * repetitions, or two tasks that must do the same, did not do the same.
 */
export function runBenchmark(
  benchmark: Benchmark,
  options: BenchOptions,
  repeat: number,
  onRow: (row: BenchRow) => void,
): BenchRow[] {
  const rows: BenchRow[] = [];
  for (const task of benchmark.tasks(options)) {
    const repetitions = Array.from({ length: repeat }, () => inOwnProcess(benchmark.name, task.name, options));
    const row = compared(task, folded(benchmark.name, task.name, repetitions), rows);
    rows.push(row);
    onRow(row);
  }
  return rows;
}

function inOwnProcess(benchmark: string, task: string, options: BenchOptions): Measured {
  const child = spawnSync(process.execPath, [CHILD, benchmark, task, JSON.stringify(options)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.status !== 0) throw new Error(`${benchmark}, ${task}: the measuring process failed`);
  return JSON.parse(child.stdout) as Measured;
}

/** The median of a task's repetitions; they must all have done the same. */
export function folded(benchmark: string, task: string, repetitions: readonly Measured[]): BenchRow {
  const same = new Set(repetitions.map(({ sample: { fingerprint, work } }) => JSON.stringify([fingerprint, work])));
  if (same.size > 1) throw new Error(`${benchmark}, ${task}: repetitions differ: ${[...same].join(' and ')}`);
  const byTime = repetitions.map(({ sample }) => sample).sort((one, other) => one.cpuS - other.cpuS);
  return {
    benchmark,
    task,
    ...byTime[Math.floor((byTime.length - 1) / 2)],
    allCpuS: repetitions.map(({ sample }) => sample.cpuS),
    peakRssBytes: Math.max(...repetitions.map(({ peakRssBytes }) => peakRssBytes)),
  };
}

/** Compares a row with the one named in its task's `against`, which is among those before it. */
export function compared(
  { name, against: rival }: Omit<BenchTask, 'measure'>,
  row: BenchRow,
  before: readonly BenchRow[],
): BenchRow {
  if (rival === undefined) return row;
  const other = before.find(({ task }) => task === rival)!;
  if (other.fingerprint !== row.fingerprint)
    throw new Error(`${row.benchmark}: "${name}" came to ${row.fingerprint}, "${rival}" to ${other.fingerprint}`);
  return { ...row, ratio: other.cpuS / other.amount / (row.cpuS / row.amount) };
}
