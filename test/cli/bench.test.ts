import { expect, test } from 'vitest';
import { baton, folderWith } from './baton.ts';

test(
  'bench kubernetes measures small workloads, compares both cores, and prints the floors',
  { timeout: 60_000 },
  () => {
    const folder = folderWith({});
    const small = [
      'bench',
      'kubernetes',
      '--workload',
      'preferredtopology',
      'Unschedulable',
      '--scale',
      '0.01',
      '--repeat',
      '1',
    ];
    const { code, stdout } = baton(folder, ...small);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^PreferredTopologySpreading +50 +50 +\d+ +125 +340 /m);
    expect(stdout).toContain('API server, etcd');
    const [first] = JSON.parse(baton(folder, ...small, '--json').stdout) as {
      name: string;
      compared: { ratio: number };
    }[];
    expect(first).toMatchObject({ name: 'PreferredTopologySpreading', placed: 50, floor: 125, newerFloor: 340 });
  },
);

test('bench kubernetes refuses what is not there in a sentence', () => {
  const folder = folderWith({});
  const unknown = baton(folder, 'bench', 'kubernetes', '--workload', 'nothing');
  expect([unknown.code, unknown.sentences]).toEqual([
    2,
    [expect.stringContaining('no workload has "nothing" in its name')],
  ]);
  expect(baton(folder, 'bench', 'kubernetes', '--scale', '2').code).toBe(2);
  expect(baton(folder, 'bench', 'kubernetes', '--help').stdout).toContain('Examples:');
});
