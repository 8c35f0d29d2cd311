import { expect, test } from 'vitest';
import { fgdReference } from '../../../test/fgd-reference.ts';
import { pod, situation } from '../../../test/placement-situation.ts';

test('GPU packing prefers devices in use to whole ones, nodes in use to idle ones, small idle nodes to large', () => {
  const { scores } = situation(
    'gpu-packing',
    '9000 9 T4:200,1000,1000,500 | 9000 9 T4:200,1000 | 9000 9 T4:1000,1000,1000,1000 | 9000 9 T4:1000,1000',
  );
  // 200 fits on the device with 200 left: 100 - trunc(20 / 10). Idle: 33 - 4 and 33 - 2.
  expect(scores(pod(1000, 1, 1, 200))).toEqual([98, 98, 29, 31]);
  // 300 takes the 500 on node 0, 100 - trunc(50 / 10), and one whole device on node 1, 50 - 1.
  expect(scores(pod(1000, 1, 1, 300))).toEqual([95, 49, 29, 31]);
  // Two whole devices: 50 - 2 on node 0; node 1 has only one.
  expect(scores(pod(1000, 1, 2))).toEqual([48, undefined, 29, 31]);
  expect(scores(pod(1000, 1))).toEqual([0, 0, 0, 0]);
});

const reference = fgdReference('unit_examples.json');

test.skipIf(reference === undefined)("GPU packing gives the scores of upstream's unit tests", () => {
  const { cases } = (
    JSON.parse(reference!) as {
      packing_score: { cases: { gpu_left: number[]; pod: { milli: number; num: number }; score: number }[] };
    }
  ).packing_score;
  expect(cases.length).toBe(4);
  for (const { gpu_left, pod: asked, score } of cases) {
    const { scores } = situation('gpu-packing', `9000 9 T4:${gpu_left.join(',')}`);
    expect(scores(pod(0, 0, asked.num, asked.milli))).toEqual([score]);
  }
});
