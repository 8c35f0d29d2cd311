import { expect, test } from 'vitest';
import { run } from '../../test/fixtures.ts';

test('the numbers of three pods, by hand', () => {
  // One node, 2 CPUs, 4 GiB. A runs 0 to 20 on 1 CPU, B 0 to 40 on 1 CPU, C (2 CPUs, 5 s) waits from 10 to 40.
  const { result } = run('2cpu 4Gi', 'A 0+20 1cpu 1Gi user=a | B 0+40 1cpu user=a | C 10+5 2cpu user=c');
  const { metrics } = result;
  expect(metrics).toMatchObject({
    placedShare: 1,
    makespanS: 45,
    meanWaitS: 30 / 3,
    maxWaitS: 30,
    // Flow: 20, 40, 35.
    meanFlowS: 95 / 3,
    // Slowdown: 1, 1, 35/5; bounded: 1, 1, 35/10.
    maxSlowdown: 7,
    meanSlowdown: 9 / 3,
    meanBoundedSlowdown: 5.5 / 3,
    // CPU-seconds: 20 + 40 + 10 of 2 x 45; GiB-seconds: 20 of 4 x 45.
    cpuAllocatedShare: 70 / 90,
    memAllocatedShare: 20 / 180,
    cpuPeakShare: 1,
    nodesUsedMean: 1,
    nodeHours: 45 / 3600,
    // Users' mean bounded slowdowns: a 1, c 3.5; (4.5)^2 / (2 x (1 + 12.25)).
    jainFairness: 20.25 / 26.5,
    worstUserSlowdown: 3.5,
  });
  expect(metrics).not.toHaveProperty('gpuAllocatedShare');
  // CPU time: a 60 of 70; all memory is a's.
  expect(
    result.users.map(({ user, pods, meanWaitS, dominantShare }) => [user, pods, meanWaitS, dominantShare]),
  ).toEqual([
    ['a', 2, 0, 1],
    ['c', 1, 30, 10 / 70],
  ]);
});
