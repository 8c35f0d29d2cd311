import { describe, expect, test } from 'vitest';
import {
  drivenReplay,
  outcomesOf,
  scriptOf,
  setUpEngine,
  troublesOf,
  SECOND_US as S,
} from '../../../test/driven-replay.ts';
import { drivenClock } from '../engine/fake-clock.ts';
import { fakeEngine } from '../engine/fake-engine.ts';
import { POD_LABEL, ROLE_LABEL, RUN_LABEL } from '../labels.ts';

describe('what nobody ordered', () => {
  const two = scriptOf(
    [{ name: 'web-1' }, { name: 'web-2' }],
    [
      { atUs: 0, do: 'start', pod: 0, node: 0 },
      { atUs: 0, do: 'start', pod: 1, node: 0 },
    ],
  );
  const after = (clock: ReturnType<typeof drivenClock>, ms: number, run: () => void): void => void clock.after(ms, run);
  const idOf = (engine: ReturnType<typeof fakeEngine>, place: number): string =>
    engine.calls.filter(({ call }) => call === 'start')[place].subject!;

  test('a death is told, and nobody starts the container again', async () => {
    const { clock, engine } = setUpEngine();
    after(clock, 2250, () => engine.endProcess(idOf(engine, 0), 1));
    after(clock, 3250, () => engine.killForMemory(idOf(engine, 1)));
    const record = await drivenReplay(two, engine, clock);
    expect(troublesOf(record)).toEqual([
      'web-1 ended with exit code 1 without being told',
      'web-2 ended with exit code 137 without being told, because it wanted more memory than its limit',
    ]);
    expect(record.processes.map(({ exitCode, oomKilled }) => [exitCode, oomKilled])).toEqual([
      [1, undefined],
      [137, true],
    ]);
    expect(record.troubles[0].simUs).toBeCloseTo(22.5 * S, -2);
    expect(record.checkpoints[3].differences).toEqual([]);
    expect(record.checkpoints[4].differences).toEqual(['web-1 has exited and should run']);
    expect(record.checkpoints[11].differences).toEqual([
      'web-1 has exited and should run',
      'web-2 has exited and should run',
    ]);
    expect(engine.calls.filter(({ call }) => call === 'start').length).toBe(2);
  });

  test('a checkpoint sees what was removed, paused or made by others', async () => {
    const { clock, engine } = setUpEngine();
    after(clock, 2200, () => {
      void engine.remove(idOf(engine, 0));
      void engine.pause(idOf(engine, 1));
      const labels = { [RUN_LABEL]: two.runId, [ROLE_LABEL]: 'pod', [POD_LABEL]: 'stray' };
      void engine.createContainer({ name: 'stray', image: 'work', labels });
    });
    const record = await drivenReplay(two, engine, clock);
    expect(record.checkpoints[3].differences).toEqual([]);
    expect(record.checkpoints[4].differences).toEqual([
      'stray was never started and should be gone',
      'web-1 is missing',
      'web-2 is paused and should run',
    ]);
    expect(troublesOf(record)).toEqual([
      'web-1 ended with exit code 137 without being told',
      'the container of web-1 was removed by somebody else',
    ]);
    expect(record.leftBehind).toBe(0);
  });
});

