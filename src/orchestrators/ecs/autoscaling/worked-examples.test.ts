import { describe, expect, test } from 'vitest';
import { valuesOf } from '../../constants.ts';
import { ecsConstants } from '../constants.ts';
import type { ScalingPolicy } from '../files/ecs-files.ts';
import { newScalingMemory, scalingAnswer, type ScalingSight } from './scaling-answer.ts';
import { roundedChange, steppedCapacity } from './step-scaling.ts';
import { alarmsOf, trackedCount } from './target-tracking.ts';

const VALUES = valuesOf(ecsConstants);
const RULES = { highPoints: 3, lowPoints: 15, lowShare: 0.9 };

describe('target tracking: ceil(running × metric / target)', () => {
  test.each([
    [10, 90, 60, 15],
    [10, 61, 60, 11],
    [4, 30, 60, 2],
    [3, 100, 75, 4],
    [7, 60, 60, 7],
  ])('%d running at %d of %d: %d', (running, metric, target, count) => {
    expect(trackedCount(running, metric, target)).toBe(count);
  });

  test('rings after 3 points above, and after 15 below nine tenths', () => {
    expect(alarmsOf([61, 61], 60, RULES)).toEqual({ high: false, low: false });
    expect(alarmsOf([61, 61, 61], 60, RULES)).toEqual({ high: true, low: false });
    expect(alarmsOf(Array<number>(14).fill(30), 60, RULES).low).toBe(false);
    expect(alarmsOf(Array<number>(15).fill(30), 60, RULES).low).toBe(true);
    expect(alarmsOf(Array<number>(15).fill(55), 60, RULES).low).toBe(false);
  });
});

describe('step scaling: Application Auto Scaling User Guide', () => {
  const percent = {
    adjustment: 'PercentChangeInCapacity' as const,
    minMagnitude: 0,
    steps: [
      { lower: 0, upper: 10, adjustment: 0 },
      { lower: 10, upper: 20, adjustment: 10 },
      { lower: 20, upper: Infinity, adjustment: 30 },
      { lower: -20, upper: -10, adjustment: -10 },
      { lower: -Infinity, upper: -20, adjustment: -30 },
    ],
  };

  test("the guide's example, threshold 50: 10 -> 11 at 60, -> 14 at 70, -> 13 at 40, -> 10 at 30", () => {
    expect(steppedCapacity(percent, 50, 60, 10)).toBe(11);
    expect(steppedCapacity(percent, 50, 70, 11)).toBe(14);
    expect(steppedCapacity(percent, 50, 40, 14)).toBe(13);
    expect(steppedCapacity(percent, 50, 30, 13)).toBe(10);
  });

  test('rounds toward zero, never to it', () => {
    expect([3.3, 1.4, 0.4, -0.4, -1.4, -3.9, 0].map(roundedChange)).toEqual([3, 1, 1, -1, -1, -3, 0]);
  });

  test('25 % of 4 with MinAdjustmentMagnitude 2: +2', () => {
    const quarter = { ...percent, minMagnitude: 2, steps: [{ lower: 0, upper: Infinity, adjustment: 25 }] };
    expect(steppedCapacity(quarter, 50, 60, 4)).toBe(6);
  });

  test('counts as they are, and exactly', () => {
    const steps = [{ lower: 0, upper: Infinity, adjustment: 3 }];
    expect(steppedCapacity({ adjustment: 'ChangeInCapacity', minMagnitude: 0, steps }, 50, 50, 4)).toBe(7);
    expect(steppedCapacity({ adjustment: 'ExactCapacity', minMagnitude: 0, steps }, 50, 50, 4)).toBe(3);
    expect(steppedCapacity({ adjustment: 'ExactCapacity', minMagnitude: 0, steps }, 50, 49, 4)).toBe(4);
  });
});

