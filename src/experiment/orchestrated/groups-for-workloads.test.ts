import { expect, test } from 'vitest';
import type { NativeWorkload } from '../../orchestrators/native-file.ts';
import { groupsForWorkloads } from './groups-for-workloads.ts';

const workload = (cpuMilli: number, memGib: number, replicas: number): NativeWorkload => ({
  name: 'web',
  kind: 'service',
  replicas,
  image: 'web:1',
  labels: {},
  cpuMilli,
  memBytes: memGib * 2 ** 30,
  ports: [],
});

test.each([
  // Nothing declared: three machines.
  [[workload(0, 0, 2)], '3 x m5.xlarge zone=a,b,c'],
  // 20 CPUs fill 60 % of 8.3 machines.
  [[workload(500, 1, 40)], '9 x m5.xlarge zone=a,b,c'],
  // One that is larger than the smallest machine.
  [[workload(6000, 8, 1)], '3 x m5.2xlarge zone=a,b,c'],
  [[workload(100, 100, 4)], '6 x m5.12xlarge zone=a,b,c'],
  [[workload(4000, 1, 10_000)], '200 x m5.xlarge zone=a,b,c'],
])('%#: machines for what files declare', (workloads, text) => {
  expect(groupsForWorkloads(workloads).text).toBe(text);
});
