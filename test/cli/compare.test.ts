import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { baton, folderWith, interruptedBaton } from './baton.ts';

const WORKLOAD = ['--workload', 'preset:borg-2011-like,pods=600,nodes=20'];

interface Json {
  runs: { id: string; policy: string; seed: number; status: string; fingerprint: string; timing?: object }[];
}

/** All that a command says about its runs but the clock. */
function withoutClock(stdout: string): unknown {
  return JSON.parse(stdout, (key, value: unknown) => (key === 'timing' || key === 'command' ? undefined : value));
}

test('the result does not depend on the number of workers or the order of policies and files', () => {
  const folder = folderWith({
    'mine.ts':
      "export default { name: 'mine', score: (pod: object, node: { cpuFreeMilli: number }) => -node.cpuFreeMilli }",
    'other.js': "export default ({ random }) => ({ name: 'other', reads: 'cluster', score: () => random.next() })",
  });
  const flags = ['--policies', 'best-fit,random', '--seeds', '1,2', '--json', '--no-report'];
  const files = ['--policy', './mine.ts', '--policy', './other.js'];
  const one = baton(folder, 'compare', ...WORKLOAD, ...flags, ...files, '--workers', '1', '--out', 'a');
  const two = baton(folder, 'compare', ...WORKLOAD, ...flags, ...files, '--workers', '2', '--out', 'b');
  expect(one.code).toBe(0);
  expect(withoutClock(two.stdout)).toEqual(withoutClock(one.stdout));
  const shuffled = baton(
    folder,
    'compare',
    ...WORKLOAD,
    '--policy',
    './other.js',
    '--policy',
    './mine.ts',
    '--policies',
    'random,best-fit',
    '--seeds',
    '2,1',
    '--json',
    '--no-report',
    '--out',
    'c',
  );
  const prints = (stdout: string) =>
    Object.fromEntries((JSON.parse(stdout) as Json).runs.map((run) => [`${run.policy} ${run.seed}`, run.fingerprint]));
  expect(prints(shuffled.stdout)).toEqual(prints(one.stdout));
  expect(Object.keys(prints(one.stdout))).toHaveLength(8);
  // A user's smallest policy decides by free CPU alone, so it is a policy of its own, and the seeds differ.
  expect(new Set(Object.values(prints(one.stdout))).size).toBeGreaterThan(4);
}, 120_000);

test('resume runs only what is missing', () => {
  const folder = folderWith({});
  const flags = [
    'compare',
    ...WORKLOAD,
    '--policies',
    'first-fit,worst-fit',
    '--seeds',
    '1,2',
    '--out',
    'out',
    '--json',
    '--no-report',
  ];
  const first = baton(folder, ...flags);
  const runs = join(folder, 'out', 'runs');
  const names = readdirSync(runs).sort();
  expect(names).toHaveLength(4);
  const before = new Map(names.map((name) => [name, statSync(join(runs, name)).mtimeMs]));
  rmSync(join(runs, names[0]));
  writeFileSync(join(runs, names[1]), 'half a resu');
  const again = baton(folder, ...flags, '--resume');
  expect(again.stderr).toContain('2 of 4 runs were in out already');
  expect(withoutClock(again.stdout)).toEqual(withoutClock(first.stdout));
  const touched = names.filter((name) => statSync(join(runs, name)).mtimeMs !== before.get(name));
  expect(touched.sort()).toEqual([names[0], names[1]]);
  const wider = baton(folder, ...flags.map((one) => (one === '1,2' ? '1..3' : one)), '--resume');
  expect(wider.stderr).toContain('4 of 6 runs were in out already');
}, 120_000);

test('Ctrl-C keeps finished runs, says how to resume, and ends with 130', async () => {
  const folder = folderWith({
    // Waits without burning the machine: the first seeds finish, the rest would take for ever.
    'slow.js': `export default () => {
        const pause = new Int32Array(new SharedArrayBuffer(4));
        return { name: 'slow', score: () => { if (globalThis.calls === undefined) globalThis.calls = 0;
          if (++globalThis.calls > 500000) Atomics.wait(pause, 0, 0, 50); return 0; } };
      }`,
  });
  const runs = join(folder, 'out', 'runs');
  const args = [
    'compare',
    ...WORKLOAD,
    '--policies',
    'first-fit',
    '--policy',
    './slow.js',
    '--seeds',
    '1..200',
    '--workers',
    '1',
    '--out',
    'out',
  ];
  const finished = () => (existsSync(runs) ? readdirSync(runs).filter((name) => name.endsWith('.json')).length : 0);
  const { code, stderr } = await interruptedBaton(folder, args, () => finished() >= 3);
  expect(code).toBe(130);
  const kept = Number(
    /interrupted: (\d+) of 400 runs are finished and kept in out; go on with: (.*--resume)/.exec(stderr)?.[1],
  );
  expect(kept).toBeGreaterThanOrEqual(3);
  expect(finished()).toBe(kept);
}, 120_000);

test('an experiment file, its paths beside it, and flags that replace its fields', () => {
  const folder = folderWith({
    'sub/e.yaml':
      'clusters: 2 x 4cpu 8Gi\nworkloads: { file: t.csv, transforms: [[scale-arrivals=1, scale-arrivals=4]] }\npolicies: [best-fit, ./p.mjs]\n',
    'sub/t.csv': 'arrives,runs,cpu,mem\n0,10,2,1Gi\n1,10,2,1Gi\n2,10,3,1Gi\n3,5,1,2Gi\n',
    'sub/p.mjs': "export default { name: 'beside', score: (pod, node) => node.cpuFreeMilli }",
    'q.mjs': "export default { name: 'here', score: (pod, node) => node.memFreeBytes }",
  });
  const { code, stdout } = baton(folder, 'compare', '--experiment', 'sub/e.yaml', '--json', '--no-report');
  expect(code).toBe(0);
  const { runs } = JSON.parse(stdout) as Json;
  expect(runs.map((run) => `${run.policy} ${run.seed}`)).toEqual(['best-fit 1', 'beside 1', 'best-fit 1', 'beside 1']);
  const other = baton(
    folder,
    'compare',
    '--experiment',
    'sub/e.yaml',
    '--policy',
    './q.mjs',
    '--seeds',
    '4',
    '--json',
    '--no-report',
  );
  expect((JSON.parse(other.stdout) as Json).runs.map((run) => `${run.policy} ${run.seed}`)).toEqual([
    'here 4',
    'here 4',
  ]);
}, 60_000);

test('the report is written, and the last line of the answer names it', () => {
  const folder = folderWith({});
  const { code, stdout } = baton(
    folder,
    'compare',
    ...WORKLOAD,
    '--policies',
    'best-fit,worst-fit',
    '--seeds',
    '1,2',
    '--out',
    'out',
  );
  expect(code).toBe(0);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('Report: out/report.html');
  for (const name of ['report.html', 'report.md', 'runs.csv', 'metrics.csv', 'result.json'])
    expect(statSync(join(folder, 'out', name)).size, name).toBeGreaterThan(100);
  expect(readFileSync(join(folder, 'out', 'report.html'), 'utf8')).not.toMatch(/<(script|link|img)[^>]+(src|href)=/);
}, 60_000);
