import { expect, test } from 'vitest';
import { comparisonFixture } from '../../test/comparison-fixture.ts';
import type { Cell, RunRecord } from '../experiment/comparison.ts';
import { summarise } from '../experiment/statistics/summarise.ts';
import { metricByName } from '../sim/metric-catalogue.ts';
import { answerAll, answerCell } from './answer.ts';
import { behind, signedDifference } from './difference-words.ts';
import { primaryMetric } from './primary-metric.ts';

/** A cell in which the policies have these values of these metrics, one a seed. */
function cellOf(values: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>): Cell {
  const metrics = Object.keys(values);
  const policies = Object.keys(values[metrics[0]]);
  const seeds = values[metrics[0]][policies[0]].map((_, at) => at);
  const { facts, runs } = comparisonFixture({ policies, seeds });
  const changed = runs.map((run): RunRecord => {
    const numbers = Object.fromEntries(metrics.map((name) => [name, values[name][run.policy][run.seed as number]]));
    return { ...run, result: { ...run.result!, metrics: numbers } };
  });
  return summarise(facts, changed).cells[0];
}

test('says what is best, by how much, how surely, at what price and who is as good', () => {
  const cell = cellOf({
    meanWaitS: {
      'best-fit': [10, 12, 14, 12, 10],
      'worst-fit': [20, 23, 26, 24, 21],
      twin: [10, 12, 14, 12, 10],
      close: [10, 12.5, 13.8, 12.2, 10.1],
    },
    nodeHours: {
      'best-fit': [111, 110, 112, 110, 111],
      'worst-fit': [100, 101, 100, 102, 100],
      twin: [111, 110, 112, 110, 111],
      close: [111, 110, 112, 110, 111],
    },
  });
  // Means 11.6 and 22.8: 11.2 / 22.8 = 49 %. Differences 10 11 12 12 11: mean 11.2, s = √(2.8/4) = .83666,
  // half width 2.77645 · .83666 / √5 = 1.03885: 10.161 / 22.8 = 45 % (44.57), 12.239 / 22.8 = 54 % (53.68).
  // Node-hours 110.8 to 100.6: 10.2 / 100.6 = 10 %.
  const { headline, details } = answerCell(cell, 'meanWaitS');
  expect(headline).toBe(
    'best-fit waits least, as does twin: mean wait 11.6 s, 49 % less than worst-fit (95 % interval 45 to 54 %).',
  );
  expect(details).toBe(
    'It is indistinguishable from close on 5 seeds. The price of best-fit: 10 % more node-hours than worst-fit.',
  );
});

test('shares differ in points', () => {
  const cell = cellOf({
    placedShare: { a: [0.95, 0.94, 0.96], b: [0.9, 0.895, 0.905] },
  });
  // 95.0 - 90.0 = 5 points; differences .05 .045 .055: half width 4.30265 · .005 / √3 = 1.24 points.
  expect(answerCell(cell).headline).toBe(
    'a places most pods: pods placed 95.0 %, 5.0 points more than b (95 % interval 3.8 to 6.2 points).',
  );
});

test('does not crown a policy that chance may have put first', () => {
  const cell = cellOf({ makespanS: { a: [100, 220, 300], b: [110, 210, 301], c: [105, 214, 305] } });
  // Means 620/3, 621/3, 624/3 = 206.7 s = 3.44 min.
  const { headline, details } = answerCell(cell);
  expect(headline).toBe(
    'No policy is distinguishably best on 3 seeds: a leads with makespan 3.44 min, but not clearly.',
  );
  expect(details).toBe('b and c are indistinguishable from it.');
});

