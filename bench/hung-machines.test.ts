import { describe, expect, test } from 'vitest';
import { ORCHESTRATORS } from '../src/orchestrators/orchestrator.ts';
import { EXPECTED_S } from './node-loss.ts';
import { machineLosses } from './node-loss-run.ts';

describe('a machine that stands still, with nothing else wrong', () => {
  test.each(ORCHESTRATORS)('is given up by %s as one that has stopped: its agent is not heard', async (name) => {
    const lose = await machineLosses(name, 'hangs');
    const [low, high] = EXPECTED_S[name];
    for (const seed of [1, 2, 3]) {
      const { firstUs, held } = lose(seed);
      expect(held).toBeGreaterThan(0);
      expect(firstUs / 1e6).toBeGreaterThanOrEqual(low);
      expect(firstUs / 1e6).toBeLessThanOrEqual(high);
    }
  });
});
