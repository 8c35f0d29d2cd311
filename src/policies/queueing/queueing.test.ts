import { expect, test } from 'vitest';
import { Cluster } from '../../sim/cluster.ts';
import { InputError } from '../../sim/input-error.ts';
import { blankRow, type PodRow } from '../../sim/pod-source.ts';
import { Pods } from '../../sim/pods.ts';
import { ShapeTable } from '../../sim/shapes.ts';
import { PodView } from '../../sim/views.ts';
import { drf } from './drf.ts';
import { queuePolicies, queuePolicy } from './index.ts';

const GIB = 2 ** 30;

/** Names of the pods in the order in which the policy would try them on a cluster of 10 cores, 20 GiB and 4 GPUs. */
function order(policyName: string, rows: readonly Partial<PodRow>[]): string[] {
  const cluster = new Cluster([{ name: 'a', cpuMilli: 10_000, memBytes: 20 * GIB, gpuCount: 4 }]);
  const shapes = new ShapeTable(cluster);
  const pods = new Pods();
  const view = new PodView(shapes, pods);
  const policy = queuePolicy(policyName);
  const keys = rows.map((given, number) => {
    const row = { ...blankRow(), ...given };
    const shape = shapes.acquire(row.request);
    return { name: row.name!, key: policy.key!(view.moveTo(shape, pods.add(row, number, shape))) };
  });
  return keys.sort((a, b) => a.key - b.key).map((one) => one.name);
}

const FOUR: Partial<PodRow>[] = [
  { name: 'a', priority: 0, estimateUs: 50, request: { cpuMilli: 2000, memBytes: 2 * GIB } },
  { name: 'b', priority: 5, estimateUs: 70, request: { cpuMilli: 1000, memBytes: 12 * GIB } },
  { name: 'c', priority: 5, estimateUs: 10, request: { cpuMilli: 100, memBytes: GIB, gpuCount: 1, gpuMilli: 500 } },
  { name: 'd', priority: -1, estimateUs: Infinity, gangSize: 4, request: { cpuMilli: 1000, memBytes: GIB } },
];
// Dominant shares: a 2/10 (CPU); b 12/20 (memory); c 500/4000 (GPU); d four members of 1/10 each, 4/10.

test.each([
  ['fifo', 'abcd'],
  ['priority', 'bcad'],
  ['shortest-first', 'cabd'],
  ['longest-first', 'dbac'],
  ['largest-first', 'bdac'],
  ['smallest-first', 'cadb'],
])('%s tries the pods in the order %s', (name, expected) => {
  expect(order(name, FOUR).join('')).toBe(expected);
});

test("DRF reaches the paper's allocation on its example: 3 tasks for A, 2 for B", () => {
  // Ghodsi et al., NSDI 2011, section 4.1: 9 CPUs and 18 GB; A's tasks need <1, 4>, B's <3, 1>.
  const total = Float64Array.of(9000, 18 * GIB, 0);
  const users = [
    { name: 'A', asks: [1000, 4 * GIB, 0], has: new Float64Array(3) },
    { name: 'B', asks: [3000, GIB, 0], has: new Float64Array(3) },
  ];
  const served: string[] = [];
  const shares: number[] = [];
  for (;;) {
    const shareOf = users.map((user) => drf.userShare!(user.has, total));
    const next = users[shareOf[0] <= shareOf[1] ? 0 : 1];
    const used = total.map((_, k) => users[0].has[k] + users[1].has[k]);
    if (next.asks.some((ask, k) => used[k] + ask > total[k])) break;
    next.asks.forEach((ask, k) => (next.has[k] += ask));
    served.push(next.name);
    shares.push(drf.userShare!(next.has, total));
  }
  expect(served.join('')).toBe('ABABA');
  // A: 4/18, 8/18, 12/18 of the memory; B: 3/9, 6/9 of the CPUs.
  expect(shares).toEqual([4 / 18, 3 / 9, 8 / 18, 6 / 9, 12 / 18]);
});

test('every queue order has a name of its own, a summary and a source', () => {
  expect(new Set(queuePolicies.map((policy) => policy.name)).size).toBe(queuePolicies.length);
  for (const policy of queuePolicies) {
    expect(policy.summary).toBeTruthy();
    expect(policy.source).toBeTruthy();
    expect(queuePolicy(policy.name)).toBe(policy);
    expect((policy.key === undefined) !== (policy.userShare === undefined)).toBe(true);
  }
});

test('an unknown queue order is answered with the nearest known one', () => {
  expect(() => queuePolicy('shortest-frist')).toThrow(InputError);
  expect(() => queuePolicy('shortest-frist')).toThrow(
    'no queue order called "shortest-frist"; did you mean "shortest-first"?',
  );
});
