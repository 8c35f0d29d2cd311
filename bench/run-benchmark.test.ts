import { expect, test } from 'vitest';
import type { BenchRow } from './benchmark.ts';
import type { Measured } from './measure-task.ts';
import { compared, folded } from './run-benchmark.ts';

const measured = (cpuS: number, peakRssBytes: number, fingerprint = 'a'): Measured => ({
  sample: { cpuS, amount: 100, unit: 'events', fingerprint, work: { events: 100 } },
  peakRssBytes,
});

test('of three repetitions the median time and the highest peak count', () => {
  const row = folded('hold', 'few', [measured(5, 10), measured(1, 30), measured(3, 20)]);
  expect(row).toMatchObject({ cpuS: 3, allCpuS: [5, 1, 3], peakRssBytes: 30, fingerprint: 'a' });
});

test('repetitions that did different things are no measurement', () => {
  expect(() => folded('hold', 'few', [measured(1, 1), measured(1, 1, 'b')])).toThrow('hold, few: repetitions differ');
});

test('the ratio is CPU time per unit of the other over that of this one', () => {
  const slow: BenchRow = { ...folded('hold', 'slow', [measured(2, 1)]), amount: 100 };
  const fast: BenchRow = { ...folded('hold', 'fast', [measured(1, 1)]), amount: 200 };
  // 2 s for 100 are 20 ms each, 1 s for 200 are 5 ms each.
  expect(compared({ name: 'fast', against: 'slow' }, fast, [slow]).ratio).toBe(4);
});

test('what must do the same and did not is an error', () => {
  const slow = folded('hold', 'slow', [measured(2, 1)]);
  const wrong = folded('hold', 'fast', [measured(1, 1, 'b')]);
  expect(() => compared({ name: 'fast', against: 'slow' }, wrong, [slow])).toThrow('"fast" came to b, "slow" to a');
});