describe('an engine is lost', () => {
  const script = scriptOf(
    ['a1', 'a2', 'a3', 'b1', 'a4'].map((name) => ({ name })),
    [
      { atUs: 0, do: 'start', pod: 0, node: 0 },
      { atUs: 0, do: 'start', pod: 1, node: 0 },
      { atUs: 0, do: 'start', pod: 3, node: 1 },
      { atUs: 21 * S, do: 'start', pod: 2, node: 0 },
      { atUs: 22 * S, do: 'stop', pod: 0, graceUs: 0, why: 'update' },
      { atUs: 23 * S, do: 'gone', pod: 0 },
      { atUs: 23 * S, do: 'pause', pod: 1, why: 'hang' },
      { atUs: 24 * S, do: 'kill', pod: 3, why: 'crash' },
      { atUs: 40 * S, do: 'start', pod: 4, node: 0 },
    ],
  );

  test.each(['die', 'run', 'lost'] as const)('and its containers %s: the rest goes on, it is mended', async (what) => {
    const clock = drivenClock();
    const [a, b] = ['a', 'b'].map((name) => fakeEngine({ name, clock, images: ['work'] }));
    clock.after(2000, () => a.goAway(what));
    clock.after(3050, () => a.comeBack());
    const record = await drivenReplay(script, (node) => (node === 'one' ? a : b), clock);
    expect(outcomesOf(record)).toEqual([
      'done',
      'done',
      'done',
      'missed',
      'missed',
      'missed',
      'missed',
      'done',
      'done',
    ]);
    expect(troublesOf(record)[0]).toMatch(/^a is away: /);
    expect(troublesOf(record)).toContain('a3: start: a was away');
    expect(troublesOf(record).at(-1)).toBe('a is back, and its containers are what the script says');
    expect(record.checkpoints[4].differences).toEqual([
      expect.stringMatching(/^what a has cannot be seen, of 2 containers/),
    ]);
    // From then on it has a2, paused, and a3, which it never heard of.
    expect(record.checkpoints.slice(6).flatMap((one) => one.differences)).toEqual([]);
    expect(record.checkpoints[6]).toMatchObject({ expected: 3, found: 3 });
    expect(record.leftBehind).toBe(0);
    expect(record.outcome).toBe('finished');
  });

  test('and does not start what it had: that is told, and not that all is well', async () => {
    const clock = drivenClock();
    const [a, b] = ['a', 'b'].map((name) => fakeEngine({ name, clock, images: ['work'] }));
    clock.after(2000, () => a.goAway('die'));
    clock.after(3050, () => {
      a.comeBack();
      a.failNext('start', 'failed', { times: 2 });
    });
    const record = await drivenReplay(script, (node) => (node === 'one' ? a : b), clock);
    expect(troublesOf(record).filter((what) => what.includes('cannot be brought to what the script says')).length).toBe(
      2,
    );
    expect(troublesOf(record).at(-1)).toBe('a is back, without all that the script says');
    expect(record.leftBehind).toBe(0);
  });

  test('and what was cut off, slowed down or resized meanwhile is so when it is back', async () => {
    const { clock, engine } = setUpEngine();
    const cut = scriptOf(
      [{ name: 'web-1', cpuMilli: 400 }],
      [
        { atUs: 0, do: 'start', pod: 0, node: 0 },
        { atUs: 21 * S, do: 'node-cut-off', node: 0, why: 'switch' },
        { atUs: 22 * S, do: 'node-speed', node: 0, speed: 0.5, why: 'thermal' },
        { atUs: 23 * S, do: 'resize', pod: 0, cpuMilli: 600, memBytes: 2 ** 27 },
      ],
    );
    clock.after(2000, () => engine.goAway('run'));
    clock.after(2600, () => engine.comeBack());
    const seen: unknown[] = [];
    const look = async (): Promise<void> => {
      const [{ id }] = await engine.list({});
      const { networks, cpuLimitMilli, memLimitBytes } = await engine.inspect(id);
      seen.push({ networks: networks.length, cpuLimitMilli, memLimitBytes });
    };
    clock.after(4000, () => void look());
    await drivenReplay(cut, engine, clock);
    expect(seen).toEqual([{ networks: 0, cpuLimitMilli: 300, memLimitBytes: 2 ** 27 }]);
  });

  test('for good: what it had counts as left behind', async () => {
    const clock = drivenClock();
    const [a, b] = ['a', 'b'].map((name) => fakeEngine({ name, clock, images: ['work'] }));
    clock.after(2000, () => a.goAway());
    const record = await drivenReplay(script, (node) => (node === 'one' ? a : b), clock);
    expect(record.leftBehind).toBe(2);
    expect(troublesOf(record).at(-1)).toMatch(
      /^a cannot be asked what is left of the run; baton replay --clean 0123456789abcdef/,
    );
    expect(await b.list({})).toEqual([]);
  });

  test('before anything was begun: its fault is all there is', async () => {
    const { clock, engine } = setUpEngine();
    engine.goAway();
    await expect(drivenReplay(script, engine, clock)).rejects.toMatchObject({
      name: 'EngineFault',
      kind: 'unreachable',
    });
  });
});

describe('the end', () => {
  const script = scriptOf(
    [{ name: 'web-1' }, { name: 'web-2' }],
    [
      { atUs: 0, do: 'start', pod: 0, node: 0 },
      { atUs: 30 * S, do: 'start', pod: 1, node: 0 },
      { atUs: 50 * S, do: 'gone', pod: 0 },
    ],
  );

  test('a signal ends it: no new steps, nothing left', async () => {
    const { clock, engine } = setUpEngine({}, { latencyMs: () => 20 });
    const ending = new AbortController();
    clock.after(2000, () => ending.abort());
    let cleaned = 0;
    const record = await drivenReplay(script, engine, clock, {
      signal: ending.signal,
      cleanUp: async () => {
        cleaned++;
        for (const { id } of await engine.list({})) await engine.remove(id);
        for (const { id } of await engine.listNetworks({})) await engine.removeNetwork(id);
      },
    });
    expect([record.outcome, cleaned, record.leftBehind]).toEqual(['interrupted', 1, 0]);
    expect(record.steps.map(({ step }) => step)).toEqual([0]);
    expect(record.wallMs).toBeLessThan(2100);
    expect(troublesOf(record)).toEqual([]);
  });

  test('one that was given before the beginning lets nothing begin', async () => {
    const { clock, engine } = setUpEngine();
    const record = await drivenReplay(script, engine, clock, { signal: AbortSignal.abort() });
    expect([record.outcome, record.steps, record.processes]).toEqual(['interrupted', [], []]);
    expect(engine.calls.filter(({ call }) => call === 'createContainer')).toEqual([]);
  });

  test('what a clean-up cannot do is told', async () => {
    const { clock, engine } = setUpEngine();
    const record = await drivenReplay(script, engine, clock, { cleanUp: () => Promise.reject(new Error('no')) });
    expect(troublesOf(record)).toEqual(['what was left could not be removed: no']);
    expect(record.leftBehind).toBe(2);
  });

  test('a replay that is resumed takes over what it finds, makes what is missing, and goes on', async () => {
    const { clock, engine } = setUpEngine();
    const labels = (pod: string) => ({ [RUN_LABEL]: script.runId, [POD_LABEL]: pod, [ROLE_LABEL]: 'pod' });
    await engine.createContainer({ name: 'baton-01234567-old', image: 'work', labels: labels('old') });
    const record = await drivenReplay(script, engine, clock, { resumeFromUs: 20 * S });
    expect(record.steps.map(({ step }) => step)).toEqual([1, 2]);
    expect(record.processes.map(({ pod, step }) => [pod, step])).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(record.checkpoints.map(({ at, differences: d }) => [Math.round(at.simUs / S), d])).toEqual(
      [25, 30, 35, 40, 45, 50, 55, 60].map((at) => [at, []]),
    );
    expect(record.wallMs).toBeCloseTo(4000, 0);
  });
});
