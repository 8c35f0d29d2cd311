import { describe, expect, test } from 'vitest';
import {
  differencesOf,
  drivenReplay,
  outcomesOf,
  scriptOf,
  setUpEngine,
  troublesOf,
  SECOND_US as S,
} from '../../../test/driven-replay.ts';
import { EngineFault } from '../engine/engine-fault.ts';
import { NODE_LABEL, POD_LABEL, ROLE_LABEL, RUN_LABEL, WORKLOAD_LABEL } from '../labels.ts';
import type { EndpointAddress, TrafficDriver } from '../traffic/traffic-driver.ts';
import type { ReplayView } from './replay-view.ts';

describe('steps', () => {
  test('pods are started, stopped, killed and removed, and nothing is left', async () => {
    const { clock, engine } = setUpEngine();
    const script = scriptOf(
      [{ name: 'web-1' }, { name: 'web-2' }],
      [
        { atUs: 0, do: 'start', pod: 0, node: 0 },
        { atUs: 5 * S, do: 'start', pod: 1, node: 1 },
        { atUs: 20 * S, do: 'stop', pod: 0, graceUs: 30 * S, why: 'scaled down' },
        { atUs: 21 * S, do: 'gone', pod: 0 },
        { atUs: 40 * S, do: 'kill', pod: 1, why: 'crash' },
        { atUs: 50 * S, do: 'gone', pod: 1 },
      ],
    );
    const record = await drivenReplay(script, engine, clock);
    expect(troublesOf(record)).toEqual([]);
    expect(outcomesOf(record)).toEqual(Array(6).fill('done'));
    expect(record.checkpoints.map(({ expected }) => expected)).toEqual([2, 2, 2, 2, 1, 1, 1, 1, 1, 0, 0, 0]);
    expect(record.checkpoints.map(({ found }) => found)).toEqual([2, 2, 2, 2, 1, 1, 1, 1, 1, 0, 0, 0]);
    expect(differencesOf(record)).toEqual([]);
    expect(record.processes.map(({ pod, node, step, exitCode }) => [pod, node, step, exitCode])).toEqual([
      [0, 0, 0, 0],
      [1, 1, 1, 137],
    ]);
    for (const { started, ready, told: order, ended } of record.processes)
      expect([started, ready, order, ended]).not.toContain(undefined);
    expect([record.leftBehind, record.outcome, record.heldMs]).toEqual([0, 'finished', 0]);
    expect(record.wallMs).toBeCloseTo(6000, 0);
  });

  test('a container is held to what its pod asks for, carries labels, and nobody starts it again', async () => {
    const { clock, engine } = setUpEngine();
    const pod = { name: 'web-1', workload: 'shop/web', cpuMilli: 400, memBytes: 2 ** 26, memLimitBytes: 2 ** 27 };
    const script = scriptOf([{ ...pod, restart: 'always' }], [{ atUs: 0, do: 'start', pod: 0, node: 1 }]);
    let spec: unknown;
    const onTick = (): void => {
      const made = engine.calls.find(({ call }) => call === 'start')?.subject;
      if (made !== undefined) spec ??= engine.specOf(made);
    };
    await drivenReplay(script, engine, clock, { scaleCpu: 0.5, scaleMem: 0.25, onTick });
    expect(spec).toMatchObject({
      name: 'baton-01234567-web-1',
      image: 'work',
      labels: {
        [RUN_LABEL]: '0123456789abcdef',
        [POD_LABEL]: 'web-1',
        [NODE_LABEL]: 'two',
        [WORKLOAD_LABEL]: 'shop/web',
        [ROLE_LABEL]: 'pod',
      },
      cpuLimitMilli: 200,
      memLimitBytes: 2 ** 25,
      network: 'baton-01234567-two',
      restart: 'no',
    });
  });

  test('one that does not listen is killed when its grace has passed', async () => {
    const { clock, engine } = setUpEngine({ deaf: { onTerm: 'ignores' } });
    const script = scriptOf(
      [{ name: 'deaf' }],
      [
        { atUs: 0, do: 'start', pod: 0, node: 0 },
        { atUs: 10 * S, do: 'stop', pod: 0, graceUs: 20 * S, why: 'update' },
        { atUs: 31 * S, do: 'gone', pod: 0 },
      ],
    );
    const { processes } = await drivenReplay(script, engine, clock);
    expect(processes[0]).toMatchObject({ told: { simUs: 10 * S }, exitCode: 137 });
    expect(processes[0].ended!.simUs).toBeCloseTo(30 * S, -3);
  });

  test('its container is not removed before that', async () => {
    const { clock, engine } = setUpEngine({ deaf: { onTerm: 'ignores' } });
    const script = scriptOf(
      [{ name: 'deaf' }],
      [
        { atUs: 0, do: 'start', pod: 0, node: 0 },
        { atUs: 10 * S, do: 'stop', pod: 0, graceUs: 20 * S, why: 'update' },
        { atUs: 12 * S, do: 'gone', pod: 0 },
      ],
    );
    const record = await drivenReplay(script, engine, clock);
    expect(record.processes[0].ended!.wallMs).toBeCloseTo(3000, 0);
    expect(record.steps[2].done.wallMs).toBeGreaterThanOrEqual(3000);
    expect(differencesOf(record)).toEqual([]);
  });

  test('one that still runs when it is to be started again is killed first', async () => {
    const { clock, engine } = setUpEngine();
    const script = scriptOf(
      [{ name: 'job', runsUs: 5 * S }],
      [
        { atUs: 0, do: 'start', pod: 0, node: 0 },
        { atUs: 5 * S, do: 'finish', pod: 0 },
        { atUs: 6 * S, do: 'restart', pod: 0 },
      ],
    );
    const record = await drivenReplay(script, engine, clock, { finishPatienceMs: 200 });
    expect(record.steps[2]).toMatchObject({ outcome: 'done', sentence: 'job still ran and was killed first' });
    expect(record.processes.map(({ exitCode }) => exitCode)).toEqual([137, undefined]);
  });

  test('a process that is started again is another one in the same container', async () => {
    const { clock, engine } = setUpEngine();
    const script = scriptOf(
      [{ name: 'web-1' }],
      [
        { atUs: 0, do: 'start', pod: 0, node: 0 },
        { atUs: 10 * S, do: 'kill', pod: 0, why: 'crash' },
        { atUs: 12 * S, do: 'restart', pod: 0 },
        { atUs: 30 * S, do: 'pause', pod: 0, why: 'hang' },
        { atUs: 37 * S, do: 'resume', pod: 0 },
        { atUs: 40 * S, do: 'resize', pod: 0, cpuMilli: 300, memBytes: 2 ** 27 },
      ],
    );
    const record = await drivenReplay(script, engine, clock);
    expect([troublesOf(record), differencesOf(record)]).toEqual([[], []]);
    expect(record.processes.map(({ step, exitCode }) => [step, exitCode])).toEqual([
      [0, 137],
      [2, undefined],
    ]);
    const made = engine.calls.filter(({ call }) => call !== 'list' && call !== 'listNetworks' && call !== 'inspect');
    expect(made.map(({ call }) => call)).toEqual([
      'info',
      'events',
      'createNetwork',
      'createContainer',
      'start',
      'kill',
      'start',
      'pause',
      'unpause',
      'update',
      'remove',
      'removeNetwork',
    ]);
  });

  test('a job ends by itself; one that is late is waited for, and removed when it is out of the books', async () => {
    const { clock, engine } = setUpEngine({ quick: { endsAfterMs: 500 }, late: { endsAfterMs: 1700 }, endless: {} });
    const script = scriptOf(
      ['quick', 'late', 'endless'].map((name) => ({ name, runsUs: 10 * S })),
      [
        ...[0, 1, 2].map((pod) => ({ atUs: 0, do: 'start', pod, node: 0 }) as const),
        ...[0, 1, 2].map((pod) => ({ atUs: 10 * S, do: 'finish', pod }) as const),
        ...[0, 1, 2].map((pod) => ({ atUs: 11 * S, do: 'gone', pod }) as const),
      ],
    );
    const record = await drivenReplay(script, engine, clock, { finishPatienceMs: 3000 });
    expect(outcomesOf(record).slice(3, 6)).toEqual(['done', 'done', 'failed']);
    expect(troublesOf(record)).toEqual(['endless should have ended by itself and still runs']);
    expect(record.processes.map(({ exitCode }) => exitCode)).toEqual([0, 0, 137]);
    expect(differencesOf(record)).toEqual(['endless runs and should have exited']);
    // Waiting for a job is no reason to hold the clock, but a checkpoint is one.
    expect(record.steps[5].done.wallMs).toBeCloseTo(4000, -1);
    expect(record.leftBehind).toBe(0);
  });

  test('the network of a node that has gone stays while a container that could not be removed is on it', async () => {
    const removals = async (failures: number): Promise<number> => {
      const { clock, engine } = setUpEngine();
      if (failures > 0) engine.failNext('remove', 'failed', { times: failures });
      const script = scriptOf(
        [{ name: 'web-1' }],
        [
          { atUs: 0, do: 'start', pod: 0, node: 0 },
          { atUs: 10 * S, do: 'gone', pod: 0 },
          { atUs: 20 * S, do: 'node-removed', node: 0 },
        ],
      );
      let before = 0;
      await drivenReplay(script, engine, clock, {
        onCheckpoint: () => (before = engine.calls.filter(({ call }) => call === 'removeNetwork').length),
      });
      expect(await engine.listNetworks({})).toEqual([]);
      return before;
    };
    expect([await removals(0), await removals(1)]).toEqual([1, 0]);
  });

  test('pods on a node that is cut off have no network, also those that come later, and get it back', async () => {
    const { clock, engine } = setUpEngine();
    const script = scriptOf(
      ['a', 'b', 'c'].map((name) => ({ name, service: 0 })),
      [
        { atUs: 0, do: 'start', pod: 0, node: 0 },
        { atUs: 0, do: 'start', pod: 2, node: 1 },
        { atUs: 10 * S, do: 'node-cut-off', node: 0, why: 'switch' },
        { atUs: 15 * S, do: 'start', pod: 1, node: 0 },
        { atUs: 31 * S, do: 'node-back', node: 0 },
      ],
      { services: SERVICES },
    );
    const seen: string[] = [];
    const networks = async (): Promise<void> => {
      const found = await engine.list({ [RUN_LABEL]: script.runId });
      const all = await Promise.all(found.map(({ id }) => engine.inspect(id)));
      seen.push(
        all
          .map(({ labels, networks: on }) => `${labels[POD_LABEL]}:${on.length}`)
          .sort()
          .join(' '),
      );
    };
    const record = await drivenReplay(script, engine, clock, {
      checkpointEveryUs: 10 * S,
      onCheckpoint: () => void networks(),
    });
    expect(troublesOf(record)).toEqual([]);
    expect(seen.slice(0, 5)).toEqual(['a:0 c:1', 'a:0 b:0 c:1', 'a:0 b:0 c:1', 'a:1 b:1 c:1', 'a:1 b:1 c:1']);
    // Cut off from the beginning, it cannot say that it is ready.
    expect(record.processes.map(({ ready }) => (ready?.simUs ?? -1) >= 31 * S)).toEqual([false, false, true]);
  });

  test('a slow node slows its containers down, and those that come later', async () => {
    const { clock, engine } = setUpEngine();
    const script = scriptOf(
      ['a', 'b', 'c'].map((name) => ({ name, cpuMilli: 400 })),
      [
        { atUs: 0, do: 'start', pod: 0, node: 0 },
        { atUs: 0, do: 'start', pod: 2, node: 1 },
        { atUs: 10 * S, do: 'node-speed', node: 0, speed: 0.25, why: 'thermal' },
        { atUs: 15 * S, do: 'start', pod: 1, node: 0 },
        { atUs: 31 * S, do: 'node-speed', node: 0, speed: 1, why: 'thermal' },
      ],
    );
    const seen: string[] = [];
    const limits = async (): Promise<void> => {
      const found = await engine.list({ [RUN_LABEL]: script.runId });
      const all = await Promise.all(found.map(({ id }) => engine.inspect(id)));
      seen.push(
        all
          .map(({ labels, cpuLimitMilli }) => `${labels[POD_LABEL]}:${cpuLimitMilli}`)
          .sort()
          .join(' '),
      );
    };
    await drivenReplay(script, engine, clock, { checkpointEveryUs: 10 * S, onCheckpoint: () => void limits() });
    expect([seen[0], seen[1], seen[3]]).toEqual(['a:100 c:400', 'a:100 b:100 c:400', 'a:400 b:400 c:400']);
  });

  test('a start that does not succeed is told, and what needs its container is missed', async () => {
    const { clock, engine } = setUpEngine({}, { images: [] });
    const script = scriptOf(
      [{ name: 'web-1' }],
      [
        { atUs: 0, do: 'start', pod: 0, node: 0 },
        { atUs: 10 * S, do: 'kill', pod: 0, why: 'crash' },
        { atUs: 20 * S, do: 'gone', pod: 0 },
      ],
    );
    const record = await drivenReplay(script, engine, clock);
    expect(outcomesOf(record)).toEqual(['failed', 'missed', 'missed']);
    expect(troublesOf(record)[0]).toMatch(/^web-1: start: .*No such image: work/);
    expect(differencesOf(record)).toEqual(['web-1 is missing', 'web-1 is missing', 'web-1 is missing']);
    expect(record.leftBehind).toBe(0);
  });
});

