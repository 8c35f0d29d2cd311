import { expect, test } from 'vitest';
import { LEAST_MEM_LIMIT_BYTES } from '../engine/engine-limits.ts';
import { containerLimits } from './container-limits.ts';

const MIB = 1024 * 1024;
const engine = { cpuMilli: 2000, memBytes: 4096 * MIB, canLimitCpu: true, canLimitMem: true };
const pod = { cpuMilli: 500, memBytes: 100 * MIB };
const half = { scaleCpu: 0.5, scaleMem: 0.25 };

test('limits are requests where there are no limits, scaled, and never less than an engine takes nor more than it has', () => {
  expect(containerLimits(pod, half, engine)).toEqual({
    cpuLimitMilli: 250,
    cpuShares: 512,
    memLimitBytes: 25 * MIB,
  });
  expect(containerLimits({ ...pod, cpuLimitMilli: 1000, memLimitBytes: 200 * MIB }, half, engine)).toEqual({
    cpuLimitMilli: 500,
    cpuShares: 512,
    memLimitBytes: 50 * MIB,
  });
  expect(containerLimits({ cpuMilli: 1, memBytes: MIB }, half, engine)).toEqual({
    cpuLimitMilli: 10,
    cpuShares: 2,
    memLimitBytes: LEAST_MEM_LIMIT_BYTES,
  });
  expect(containerLimits({ cpuMilli: 64_000, memBytes: 0 }, half, engine).cpuLimitMilli).toBe(2000);
  expect(containerLimits({ cpuMilli: 0, memBytes: 0 }, half, engine)).toEqual({});
});

test('a slow node takes its share of the CPU away; where there are only weights, a limit does', () => {
  expect(containerLimits(pod, half, engine, 0.5).cpuLimitMilli).toBe(125);
  const shares = { scaleCpu: 'shares', scaleMem: 1 } as const;
  expect(containerLimits(pod, shares, engine)).toEqual({ cpuShares: 512, memLimitBytes: 100 * MIB });
  expect(containerLimits(pod, shares, engine, 0.5).cpuLimitMilli).toBe(250);
  expect(containerLimits(pod, shares, engine, 1, true).cpuLimitMilli).toBe(2000);
});

test('what an engine cannot limit is not asked of it', () => {
  expect(containerLimits(pod, half, { ...engine, canLimitCpu: false, canLimitMem: false })).toEqual({ cpuShares: 512 });
});
