import { expect, test } from 'vitest';
import { chosenAt, chosenSlope, choicesAmong } from './level-rates.ts';
import { phaseFit } from './phase-fit.ts';
import { replicaChain } from './replica-chain.ts';
import { meanLevel, stationary } from './stationary.ts';

test('choices between whole numbers are a mixture', () => {
  // Half of 0.3 and half of 0.09; slopes: half of 1 and half of 0.6.
  expect(chosenAt(0.3, 1.5)).toBeCloseTo(0.195, 12);
  expect(chosenSlope(0.3, 1.5)).toBeCloseTo(0.8, 12);
  expect(chosenAt(0.3, 2)).toBeCloseTo(0.09, 12);
  expect(chosenSlope(0.3, 3)).toBeCloseTo(0.27, 12);
});

test('two choices among ten replicas at 0.9 hold 2.804 each, not 2.353', () => {
  // By Little's law from responses: the mean field's 2.614057 (Mitzenmacher 2001) at 0.9 a second is 2.3527; the discrete
  // model's 3.11 (bench/fluid-reference.json) is 2.80.
  const chain = replicaChain(1, phaseFit(1), 1, 40);
  const level = (choices: number): number => meanLevel(chain, stationary(chain, 0.9, choices));
  expect(level(2)).toBeCloseTo(2.3527, 3);
  expect(level(choicesAmong(2, 10, 0.9)) / 2.804).toBeCloseTo(1, 1.5);
  // With a thousand the difference is hardly there.
  expect(level(choicesAmong(2, 1000, 0.9))).toBeLessThan(2.37);
});