const SERVICES = [
  { name: 'web', concurrency: 4, queueLimit: null, workMeanUs: 1000, cpuPerRequestMilli: 0, balancing: 'random' },
];

describe('pace', () => {
  const crowd = (count: number) =>
    scriptOf(
      Array.from({ length: count }, (_, k) => ({ name: `web-${k}` })),
      [
        ...Array.from({ length: count }, (_, pod) => ({ atUs: 1, do: 'start', pod, node: 0 }) as const),
        { atUs: 40 * S, do: 'node-speed', node: 0, speed: 0.5, why: 'late' },
      ],
    );

  test('so many calls at once and no more, whatever the number of pods', async () => {
    const { clock, engine } = setUpEngine({}, { latencyMs: { createContainer: 100, start: 100 } });
    const busy: number[] = [];
    const onTick = ({ engines }: ReplayView): void => void busy.push(engines[0].busy);
    const record = await drivenReplay(crowd(20), engine, clock, { callsAtOnce: 3, tickEveryMs: 10, onTick });
    expect(Math.max(...busy)).toBe(3);
    expect(differencesOf(record)).toEqual([]);
  });

  test('the clock is held while the engine is too far behind, and how long is measured', async () => {
    const { clock, engine } = setUpEngine({}, { latencyMs: { createContainer: 500, start: 500 } });
    const views: ReplayView[] = [];
    const record = await drivenReplay(crowd(40), engine, clock, {
      callsAtOnce: 4,
      maxLateMs: 2000,
      checkpointEveryUs: 60 * S,
      onTick: (view) => void views.push(view),
    });
    // 40 starts of a second, four at once: ten seconds, of which the clock runs for two.
    expect(record.heldMs).toBeGreaterThan(7500);
    expect(record.heldMs).toBeLessThan(8500);
    expect(record.wallMs).toBeCloseTo(6000 + record.heldMs, 0);
    expect(record.steps[40].due.wallMs).toBeCloseTo(4000 + record.heldMs, 0);
    expect(views.some(({ held, lateMs }) => held === 'late' && lateMs > 2000)).toBe(true);
  });

  test('or it runs on', async () => {
    const { clock, engine } = setUpEngine({}, { latencyMs: { createContainer: 500, start: 500 } });
    const options = { callsAtOnce: 4, maxLateMs: 2000, checkpointEveryUs: 60 * S, whenLate: 'run-on' } as const;
    const record = await drivenReplay(crowd(40), engine, clock, options);
    expect(record.steps[40].due.wallMs).toBeCloseTo(4000, 0);
    expect(record.steps[40].done.wallMs).toBeGreaterThan(9500);
    // The checkpoint at its end waits for what is under way.
    expect(differencesOf(record)).toEqual([]);
  });
});