test('one seed, equal policies, one policy, none at all', () => {
  const one = answerCell(cellOf({ makespanS: { a: [100], b: [150] } }));
  expect(one.headline).toBe('a finishes first: makespan 100 s, 33 % less than b.');
  expect(one.caveats[0]).toMatch(/^One seed: no interval\./);
  expect(answerCell(cellOf({ makespanS: { a: [100, 90], b: [100, 90] } })).headline).toBe(
    'Both policies come out the same: makespan 95.0 s.',
  );
  expect(answerCell(cellOf({ makespanS: { a: [100, 90] } })).headline).toBe('Only a was run: makespan 95.0 s.');
  const { facts } = comparisonFixture();
  expect(answerAll(summarise(facts, [])).headline).toBe('No run finished, so there is nothing to compare.');
});

test('where the best is next to nothing, differences have its unit; the last is told too', () => {
  const cell = cellOf({ sloViolatedMinutes: { a: [0, 0, 0], b: [3, 4, 3], c: [17, 17, 17] } });
  // 10/3 min; s = √(1/3) = .57735, half width 4.30265 · .57735 / √3 = 1.4342: 1.9 to 4.8.
  const { headline, details } = answerCell(cell);
  expect(headline).toBe(
    'a keeps its promises best: violated objectives 0 min against 3.3 min with b (95 % interval 1.9 to 4.8 min).',
  );
  expect(details).toBe('The last, c, comes to 17 min.');
  expect(
    cell.metrics['sloViolatedMinutes'].policies.map((one) =>
      signedDifference(one, metricByName.get('sloViolatedMinutes')!),
    ),
  ).toEqual(['', '+3.3 min', '+17 min']);
});

test('what is many times as much is told so', () => {
  const metric = metricByName.get('costUsd')!;
  const best = { policy: 'b', mean: 2 };
  expect(behind(metric, best, 3, 'cost')).toBe('50 % more cost than b');
  expect(behind(metric, best, 16.4, 'cost')).toBe('8.2 times the cost of b');
  expect(behind(metric, best, 24)).toBe('12 times that of b');
  expect(behind(metric, { policy: 'b', mean: 0 }, 24)).toBe('against $0.00 with b');
});

test('one policy on several clusters: from the best to the worst', () => {
  const { facts, runs } = comparisonFixture({ policies: ['a'], clusters: ['x', 'y'], seeds: [1] });
  const { headline, details } = answerAll(summarise(facts, runs));
  expect(headline).toMatch(/^One policy, 2 clusters: .* \([xy]\) to .* \([xy]\)\.$/);
  expect(details).toMatch(/^Only a was run/);
});

test('warns when policies did not start the same pods', () => {
  const cell = cellOf({
    meanWaitS: { a: [1, 2, 3], b: [11, 12.5, 13] },
    placedShare: { a: [0.5, 0.51, 0.52], b: [0.9, 0.92, 0.93] },
  });
  expect(answerCell(cell, 'meanWaitS').caveats.join(' ')).toMatch(/did not start the same pods/);
});

test('the metric: slowdown when pods wait, else the first on which policies differ, else what was wished', () => {
  const waiting = { maxWaitS: { a: [9, 9], b: [5, 5] }, meanBoundedSlowdown: { a: [2, 2], b: [1.5, 1.4] } };
  expect(primaryMetric(cellOf(waiting))!.name).toBe('meanBoundedSlowdown');
  const placing = {
    maxWaitS: { a: [0, 0], b: [0, 0] },
    meanBoundedSlowdown: { a: [1, 1], b: [1, 1] },
    placedShare: { a: [1, 1], b: [1, 1] },
    nodeHours: { a: [5, 6], b: [7, 9] },
  };
  expect(primaryMetric(cellOf(placing))!.name).toBe('nodeHours');
  expect(primaryMetric(cellOf(placing), 'placedShare')!.name).toBe('placedShare');
  expect(primaryMetric(cellOf(placing), 'no such metric')!.name).toBe('nodeHours');
});

test('several cells are counted', () => {
  const { facts, runs } = comparisonFixture({ workloads: ['x', 'y', 'z'] });
  const { headline, cells } = answerAll(summarise(facts, runs));
  expect(cells.length).toBe(3);
  expect(headline).toMatch(/best or indistinguishable from the best in 3 of 3 comparisons by mean bounded slowdown/);
});
