import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/random.ts';
import { machineSpecs } from '../data-plane/data-plane-fixture.ts';
import { instancesOf, runMesos, secondsOf, startMesos, S } from './mesos-fixture.ts';

const WEB = { id: '/web', cpus: 0.5, mem: 256, instances: 4, constraints: [['hostname', 'MAX_PER', '1']] };
const SEEDS = 50;
const crash = (atUs: number, node: number) => ({ atUs, event: { kind: 'node-down', node, cause: 'test' } }) as const;

test(`failures.md section 4: a crash is noticed after (75, 90] s and replaced after 76 to 96 s, over ${SEEDS} seeds`, () => {
  const noticed: number[] = [];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const atUs = Math.round((60 + 60 * stream(seed, 'crash').fine()) * S);
    const run = runMesos([WEB], {
      seed,
      machines: machineSpecs(6, ['a']),
      spec: { durationUs: atUs + 120 * S, zones: ['a'] },
      weather: [crash(atUs, 0), crash(atUs, 1)],
    });
    const lost = secondsOf(run, 'AgentUnreachable').map((at) => at - atUs / S);
    expect(lost).toHaveLength(2);
    noticed.push(...lost);
    const instances = instancesOf(run, '/web');
    expect(instances.map(({ state }) => state)).toEqual(['running', 'running', 'running', 'running']);
    for (const { sinceUs, machine } of instances) {
      expect(machine).toBeGreaterThan(1);
      if (sinceUs <= atUs) continue;
      expect((sinceUs - atUs) / S).toBeGreaterThanOrEqual(76);
      expect((sinceUs - atUs) / S).toBeLessThanOrEqual(96);
    }
  }
  for (const afterS of noticed) {
    expect(afterS).toBeGreaterThan(75);
    expect(afterS).toBeLessThanOrEqual(90);
  }
  // Spread over the whole interval between two pings.
  expect(Math.min(...noticed)).toBeLessThan(77);
  expect(Math.max(...noticed)).toBeGreaterThan(88);
});

test('an agent that is heard again before 5 pings are missed keeps its tasks', () => {
  const run = runMesos([WEB], {
    weather: [
      { atUs: 100 * S, event: { kind: 'node-cut-off', node: 1, on: true, cause: 'test' } },
      { atUs: 160 * S, event: { kind: 'node-cut-off', node: 1, on: false, cause: 'test' } },
    ],
  });
  expect(secondsOf(run, 'AgentUnreachable')).toEqual([]);
  expect(instancesOf(run, '/web').map(({ name }) => name)).toEqual(['web.1', 'web.2', 'web.3', 'web.4']);
});

test('an agent that reboots before that is found without its tasks as soon as it registers', () => {
  const run = runMesos([{ ...WEB, constraints: [] }], {
    weather: [crash(100 * S, 1), { atUs: 130 * S, event: { kind: 'node-up', node: 1, cause: 'test' } }],
  });
  const gone = secondsOf(run, 'TASK_GONE');
  const onIt = run.placements.filter(({ machine, timeUs }) => machine === 1 && timeUs < 0).length;
  expect(gone).toHaveLength(onIt);
  for (const at of gone) {
    expect(at).toBeGreaterThanOrEqual(130);
    expect(at).toBeLessThanOrEqual(131);
  }
});

