import { expect, test } from 'vitest';
import { machineSpec } from '../../data-plane/data-plane-fixture.ts';
import { resourceDistance } from '../preemption/preempt.ts';
import { chooseVictims } from '../preemption/preempt.ts';
import { best, limited } from './limit.ts';
import { inDatacenters, nodeAttributes } from './node-attributes.ts';
import { meets } from './operators.ts';
import {
  antiAffinityScore,
  binPackScore,
  candidateLimit,
  meanScore,
  netPriority,
  preemptionScore,
  spreadScore,
} from './scores.ts';
import { evenSpreadBoost, SpreadScorer } from './spread-block.ts';

const MB = 1024 * 1024;

test.each([
  [0, 0, 0],
  [25, 25, 0.486287],
  [50, 50, 0.759747],
  [75, 75, 0.913525],
  [100, 100, 1],
  [50, 25, 0.623017],
  [90, 10, 0.599877],
])('bin-packing a node that is then %i%% CPU and %i%% memory full scores %f (spec section 8)', (cpu, mem, score) => {
  expect(binPackScore(1 - cpu / 100, 1 - mem / 100)).toBeCloseTo(score, 6);
  expect(spreadScore(1 - cpu / 100, 1 - mem / 100)).toBeCloseTo(1 - score, 6);
});

test('half full is 13.675 of 18, as an upstream test has it, and a quarter 8.753173', () => {
  expect(18 * binPackScore(0.5, 0.5)).toBeCloseTo(13.675445, 6);
  expect(18 * binPackScore(0.75, 0.75)).toBeCloseTo(8.753173, 6);
  expect(18 * binPackScore(0.25, 0.25)).toBeCloseTo(16.443441, 6);
});

test('on 4000 MHz and 8192 MB an ask of 500/1024 prefers an empty node to one with an allocation of its job (spec section 8)', () => {
  const empty = binPackScore(1 - 500 / 4000, 1 - 1024 / 8192);
  const fuller = binPackScore(1 - 2500 / 4000, 1 - 5120 / 8192);
  expect(empty).toBeCloseTo(0.277895, 6);
  expect(fuller).toBeCloseTo(0.847625, 6);
  const withOwn = meanScore([fuller, antiAffinityScore(1, 3)]);
  expect(withOwn).toBeCloseTo(0.090479, 6);
  expect(withOwn).toBeLessThan(empty);
});

test.each([
  [1, 2],
  [2, 2],
  [3, 2],
  [5, 3],
  [10, 4],
  [100, 7],
  [1000, 10],
  [5000, 13],
])('of %i nodes a service looks at %i candidates, batch at 2 (spec section 8)', (nodes, limit) => {
  expect(candidateLimit(false, nodes)).toBe(limit);
  expect(candidateLimit(true, nodes)).toBe(2);
});

test('spread: of 10 with 80 % in dc1, where 2 are, dc1 gets 0.625 and an empty dc2 0.5 (upstream spread test)', () => {
  const spread = { attribute: '${node.datacenter}', weight: 100, targets: [{ value: 'dc1', percent: 80 }] };
  const scorer = new SpreadScorer([spread], 10);
  const counts = [new Map([['dc1', 2]])];
  expect(scorer.score(['dc1'], counts)).toBeCloseTo(0.625, 12);
  expect(scorer.score(['dc2'], counts)).toBeCloseTo(0.5, 12);
  expect(scorer.score([undefined], counts)).toBe(-1);
});

test('spread: a value that no target names counts -1 when targets are all there is; one of 0 % gets the lowest boost so far', () => {
  const targets = [
    { value: 'dc1', percent: 100 },
    { value: 'dc2', percent: 0 },
  ];
  const scorer = new SpreadScorer([{ attribute: 'x', weight: 50, targets }], 10);
  expect(scorer.score(['dc3'], [new Map()])).toBe(-1);
  expect(scorer.score(['dc2'], [new Map()])).toBe(-1);
  // 30 there of 10 wanted: (10 - 31) / 10.
  expect(scorer.score(['dc1'], [new Map([['dc1', 30]])])).toBeCloseTo(-2.1, 12);
  expect(scorer.score(['dc2'], [new Map()])).toBeCloseTo(-2.1, 12);
});

test('even spread: dc1 has 1, dc2 was cleared to 0, so dc2 gets +1 and dc1 -1 (upstream spread test)', () => {
  const counts = new Map([
    ['dc1', 1],
    ['dc2', 0],
  ]);
  expect(evenSpreadBoost('dc2', counts)).toBe(1);
  expect(evenSpreadBoost('dc1', counts)).toBe(-1);
  expect(evenSpreadBoost('dc1', new Map())).toBe(0);
  expect(evenSpreadBoost('dc1', new Map([['dc1', 2]]))).toBe(-1);
  expect(evenSpreadBoost('dc2', new Map([['dc1', 2]]))).toBe(1);
  // 3 and 1: the fuller one gets (1 - 3) / 1, the emptier (3 - 1) / 1.
  const uneven = new Map([
    ['dc1', 3],
    ['dc2', 1],
  ]);
  expect(evenSpreadBoost('dc1', uneven)).toBe(-2);
  expect(evenSpreadBoost('dc2', uneven)).toBe(2);
});

