import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { slowTest } from '../slow.ts';
import { traceDir } from '../trace-dir.ts';
import { LESSONS } from './lessons/index.ts';
import { plansOf, shippedNames, told, type Lesson, type Told } from './shipped-scenario.ts';

afterEach(() => void vi.unstubAllEnvs());

/** Runs every variant under each seed and lets the lesson judge seed by seed. The first run is repeated, or each. */
async function expectLesson(name: string, lesson: Lesson, seeds: readonly number[] | undefined, again: boolean) {
  const plans = plansOf(name, seeds);
  const bySeed = new Map<number, Told[]>();
  for (const plan of plans) {
    const one = await told(plan);
    bySeed.set(plan.seed, [...(bySeed.get(plan.seed) ?? []), one]);
    if (again || plan === plans[0]) expect((await told(plan)).fingerprint).toBe(one.fingerprint);
  }
  for (const runs of bySeed.values()) lesson(runs);
  // Seeds differ under each variant, or there would be nothing to compare.
  if (bySeed.size > 1)
    for (const { policy, cell } of [...bySeed.values()][0]) {
      const same = [...bySeed.values()].flat().filter((one) => one.policy === policy && one.cell === cell);
      expect(new Set(same.map((one) => one.fingerprint)).size, `${policy} (${cell})`).toBeGreaterThan(1);
    }
}

/** What is made takes the place of recordings, so that every machine tests the same. */
const withoutTraces = () => vi.stubEnv('BATON_TRACE_DIR', '');

describe.each([...LESSONS])('%s', (name, lesson) => {
  test('teaches what it claims, alike when run again', async () => {
    withoutTraces();
    await expectLesson(name, lesson, [1, 2], false);
  });

  slowTest('teaches it under all of its seeds', async () => {
    withoutTraces();
    await expectLesson(name, lesson, undefined, true);
  });
});

const traces = traceDir();
test.skipIf(traces === undefined)('world-cup-1998 teaches it with the recorded requests too', async () => {
  vi.stubEnv('BATON_TRACE_DIR', traces);
  await expectLesson('world-cup-1998', LESSONS.get('world-cup-1998')!, [1], false);
});

test('every shipped scenario has a lesson, a description, a readable header and a line in the list', () => {
  const list = readFileSync('scenarios/README.md', 'utf8');
  expect([...LESSONS.keys()].sort()).toEqual(shippedNames());
  for (const name of shippedNames()) {
    const lines = readFileSync(`scenarios/${name}.yaml`, 'utf8').trimEnd().split('\n');
    const header = lines.slice(
      0,
      lines.findIndex((line) => !line.startsWith('#')),
    );
    expect(header.length).toBeGreaterThanOrEqual(5);
    expect(header.length).toBeLessThanOrEqual(9);
    // Manifests say at length what scenarios say in a word.
    const own = lines.indexOf('---');
    expect(own < 0 ? lines.length : own).toBeLessThanOrEqual(own < 0 ? 80 : 45);
    expect(lines.length).toBeLessThanOrEqual(110);
    for (const part of ['# Look at: ', '# Learnt: ', '--set'])
      expect(header.some((line) => line.includes(part))).toBe(true);
    expect(lines.some((line) => line.startsWith('description: '))).toBe(true);
    expect(list).toMatch(new RegExp(`^\\| \\[${name}\\]\\(${name}\\.yaml\\) +\\| \\S`, 'm'));
  }
});

test('what a header says to try is understood', () => {
  withoutTraces();
  const said = shippedNames().flatMap((name) => {
    const header = readFileSync(`scenarios/${name}.yaml`, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('#'))
      .map((line) => line.slice(2))
      .join(' ');
    return [...header.matchAll(/--set (?:"([^"]+)"|([^\s=]+=)"([^"]*)"|([^\s,]+))/g)].map(
      ([, whole, field, quoted, bare]) => [name, whole ?? (field === undefined ? bare : field + quoted)] as const,
    );
  });
  expect(said.length).toBeGreaterThan(20);
  for (const [name, setting] of said) expect(plansOf(name, [1], [setting]).length).toBeGreaterThan(0);
});
