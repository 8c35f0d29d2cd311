import { describe, expect, test } from 'vitest';
import { ORCHESTRATORS } from '../../src/orchestrators/orchestrator.ts';
import { slowTest } from '../slow.ts';
import { opened, plansOfText } from './opened-scenario.ts';
import { faultsOf, runWatched } from './random-world-checks.ts';
import { randomWorld } from './random-world.ts';

/** What is wrong with a random world under an orchestrator; each world is run twice. */
async function faults(seed: number, orchestrator: string): Promise<string[]> {
  const world = randomWorld(seed, orchestrator);
  const [plan] = plansOfText(world.text, [seed]);
  const watched = await opened(plan);
  runWatched(watched.run);
  const result = watched.result();
  const again = await opened(plan);
  while (again.run.step());
  const isSame = again.result().fingerprint === result.fingerprint;
  return [...faultsOf(result, world), ...(isSame ? [] : ['another run of the same seed was another'])];
}

describe('random worlds: runs end, books balance, nobody serves on a dead machine, all is whole again, and seeds repeat', () => {
  // 22 has shown allocations that nobody replaced.
  const worlds = [22].flatMap((seed) => ORCHESTRATORS.map((name) => [seed, name] as const));
  test.each(worlds)('world %i under %s', async (seed, name) => expect(await faults(seed, name)).toEqual([]));

  slowTest('many worlds', async () => {
    // 16 has shown a queue at rest before its requests came.
    for (const seed of [1, 3, 16, ...Array.from({ length: 57 }, (_, k) => 1000 + k)])
      for (const name of ORCHESTRATORS) expect(await faults(seed, name), `seed ${seed} under ${name}`).toEqual([]);
  });
});