test('traffic is told of a pod when it is ready and in rotation, and of its new address', async () => {
  const { clock, engine } = setUpEngine();
  const script = scriptOf(
    [{ name: 'web-1', service: 0, bootUs: S }],
    [
      { atUs: 0, do: 'start', pod: 0, node: 0 },
      { atUs: 2 * S, do: 'rotate-in', pod: 0 },
      { atUs: 11 * S, do: 'node-cut-off', node: 0, why: 'switch' },
      { atUs: 18 * S, do: 'node-back', node: 0 },
      { atUs: 22 * S, do: 'rotate-out', pod: 0 },
      { atUs: 27 * S, do: 'rotate-in', pod: 0 },
      { atUs: 33 * S, do: 'stop', pod: 0, graceUs: S, why: 'update' },
    ],
    { services: SERVICES },
  );
  const said: string[] = [];
  const ports: EndpointAddress[] = [];
  const traffic: TrafficDriver = {
    begin: (by) => void said.push(`begin at ${by.speed}`),
    endpointIn: (pod, address) => {
      ports.push(address);
      said.push(`in ${pod} ${Math.round((clock.nowMs() - BEGAN_MS) / 100)}`);
    },
    endpointOut: (pod) => void said.push(`out ${pod} ${Math.round((clock.nowMs() - BEGAN_MS) / 100)}`),
    counts: { sent: 3, served: 2, failed: 1 },
    end: () => {
      said.push('end');
      return Promise.resolve({ services: [] });
    },
  };
  const BEGAN_MS = clock.nowMs();
  const views: ReplayView[] = [];
  const record = await drivenReplay(script, engine, clock, {
    traffic,
    onTick: (view) => void views.push(view),
    // It takes half a second to answer, where a tenth was expected.
    probe: () => Promise.resolve(clock.nowMs() - BEGAN_MS > 500),
  });
  expect(said).toEqual(['begin at 10', 'in 0 5', 'in 0 18', 'out 0 22', 'in 0 27', 'out 0 33', 'end']);
  expect(new Set(ports.map(({ port }) => port)).size).toBe(2);
  expect(record.traffic).toEqual({ services: [] });
  expect(record.processes[0].ready!.wallMs).toBeGreaterThan(500);
  expect(views.at(-1)).toMatchObject({
    traffic: { sent: 3, served: 2, failed: 1 },
    steps: { all: 7, done: 7, failed: 0, missed: 0, underWay: 0 },
    checkpoints: { done: 12, equal: 12 },
  });
  expect(views[8].services).toEqual([{ name: 'web', expected: 1, actual: 1, readyExpected: 0, readyActual: 1 }]);
  expect(views[8].nodes[0]).toMatchObject({ name: 'one', expected: 1, actual: 1, isUp: true });
});