describe('a partition that lasts longer', () => {
  const weather = [
    { atUs: 100 * S, event: { kind: 'node-cut-off', node: 0, on: true, cause: 'test' } },
    { atUs: 300 * S, event: { kind: 'node-cut-off', node: 0, on: false, cause: 'test' } },
  ] as const;
  const machines = machineSpecs(5, ['a']);

  test('the default replaces at once; the instance that ran on is unknown by then and killed', () => {
    const started = startMesos([WEB], { weather, machines });
    const { run } = started;
    run.runUntil(90 * S);
    const first = instancesOf(started, '/web').find(({ machine }) => machine === 0);
    if (first === undefined) throw new Error('this seed places nothing on the machine');
    run.runUntil(299 * S);
    expect(run.containers.get(first.container)?.state).toBe('up');
    run.runUntil(310 * S);
    expect(run.containers.get(first.container)?.state).toBe('exited');
    expect(instancesOf(started, '/web')).toHaveLength(4);
    expect(instancesOf(started, '/web').some(({ id }) => id === first.id)).toBe(false);
  });

  test('"disabled" waits for it and nothing is replaced', () => {
    const run = runMesos([{ ...WEB, unreachableStrategy: 'disabled' }], { weather, machines });
    expect(run.placements.filter(({ timeUs }) => timeUs > 0)).toEqual([]);
    expect(instancesOf(run, '/web').map(({ state }) => state)).toEqual(['running', 'running', 'running', 'running']);
  });

  test('with inactiveAfterSeconds the replacement rides on the reconciliation every 10 minutes', () => {
    const run = runMesos([{ ...WEB, unreachableStrategy: { inactiveAfterSeconds: 60, expungeAfterSeconds: 3600 } }], {
      weather: [crash(100 * S, 0)],
      machines,
      spec: { durationUs: 900 * S },
    });
    const later = run.placements.filter(({ timeUs }) => timeUs > 0).map(({ timeUs }) => timeUs / S);
    expect(later).toHaveLength(1);
    // Settling began at -120 s, so reconciliations come at 480 and 1080 s.
    expect(later[0]).toBeGreaterThanOrEqual(480);
    expect(later[0]).toBeLessThan(485);
    // Both waits are told, one after the other.
    const waits = run.run.recorder.records.timers.filter(({ timer }) =>
      ['inactiveAfterSeconds', 'reconciliation_interval'].includes(timer),
    );
    expect(waits.map(({ timer, toUs }) => [timer, Math.round(toUs / S)])).toEqual([
      ['inactiveAfterSeconds', Math.round(waits[1].fromUs / S)],
      ['reconciliation_interval', 480],
    ]);
  });
});

test('a removal rate limit of 1 in 20 min announces the second lost agent 20 min after the first', () => {
  const run = runMesos([WEB], {
    constants: { agentRemovalInterval: 1200 * S },
    weather: [crash(100 * S, 0), crash(100 * S, 1)],
    spec: { durationUs: 1800 * S },
  });
  const lost = secondsOf(run, 'AgentUnreachable');
  expect(lost).toHaveLength(2);
  expect(lost[1] - lost[0]).toBeCloseTo(1200, 6);
});

describe('while the master is away', () => {
  const down = (atUs: number, on: boolean) =>
    ({ atUs, event: { kind: 'control-plane-down', on, cause: 'test' } }) as const;

  test('what runs goes on, and a machine that died is noticed 10 minutes after another master leads', () => {
    const run = runMesos([WEB], {
      machines: machineSpecs(5, ['a']),
      weather: [down(50 * S, true), crash(100 * S, 0), down(200 * S, false)],
      spec: { durationUs: 1000 * S },
    });
    expect(secondsOf(run, 'AgentUnreachable')).toEqual([800]);
    expect(instancesOf(run, '/web').every(({ state }) => state === 'running')).toBe(true);
  });

  test('agents come back within a second and nothing is started again', () => {
    const run = runMesos([WEB], { weather: [down(50 * S, true), down(200 * S, false)] });
    expect(secondsOf(run, 'AgentReregistered')).toHaveLength(4);
    expect(Math.max(...secondsOf(run, 'AgentReregistered'))).toBeLessThanOrEqual(201);
    expect(run.placements.filter(({ timeUs }) => timeUs > 0)).toEqual([]);
  });
});

test('a drained agent is emptied at once, its instances go elsewhere, and it is used again when it is active', () => {
  const spec = {
    operations: [
      { atUs: 100 * S, text: 'drain n1', change: { verb: 'drain', machine: 'n1' } },
      { atUs: 200 * S, text: 'activate n1', change: { verb: 'activate', machine: 'n1' } },
      { atUs: 210 * S, text: 'scale', change: { verb: 'scale', workload: 'web', replicas: 16 } },
    ],
  } as const;
  const started = startMesos([{ ...WEB, constraints: [['hostname', 'MAX_PER', '4']] }], { spec });
  const { run } = started;
  run.runUntil(150 * S);
  expect(instancesOf(started, '/web').map(({ machine }) => machine)).not.toContain(0);
  run.runUntil(300 * S);
  expect(
    instancesOf(started, '/web').filter(({ machine, state }) => machine === 0 && state === 'running'),
  ).toHaveLength(4);
});