test('preemption: one victim of priority 10 costs 0.99994, a net priority of 2048 one half (spec section 8)', () => {
  expect(netPriority([10])).toBe(11);
  expect(preemptionScore(11)).toBeCloseTo(0.99994, 5);
  expect(preemptionScore(2048)).toBe(0.5);
});

const victim = (name: string, cpu: number, mem: number, priority = 10) => ({
  alloc: name,
  priority,
  resources: { cpuMilli: cpu, memBytes: mem * MB, diskBytes: 0, gpuCount: 0 },
  maxParallel: 0,
  preempted: 0,
});

test('preemption: need (1000, 1000), victims at distances 0.7071, 0.2 and 2.236: the second goes first (spec section 8)', () => {
  const need = { cpuMilli: 1000, memBytes: 1000 * MB, diskBytes: 0, gpuCount: 0 };
  // Pairs are (memory, CPU).
  const all = [victim('a', 500, 500), victim('b', 800, 1000), victim('c', 3000, 2000)];
  expect(resourceDistance(need, all[0].resources)).toBeCloseTo(Math.SQRT1_2, 12);
  expect(resourceDistance(need, all[1].resources)).toBeCloseTo(0.2, 12);
  expect(resourceDistance(need, all[2].resources)).toBeCloseTo(2.236, 3);
  const free = { cpuMilli: 200, memBytes: 0, diskBytes: 0, gpuCount: 0 };
  expect(chooseVictims(need, free, all)?.map(({ alloc }) => alloc)).toEqual(['b']);
});

test('preemption: lower priorities go first, and who is not needed in the end stays', () => {
  const need = { cpuMilli: 1000, memBytes: 1000 * MB, diskBytes: 0, gpuCount: 0 };
  const none = { cpuMilli: 0, memBytes: 0, diskBytes: 0, gpuCount: 0 };
  const all = [victim('small', 500, 500, 10), victim('big', 2000, 2000, 20)];
  // The small one is taken first, then the big one, which alone suffices.
  expect(chooseVictims(need, none, all)?.map(({ alloc }) => alloc)).toEqual(['big']);
  expect(chooseVictims(need, none, [all[0]])).toBeUndefined();
  const penalised = { ...victim('away', 1000, 1000), maxParallel: 1, preempted: 1 };
  expect(chooseVictims(need, none, [penalised, victim('near', 1100, 1100)])?.map(({ alloc }) => alloc)).toEqual([
    'near',
  ]);
});

test('the first three candidates with a bad score are put aside, and come when the rest runs out', () => {
  const from = (scores: readonly number[]) => {
    let place = 0;
    return () => (place < scores.length ? { score: scores[place++] } : undefined);
  };
  const taken = (scores: readonly number[], limit: number) => limited(from(scores), limit).map(({ score }) => score);
  expect(taken([-1, 0, -2, 0.5, 0.7, 0.9], 2)).toEqual([0.5, 0.7]);
  expect(taken([-1, 0, -2, -3, 0.7], 2)).toEqual([-3, 0.7]);
  expect(taken([-1, 0.5], 2)).toEqual([0.5, -1]);
  expect(best([{ score: 1 }, { score: 2 }, { score: 2 }])).toEqual({ score: 2 });
});

test('constraints: every operator', () => {
  const attributes = nodeAttributes(
    machineSpec('n1', { zone: 'a', labels: { rack: 'r7', tags: 'ssd, gpu', v: '1.4.9' } }),
    'dc1',
    'default',
  );
  const holds = (attribute: string, operator: string, value = '') => meets({ attribute, operator, value }, attributes);
  expect(holds('${attr.cpu.arch}', '=', 'amd64')).toBe(true);
  expect(holds('${attr.cpu.arch}', '!=', 'amd64')).toBe(false);
  expect(holds('${meta.none}', '!=', 'x')).toBe(true);
  expect(holds('${meta.none}', '=', 'x')).toBe(false);
  // By number, not by sign: "16" > "9".
  expect(holds('${attr.cpu.numcores}', '>=', '4')).toBe(true);
  expect(holds('${attr.cpu.numcores}', '<', '16')).toBe(true);
  expect(holds('${meta.rack}', 'regexp', '^r[0-9]$')).toBe(true);
  expect(holds('${meta.v}', 'version', '>= 1.4, < 1.5')).toBe(true);
  expect(holds('${meta.v}', 'version', '~> 1.4.2')).toBe(true);
  expect(holds('${meta.v}', 'version', '~> 1.5')).toBe(false);
  expect(holds('1.5.0-beta', 'version', '>= 1.4')).toBe(false);
  expect(holds('1.5.0-beta', 'semver', '>= 1.4.0')).toBe(true);
  expect(holds('1.5.0-beta.2', 'semver', '< 1.5.0-beta.11')).toBe(true);
  expect(holds('${meta.tags}', 'set_contains', 'gpu,ssd')).toBe(true);
  expect(holds('${meta.tags}', 'set_contains_all', 'gpu,tape')).toBe(false);
  expect(holds('${meta.tags}', 'set_contains_any', 'gpu,tape')).toBe(true);
  expect(holds('${meta.rack}', 'is_set')).toBe(true);
  expect(holds('${meta.none}', 'is_not_set')).toBe(true);
  expect(inDatacenters(['eu-*'], 'eu-west')).toBe(true);
  expect(inDatacenters(['eu-*', 'dc1'], 'us')).toBe(false);
});