test('what containers use is read in turn', async () => {
  const { clock, engine } = setUpEngine({ a: { cpuMilli: 250, memBytes: 5_000_000 }, b: { cpuMilli: 500 } });
  const script = scriptOf(
    [{ name: 'a' }, { name: 'b' }],
    [
      { atUs: 0, do: 'start', pod: 0, node: 0 },
      { atUs: 0, do: 'start', pod: 1, node: 0 },
      { atUs: 40 * S, do: 'gone', pod: 1 },
    ],
  );
  const { samples } = await drivenReplay(script, engine, clock, { sampleEveryMs: 1000 });
  expect(samples.filter(({ pod }) => pod === 0).length).toBeGreaterThanOrEqual(4);
  for (const { pod, cpuMilli, memBytes } of samples) {
    expect(cpuMilli).toBeCloseTo(pod === 0 ? 250 : 500, 3);
    expect(memBytes).toBe(pod === 0 ? 5_000_000 : 1024 * 1024);
  }
});

describe('the beginning', () => {
  test('what was there before is ready before time passes', async () => {
    const { clock, engine } = setUpEngine({}, { latencyMs: { createContainer: 500, start: 500 } });
    const pods = [{ name: 'web-0' }, { name: 'web-1' }];
    const steps = [0, 1].flatMap(
      (pod) =>
        [
          { atUs: 0, do: 'start', pod, node: 0 },
          { atUs: 0, do: 'ready', pod },
        ] as const,
    );
    const late = { atUs: 10 * S, do: 'kill', pod: 0, why: 'crash' } as const;
    const record = await drivenReplay(scriptOf(pods, [...steps, late]), engine, clock);
    for (const { ready } of record.processes) expect(ready!.simUs).toBe(0);
    expect(record.steps.at(-1)!.due.wallMs).toBeGreaterThanOrEqual(2000);
    // Nobody could not keep up.
    expect(record.heldMs).toBe(0);
  });

  test('a port that others took is no fault: the engine chooses another', async () => {
    const { clock, engine } = setUpEngine();
    engine.failNext('start', new EngineFault('no-room', 'one', 'one: the port is taken on that machine'), { times: 3 });
    const script = scriptOf([{ name: 'web-0' }], [{ atUs: S, do: 'start', pod: 0, node: 0 }]);
    const record = await drivenReplay(script, engine, clock);
    expect(record.steps.map(({ outcome }) => outcome)).toEqual(['done']);
    expect(differencesOf(record)).toEqual([]);
  });
});
