import { expect, test } from 'vitest';
import type { CallSpec } from '../request-service.ts';
import { PATIENT } from '../traffic.ts';
import { FluidStream } from './fluid-stream.ts';
import { constantShape, type LatencyShape } from './latency-shape.ts';
import { serviceShape } from './service-shape.ts';
import { stagesOf } from './stages.ts';

const call = (
  shape: LatencyShape,
  fails: number,
  more: Partial<CallSpec> = {},
): { call: CallSpec; stream: FluidStream } => {
  const stream = new FluidStream(1, PATIENT, -1, 0);
  stream.answer = { shape, fails, meanUs: shape.meanUs, attemptFails: fails, delayUs: 0 };
  return { call: { service: 1, chance: 1, fanOut: 1, client: PATIENT, required: true, ...more }, stream };
};

test('stages add up, calls of a stage take the longest', () => {
  const { shape, fails } = stagesOf([
    [call(constantShape(1000), 0), call(constantShape(3000), 0)],
    [call(constantShape(500), 0)],
  ]);
  // 3000 + 500; constants lie between two nodes of the grid, which the larger of two feels a little.
  expect(shape.meanUs / 3500).toBeCloseTo(1, 2);
  expect(fails).toBe(0);
});

test('two exponential calls at once take 1.5 means', () => {
  const one = serviceShape({ kind: 'exponential', meanUs: 1000 });
  expect(stagesOf([[call(one, 0), call(one, 0)]]).shape.meanUs / 1500).toBeCloseTo(1, 2);
  expect(stagesOf([[call(one, 0, { fanOut: 2 })]]).shape.meanUs / 1500).toBeCloseTo(1, 2);
});

test('a call that is made half of the time takes half of it and fails half as often', () => {
  const { shape, fails } = stagesOf([[call(constantShape(1000), 0.2, { chance: 0.5 })]]);
  expect(shape.meanUs / 500).toBeCloseTo(1, 6);
  expect(fails).toBeCloseTo(0.1, 9);
});

test('required calls all have to succeed, others do not', () => {
  // 1 - 0.9 0.9² with two copies of the second.
  expect(stagesOf([[call(constantShape(1), 0.1)], [call(constantShape(1), 0.1, { fanOut: 2 })]]).fails).toBeCloseTo(
    1 - 0.729,
    9,
  );
  expect(stagesOf([[call(constantShape(1), 0.5, { required: false })]]).fails).toBe(0);
});
