import { expect, test } from 'vitest';
import { measureWorkload } from './measure-workload.ts';
import { openbWorkload } from './openb-workload.ts';
import { SCHEDULER_PERF } from './scheduler-perf.ts';

/** A clock that ticks when it is asked. */
function ticking(): () => number {
  let now = 0;
  return () => (now += 10);
}

test.each(SCHEDULER_PERF.map((workload) => [workload.name, workload] as const))(
  '%s: both cores decide alike, and all pods find room',
  (_, workload) => {
    const scale = { nodes: 0.02, pods: 0.02 };
    // Throws where they differ.
    const { run, podsPerSecond } = measureWorkload(workload, { clockMs: ticking(), repeat: 1, scale, compares: true });
    expect(run.pods).toBeGreaterThan(0);
    // 40 pods to a node of 4 CPU, but for one pod a node with anti-affinity to itself, which 120 nodes do not hold.
    const isOneEach = workload.name === 'SchedulingRequiredPodAntiAffinityWithNSSelector';
    expect(run.placed).toBe(isOneEach ? 20 : run.pods);
    // Begin and end are 10 ms apart.
    expect(podsPerSecond).toBe(run.pods * 100);
  },
);

test('preemption drives three pods of low priority away for each of high priority', () => {
  // 4000m less 4 * 900m leaves 400m; 3000m need 2600m more, which is three pods.
  const workload = SCHEDULER_PERF.find(({ name }) => name === 'PreemptionBasic')!;
  const scale = { nodes: 0.02, pods: 0.02 };
  const { run } = measureWorkload(workload, { clockMs: ticking(), repeat: 1, scale, compares: false });
  expect([run.initialPods, run.placed, run.victims]).toEqual([80, 20, 60]);
});

test('of openb, plain Kubernetes gives whole devices: two halves of a GPU are two', () => {
  const machine = { name: 'm', cpuMilli: 64_000, memBytes: 2 ** 38, gpuCount: 2, gpuModel: 'T4' };
  const half = { cpuMilli: 1000, memBytes: 2 ** 30, gpuCount: 1, gpuMilli: 500 };
  const workload = openbWorkload([machine], [half, { ...half, gpuModels: ['G2'] }, half, half]);
  const options = { clockMs: ticking(), repeat: 2, scale: { nodes: 1, pods: 1 }, compares: false };
  const { run } = measureWorkload(workload, options);
  // The second asks for another model, the fourth finds both devices taken.
  expect([run.pods, run.placed]).toEqual([4, 2]);
});
