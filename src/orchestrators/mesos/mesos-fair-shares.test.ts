import { describe, expect, test } from 'vitest';
import { machineSpec } from '../data-plane/data-plane-fixture.ts';
import { startMesos, S, type MesosRunOptions } from './mesos-fixture.ts';

/** The machine of the DRF paper, ten of them. */
const MACHINES = Array.from({ length: 10 }, (_, k) =>
  machineSpec(`n${k + 1}`, { cpuMilli: 9000, memBytes: 18 * 2 ** 30 }),
);
const CPUS = 90_000;
const BYTES = 180 * 2 ** 30;

/** A framework of its own with more runs than will ever be done: tasks of so many CPUs and GB. */
const job = (id: string, cpus: number, gb: number) => ({
  id,
  labels: { 'baton.dev/framework': id, 'baton.dev/role': id, 'baton.dev/runs': '3000' },
  run: { cpus, mem: gb * 1024, cmd: 'sleep 60' },
});

/** Mean dominant share of each role, offers left out, over the last 20 of 30 minutes. */
function meanShares(files: readonly unknown[], options: MesosRunOptions = {}): Readonly<Record<string, number>> {
  const { run, loop } = startMesos(files, {
    machines: MACHINES,
    behaviour: () => ({ runs: { kind: 'exponential', meanUs: 60 * S } }),
    spec: { durationUs: 1800 * S, settleUs: 10 * S, zones: [''] },
    ...options,
  });
  const sums: Record<string, number> = { a: 0, b: 0 };
  let samples = 0;
  for (let at = 600; at <= 1800; at += 2) {
    run.runUntil(at * S);
    samples++;
    const held: Record<string, { cpu: number; mem: number }> = { a: { cpu: 0, mem: 0 }, b: { cpu: 0, mem: 0 } };
    for (const { role, order } of loop.master.tasks.values()) {
      held[role].cpu += order.resources.cpuMilli;
      held[role].mem += order.resources.memBytes;
    }
    for (const role of ['a', 'b']) sums[role] += Math.max(held[role].cpu / CPUS, held[role].mem / BYTES);
  }
  return { a: sums['a'] / samples, b: sums['b'] / samples };
}

describe('two frameworks on one cluster come to their fair shares', () => {
  test('DRF paper on ten of its machines: <1 CPU, 4 GB> and <3 CPU, 1 GB> have 2/3 each, within 0.03', () => {
    const { a, b } = meanShares([job('a', 1, 4), job('b', 3, 1)]);
    expect(Math.abs(a - 2 / 3)).toBeLessThan(0.03);
    expect(Math.abs(b - 2 / 3)).toBeLessThan(0.03);
  });

  test('equal tasks and weights 1:1 have half of it each, within 0.03', () => {
    const { a, b } = meanShares([job('a', 1, 1), job('b', 1, 1)]);
    expect(Math.abs(a - b)).toBeLessThan(0.03);
    expect(a + b).toBeGreaterThan(0.9);
  });

  test('weights 1:2 share it one to two, within 0.05 of the ratio', () => {
    const weights = [
      { role: 'a', weight: 1 },
      { role: 'b', weight: 2 },
    ];
    const { a, b } = meanShares([job('a', 1, 1), job('b', 1, 1), weights]);
    expect(Math.abs(b / a - 2)).toBeLessThan(0.05);
    expect(a + b).toBeGreaterThan(0.9);
  });

  test('a limit holds whatever the share would be', () => {
    const quota = { configs: [{ role: 'a', limits: { cpus: { value: 9 } } }] };
    const { a, b } = meanShares([job('a', 1, 1), job('b', 1, 1), quota]);
    expect(a).toBeLessThanOrEqual(0.1);
    expect(b).toBeGreaterThan(0.8);
  });
});