describe('policies of one service', () => {
  const tracking = (metric: 'cpu' | 'memory', target: number, otherwise = {}): ScalingPolicy => ({
    kind: 'target-tracking',
    name: metric,
    service: 'web',
    metric,
    target,
    outCooldownUs: 300e6,
    inCooldownUs: 300e6,
    scaleInDisabled: false,
    where: '',
    ...otherwise,
  });
  const limits = { min: 1, max: 20, scaleInSuspended: false, scaleOutSuspended: false };
  const sight = (cpu: number, memory: number, otherwise: Partial<ScalingSight> = {}): ScalingSight => ({
    nowUs: 0,
    running: 4,
    desired: 4,
    isUpdating: false,
    points: { cpu: Array<number>(15).fill(cpu), memory: Array<number>(15).fill(memory), requests: [] },
    ...otherwise,
  });
  const both = [tracking('cpu', 50), tracking('memory', 50)];
  const ask = (policies: readonly ScalingPolicy[], seen: ScalingSight, memory = newScalingMemory()) =>
    scalingAnswer(policies, limits, seen, memory, VALUES)?.desired;

  test('out: the most; in: only when all agree, and then the most', () => {
    expect(ask(both, sight(75, 100))).toBe(8);
    expect(ask(both, sight(20, 50))).toBeUndefined();
    expect(ask(both, sight(10, 25))).toBe(2);
  });

  test('in is suspended during deployments and by DisableScaleIn, out is not', () => {
    expect(ask(both, sight(10, 10, { isUpdating: true }))).toBeUndefined();
    expect(ask(both, sight(75, 10, { isUpdating: true }))).toBe(6);
    expect(ask([tracking('cpu', 50, { scaleInDisabled: true })], sight(10, 10))).toBeUndefined();
  });

  test('a policy with DisableScaleIn has no say in it (target-tracking-considerations)', () => {
    expect(ask([tracking('cpu', 50), tracking('memory', 50, { scaleInDisabled: true })], sight(10, 50))).toBe(1);
    expect(
      ask([tracking('cpu', 50), tracking('memory', 50, { scaleInDisabled: true })], sight(50, 10)),
    ).toBeUndefined();
  });

  test('step scaling goes in whether target tracking is ready or not, and no further than who keeps most', () => {
    const step: ScalingPolicy = {
      kind: 'step',
      name: 'in',
      service: 'web',
      adjustment: 'ChangeInCapacity',
      steps: [{ lower: -Infinity, upper: 0, adjustment: -1 }],
      minMagnitude: 0,
      cooldownUs: 60e6,
      where: '',
      alarm: { name: 'low', metric: 'memory', above: false, inclusive: false, threshold: 40, points: 3 },
    };
    expect(ask([tracking('cpu', 50), step], sight(50, 20))).toBe(3);
    expect(ask([tracking('cpu', 50), step], sight(10, 20))).toBe(3);
    expect(ask([tracking('cpu', 50), step], sight(10, 50))).toBe(1);
    expect(ask([tracking('cpu', 50), step], sight(75, 20))).toBe(6);
  });

  test('while a scale-out cools down only a larger one is done; it ends the cooldown of a scale-in', () => {
    const memory = newScalingMemory();
    expect(ask(both, sight(75, 50), memory)).toBe(6);
    expect(ask(both, sight(75, 50, { nowUs: 60e6 }), memory)).toBeUndefined();
    expect(ask(both, sight(100, 50, { nowUs: 60e6 }), memory)).toBe(8);
    const shrunk = newScalingMemory();
    expect(ask(both, sight(10, 10), shrunk)).toBe(1);
    expect(ask(both, sight(10, 10, { nowUs: 200e6, running: 4, desired: 4 }), shrunk)).toBeUndefined();
    expect(ask(both, sight(75, 10, { nowUs: 250e6 }), shrunk)).toBe(6);
    expect(ask(both, sight(10, 10, { nowUs: 260e6 }), shrunk)).toBe(1);
  });

  test('from nothing: one at the first point', () => {
    const seen = sight(0, 0, { running: 0, desired: 0, points: { cpu: [90], memory: [], requests: [] } });
    expect(scalingAnswer([tracking('cpu', 50)], { ...limits, min: 0 }, seen, newScalingMemory(), VALUES)?.desired).toBe(
      1,
    );
  });
});
