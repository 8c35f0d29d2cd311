import { expect, test } from 'vitest';
import { ScriptState } from '../script/script-state.ts';
import { drivenReplay } from '../../../test/driven-replay.ts';
import { fc } from '../../../test/fuzz.ts';
import { randomScripts } from '../../../test/random-script.ts';
import { stream } from '../../sim/random.ts';
import { drivenClock } from '../engine/fake-clock.ts';
import type { EngineCall } from '../engine/engine-call.ts';
import { fakeEngine, type FakeEngine } from '../engine/fake-engine.ts';
import { guardedEngine } from '../engine/guarded-engine.ts';
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

const CALLS: readonly EngineCall[] = [
  'createNetwork',
  'listNetworks',
  'createContainer',
  'start',
  'kill',
  'pause',
  'unpause',
  'update',
  'connect',
  'disconnect',
  'remove',
  'list',
  'inspect',
  'events',
];

test('nor do faults that pass change anything, answers that are lost included', async () => {
  const faults = fc.array(
    fc.record({
      call: fc.constantFrom(...CALLS),
      after: fc.nat({ max: 12 }),
      when: fc.constantFrom('before', 'after'),
    }),
    { maxLength: 25, size: 'max' },
  );
  await fc.assert(
    fc.asyncProperty(randomScripts({ moves: 40 }), faults, fc.nat({ max: 1000 }), async (script, planned, seed) => {
      const clock = drivenClock();
      const fake = slowEngine('a', script, seed, clock);
      for (const { call, after, when } of planned)
        fake.failNext(call, 'failed', { after, when: when === 'after' ? 'after' : 'before' });
      const wait = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve));
      const engine = guardedEngine(fake, { tries: 30, wait });
      const record = await drivenReplay(script, engine, clock, { speed: SPEED });
      expect(record.troubles).toEqual([]);
      expect(record.checkpoints.flatMap(({ differences }) => differences)).toEqual([]);
      expect(record.steps.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
      expect(record.leftBehind).toBe(0);
    }),
    { numRuns: 40 },
  );
});

test('an engine that is lost and comes back has at the end what it should', async () => {
  const loss = fc.record({
    atMs: fc.nat({ max: 8000 }),
    forMs: fc.nat({ max: 2000 }),
    what: fc.constantFrom('die' as const, 'run' as const),
  });
  await fc.assert(
    fc.asyncProperty(randomScripts(), loss, fc.nat({ max: 1000 }), async (script, { atMs, forMs, what }, seed) => {
      const clock = drivenClock();
      const [a, b] = ['a', 'b'].map((name) => slowEngine(name, script, seed, clock));
      clock.after(500 + atMs, () => a.goAway(what));
      clock.after(500 + atMs + forMs, () => a.comeBack());
      const record = await drivenReplay(script, (node) => (node === 'node-0' ? a : b), clock, { speed: SPEED });
      // What should have ended before it was ever started, while its engine was away, is not started for that.
      const state = new ScriptState(script);
      state.advanceTo(script.durationUs);
      const ended = script.pods.filter((_, pod) => state.pods[pod].state === 'exited' || state.pods[pod].isStopping);
      const names = new Set(ended.map(({ name }) => name));
      const left = record.checkpoints.at(-1)!.differences.filter((one) => !names.has(one.split(' ')[0]));
      expect(left).toEqual([]);
      expect(record.steps.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
      expect(record.steps.length).toBe(script.steps.length);
      expect(record.leftBehind).toBe(0);
      expect(record.outcome).toBe('finished');
    }),
    { numRuns: 60 },
  );
});
