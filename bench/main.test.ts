import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { BenchRow } from './benchmark.ts';
import { benchmarks } from './registry.ts';

/** Not dist/bench, so that a measurement that is going on keeps its program. */
const BUILT = resolve('node_modules/.cache/baton/bench');

beforeAll(() => {
  mkdirSync(BUILT, { recursive: true });
  writeFileSync(join(BUILT, 'package.json'), '{ "type": "module" }');
  const tsc = resolve('node_modules/typescript/bin/tsc');
  spawnSync(process.execPath, [tsc, '-p', 'tsconfig.bench.json', '--outDir', BUILT], { stdio: 'inherit' });
});

const bench = (...args: string[]) =>
  spawnSync(process.execPath, [join(BUILT, 'bench/main.js'), ...args], { encoding: 'utf8' });

test('every benchmark runs, small, each measurement in a process of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'baton-bench-test-'));
  const [json, markdown] = [join(folder, 'all.json'), join(folder, 'all.md')];
  const { status, stdout, stderr } = bench('--tiny', '--json', json, '--markdown', markdown);
  expect(status, stderr).toBe(0);
  expect(readFileSync(markdown, 'utf8')).toBe(stdout);
  const { rows, placement } = JSON.parse(readFileSync(json, 'utf8')) as { rows: BenchRow[]; placement: unknown[] };
  expect(new Set(rows.map(({ benchmark }) => benchmark))).toEqual(new Set(benchmarks.map(({ name }) => name)));
  expect(placement.length).toBeGreaterThan(0);
  for (const { task, amount, cpuS, peakRssBytes } of rows) {
    expect(stdout).toContain(`| ${task} | `);
    expect(amount, task).toBeGreaterThan(0);
    expect(cpuS, task).toBeGreaterThanOrEqual(0);
    // No Node fits into 20 MiB.
    expect(peakRssBytes, task).toBeGreaterThan(20 * 2 ** 20);
  }
  // The numbers popped what the objects popped, and gzip unpacked to what was packed: else it would have stopped.
  expect(rows.filter(({ ratio }) => ratio !== undefined).length).toBeGreaterThanOrEqual(4);
  // Some thirty processes, one after the other.
}, 240_000);

test('an unknown benchmark and an unknown flag are refused in a sentence', () => {
  expect(bench('holt')).toMatchObject({
    status: 2,
    stderr: `bench: no benchmark called "holt"; known are ${benchmarks.map(({ name }) => name).join(', ')}, placement\n`,
  });
  expect(bench('hold', '--tinny')).toMatchObject({ status: 2, stderr: expect.stringContaining('--tinny') as string });
});
