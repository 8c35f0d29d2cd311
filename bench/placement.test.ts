import { expect, test } from 'vitest';
import { measurePlacement } from './placement-cell.ts';

test('the placement benchmark runs, small, and its choosers agree', () => {
  // measurePlacement throws where two of them choose differently.
  const plain = measurePlacement({
    policy: 'best-fit',
    nodes: 200,
    shapes: 12,
    classes: 2,
    gpus: false,
    effort: 0.002,
  });
  expect(plain.runs.map((run) => run.kind)).toEqual(['auto', 'block-maxima', 'kd-tree', 'scan']);
  const evaluations = plain.runs.map((run) => run.counters.nodeEvaluations / run.decisions);
  expect(evaluations.at(-1)).toBe(200);
  for (const few of evaluations.slice(0, 3)) expect(few).toBeLessThan(100);
  const shared = measurePlacement({
    policy: 'gpu-packing',
    nodes: 100,
    shapes: 10,
    classes: 1,
    gpus: true,
    effort: 0.002,
  });
  expect(shared.runs.map((run) => run.kind)).toEqual(['auto', 'block-maxima', 'scan']);
});
