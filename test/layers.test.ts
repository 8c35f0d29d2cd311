import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { layerBreaches } from './layers/layer-rules.ts';
import { projectFiles } from './project-files.ts';

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<
  'dependencies' | 'optionalDependencies',
  Record<string, string>
>;
const packages = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });

test('imports point one way, without cycles, and the pure folders touch no clock, chance, file or console', () => {
  const sources = new Map(
    projectFiles(/^(src|bench|playground)\/.*\.ts$/).map((path) => [path, readFileSync(path, 'utf8')]),
  );
  expect(sources.size).toBeGreaterThan(10);
  expect(layerBreaches(sources, packages)).toEqual([]);
});

describe('the check itself can fail', () => {
  const elsewhere = {
    'src/sim/clock.ts': 'export type Clock = number;',
    'src/policies/fifo.ts': 'export const fifo = 1;',
    'src/experiment/comparison.ts': 'export type Comparison = number;',
    'src/experiment/local/pool.ts': 'export const pool = 1;',
    'src/cli/main.ts':
      "import { cpus } from 'node:os';\nimport { fifo } from '../policies/fifo.ts';\nconsole.log(cpus(), fifo);",
  };
  const breachesOf = (path: string, source: string) =>
    layerBreaches(new Map(Object.entries({ ...elsewhere, [path]: source })), ['seedrandom']);

  test('sources that keep the rules breach none', () => {
    const good = [
      ['src/sim/good.ts', "import seedrandom from 'seedrandom';\nexport const x = Math.floor(Math.sqrt(2 ** 53));"],
      [
        'src/reporting/good.ts',
        "import type { Comparison } from '../experiment/comparison.ts';\nexport type C = Comparison;",
      ],
      [
        'src/reporting/names.ts',
        'export const row = { Date: 1, console: 2 };\nexport const sum = row.Date + row.console;',
      ],
      [
        'src/experiment/local/good.ts',
        "import { readFileSync } from 'node:fs';\nexport const now = () => Date.now() + readFileSync('x').length;",
      ],
      ['src/sim/powers.ts', 'export const big = (n: bigint) => 10n ** n;'],
      ['src/sim/own.ts', 'export const f = (process: { rate: number }, [fetch = 1] = []) => process.rate + fetch;'],
      ['src/sim/type.ts', "import type { Other } from './type.ts';\nexport type Type = Other;"],
      ['src/experiment/local/user.ts', 'export const load = (path: string) => import(path);'],
      ['src/experiment/log-likelihood.ts', 'export const l = (x: number) => Math.log(x) + x ** 0.5;'],
      ['src/sim/good.test.ts', "import { test } from 'vitest';\nimport '../cli/main.ts';\nconsole.log(test);"],
    ] as const;
    for (const [path, source] of good) expect(breachesOf(path, source), path).toEqual([]);
  });

  test.each([
    ['src/sim/bad.ts', "import { fifo } from '../policies/fifo.ts';", 'src/sim must not know of it'],
    ['src/sim/bad.ts', "import type { Clock } from '../workloads/clock.ts';", 'which is not there'],
    ['src/sim/bad.ts', "export * from '../policies/fifo.ts';", 'src/sim must not know of it'],
    ['src/sim/bad.ts', "export const f = () => import('../policies/fifo.ts');", 'src/sim must not know of it'],
    ['src/sim/bad.ts', "export type T = import('../policies/fifo.ts').T;", 'src/sim must not know of it'],
    ['src/policies/bad.ts', "import '../cli/main.ts';", 'src/policies must not know of it'],
    ['src/workloads/bad.ts', "import { fifo } from '../policies/fifo.ts';", 'src/workloads must not know of it'],
    ['src/reporting/bad.ts', "import { Comparison } from '../experiment/comparison.ts';", 'must not know of it'],
    ['src/reporting/bad.ts', "import type { P } from '../experiment/local/pool.ts';", 'must not know of it'],
    ['src/experiment/bad.ts', "import { pool } from './local/pool.ts';", 'src/experiment must not know of it'],
    ['bench/bad.ts', "import '../src/cli/main.ts';", 'bench must not know of it'],
    ['src/unheard-of/bad.ts', "import '../sim/clock.ts';", 'src/unheard-of must not know of it'],
    ['src/sim/bad.ts', "import { readFileSync } from 'node:fs';", 'must run in a web page too'],
    ['src/sim/bad.ts', "import { readFileSync } from 'fs';", 'must run in a web page too'],
    ['src/cli/bad.ts', "import { test } from 'vitest';", 'not among the dependencies'],
    ['src/sim/bad.ts', 'export const now = Date.now();', 'uses Date'],
    ['src/sim/bad.ts', 'export const now = performance.now();', 'uses performance'],
    ['src/sim/bad.ts', 'export const luck = Math.random();', 'uses Math.random'],
    ['src/sim/bad.ts', 'export const e = (x: number) => Math.exp(x);', 'uses Math.exp'],
    ['src/sim/bad.ts', 'export const h = Math.hypot(3, 4);', 'uses Math.hypot'],
    ['src/sim/bad.ts', 'const { log } = Math;\nexport const l = log(2);', 'bad.ts:1 uses Math as a value'],
    ['src/sim/bad.ts', "export const l = Math['log'](2);", 'uses Math as a value'],
    ['src/sim/bad.ts', 'export const p = (x: number) => x ** 0.5;', 'uses **'],
    ['src/policies/bad.ts', "\nconsole.log('hello');", 'bad.ts:2 uses console'],
    ['src/workloads/bad.ts', "export const home = process.env['HOME'];", 'uses process'],
    ['src/reporting/bad.ts', "export const page = fetch('https://example.org');", 'uses fetch'],
    ['src/reporting/bad.ts', 'export const url = import.meta.url;', 'uses import.meta'],
    ['src/experiment/bad.ts', 'export const luck = Math.random();', 'uses Math.random'],
    ['src/experiment/bad.ts', 'setTimeout(() => {}, 1);', 'uses setTimeout'],
    ['src/sim/bad.ts', "export const order = (a: string) => a.localeCompare('b');", 'uses localeCompare'],
    ['src/sim/bad.ts', 'export const load = (path: string) => import(path);', 'imports (computed)'],
    ['src/sim/bad.ts', 'const f = (process: 1) => process;\nexport const p = process;', 'bad.ts:2 uses process'],
    ['src/sim/bad.ts', 'export const g = globalThis;', 'uses globalThis'],
    ['src/sim/bad.ts', "import './bad.ts';", 'bad.ts imports itself'],
  ])('%s: %s', (path, source, complaint) => {
    const breaches = breachesOf(path, source);
    expect(breaches).toHaveLength(1);
    expect(breaches[0]).toContain(complaint);
  });

  test('a cycle through three files is named in full', () => {
    const sources = new Map([
      ['src/sim/a.ts', "import './b.ts';"],
      ['src/sim/b.ts', "import './c.ts';"],
      ['src/sim/c.ts', "import { a } from './a.ts';\nexport const c = a;"],
    ]);
    expect(layerBreaches(sources, [])).toEqual([
      'src/sim/a.ts imports itself: src/sim/a.ts -> src/sim/b.ts -> src/sim/c.ts -> src/sim/a.ts',
    ]);
  });
});
