import { expect, test } from 'vitest';
import { phaseFit } from './phase-fit.ts';
import { replicaChain } from './replica-chain.ts';
import { stationary } from './stationary.ts';

const mean = (places: number, cv: number, ticks: number, top: number, rate: number, choices = 1): number => {
  const chain = replicaChain(places, phaseFit(cv), ticks, top);
  const shares = stationary(chain, rate, choices);
  let sum = 0;
  shares.forEach((share, state) => (sum += share * chain.levelOf[state]));
  return sum / rate;
};

test('M/M/1 at 0.8 responds in 5 service times', () => {
  expect(mean(1, 1, 1, 200, 0.8)).toBeCloseTo(5, 6);
});
test('M/M/4 at 0.8 responds in 1.74554 (Erlang C)', () => {
  expect(mean(4, 1, 1, 200, 3.2)).toBeCloseTo(1.74554059, 6);
});
test('M/G/1 obeys Pollaczek and Khinchine', () => {
  // Wait = 0.8 (1 + C²) / (2 (1 - 0.8)): Erlang-2 3, C² = 4 10.
  expect(mean(1, 0.5, 1, 300, 0.8)).toBeCloseTo(4, 6);
  expect(mean(1, 4, 1, 900, 0.8)).toBeCloseTo(11, 4);
  // 0.7: a mixture of Erlangs of 1 and 2 phases; 1 + 0.8 1.7 / 0.4 = 4.4.
  expect(mean(1, 0.7, 1, 300, 0.8)).toBeCloseTo(4.4, 6);
});
test('round robin over 5 and 10 replicas at 0.9', () => {
  // E_n/M/1 of spec/traffic.md: n = 5: 6.1421, n = 10: 5.6603.
  expect(mean(1, 1, 5, 200, 0.9)).toBeCloseTo(6.1421, 3);
  expect(mean(1, 1, 10, 200, 0.9)).toBeCloseTo(5.6603, 3);
});
test('power of two choices, mean field', () => {
  // Sum over i >= 1 of rho^(2^i - 2): 0.8: 1.947363, 0.95: 3.383046.
  expect(mean(1, 1, 1, 20, 0.8, 2)).toBeCloseTo(1.947363, 5);
  expect(mean(1, 1, 1, 24, 0.95, 2)).toBeCloseTo(3.383046, 5);
  expect(mean(1, 1, 1, 24, 0.95, 5)).toBeCloseTo(1.988772, 5);
  expect(mean(1, 4, 1, 60, 0.95, 2)).toBeGreaterThan(3.383);
});
