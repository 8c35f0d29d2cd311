import { expect, test } from 'vitest';
import { drivenReplay } from '../../../test/driven-replay.ts';
import { fc } from '../../../test/fuzz.ts';
import { randomScripts } from '../../../test/random-script.ts';
import { stream } from '../../sim/random.ts';
import { drivenClock } from '../engine/fake-clock.ts';
import { fakeEngine, type FakeEngine } from '../engine/fake-engine.ts';
import type { ContainerSpec } from '../engine/engine.ts';
import type { FakeProgram } from '../engine/fake-container.ts';
import { POD_LABEL } from '../labels.ts';
import type { ReplayScript } from '../script/replay-script.ts';

const SPEED = 10;

/** Jobs end when they should; every fourth pod does not listen to SIGTERM, others take a while to end. */
function programs(script: ReplayScript): (spec: ContainerSpec) => FakeProgram {
  return ({ labels }) => {
    const place = script.pods.findIndex(({ name }) => name === labels[POD_LABEL]);
    const { bootUs, runsUs } = script.pods[place];
    return {
      ...(runsUs !== undefined && { endsAfterMs: (bootUs + runsUs) / 1000 / SPEED }),
      onTerm: place % 4 === 1 ? 'ignores' : { lingerMs: (place % 5) * 80 },
    };
  };
}

/** An engine whose calls take up to a tenth of a second, and now and then a whole one. */
function slowEngine(name: string, script: ReplayScript, seed: number, clock = drivenClock()): FakeEngine {
  const random = stream(seed, name);
  return fakeEngine({
    name,
    clock,
    images: ['work'],
    networkPools: 30,
    program: programs(script),
    latencyMs: () => (random.next() < 0.03 ? 1000 * random.next() : 100 * random.next()),
  });
}

test('whatever happens in a script, the containers are those that there should be, and nothing is left', async () => {
  await fc.assert(
    fc.asyncProperty(randomScripts(), fc.nat({ max: 1000 }), fc.boolean(), async (script, seed, two) => {
      const clock = drivenClock();
      const engines = (two ? ['a', 'b'] : ['a']).map((name) => slowEngine(name, script, seed, clock));
      const engineOf = (node: string): FakeEngine => engines[Number(node.slice(5)) % engines.length];
      const record = await drivenReplay(script, engineOf, clock, { speed: SPEED });
      expect(record.troubles).toEqual([]);
      expect(record.checkpoints.flatMap(({ differences }) => differences)).toEqual([]);
      expect(record.checkpoints.length).toBe(12);
      expect(record.steps.map(({ step }) => step)).toEqual(script.steps.map((_, k) => k));
      expect(record.steps.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
      const starts = script.steps.flatMap((step, k) => (step.do === 'start' || step.do === 'restart' ? [k] : []));
      expect(record.processes.map(({ step }) => step).sort((a, b) => a - b)).toEqual(starts);
      for (const { due, begun, done } of record.steps) {
        expect(begun.wallMs).toBeGreaterThanOrEqual(due.wallMs - 0.01);
        expect(done.wallMs).toBeGreaterThanOrEqual(begun.wallMs);
      }
      expect(record.leftBehind).toBe(0);
      expect(record.outcome).toBe('finished');
    }),
    { numRuns: 40 },
  );
});
