import { expect, test } from 'vitest';
import { machineSpecs } from '../data-plane/data-plane-fixture.ts';
import { nomadRun, serviceJob, standingAllocs, updateAt } from './nomad-fixture.ts';

const S = 1e6;
const CRASH_US = 60 * S;

/** One crash of the machine that most of the job is on; when each allocation that was lost has its successor started. */
function replacements(seed: number, more = '', end: readonly number[] = []): { starts: number[]; down: number } {
  const cut = end.length > 0;
  const weather = [
    cut
      ? { atUs: CRASH_US, event: { kind: 'node-cut-off' as const, node: 0, on: true, cause: 'test' } }
      : { atUs: CRASH_US, event: { kind: 'node-down' as const, node: 0, cause: 'test' } },
    ...end.map((atUs) => ({ atUs, event: { kind: 'node-cut-off' as const, node: 0, on: false, cause: 'test' } })),
  ];
  const { loop, run } = nomadRun(serviceJob('web', 8, more), { seed, weather_: weather, durationUs: 180 * S });
  const starts: number[] = [];
  for (const alloc of loop.server.state.allocsOf('web')) {
    if (alloc.createdUs <= CRASH_US) continue;
    for (const container of run.containers.on(alloc.node))
      if (container.order.task === alloc.task) starts.push(container.startedUs - CRASH_US);
  }
  return { starts, down: loop.server.state.allocsOf('web').filter(({ status }) => status === 'lost').length };
}

test('crash to replacement: 10 to 31 s in 50 seeds, all that were lost (spec/failures.md section 4)', () => {
  const all: number[] = [];
  for (let seed = 0; seed < 50; seed++) {
    const { starts, down } = replacements(seed);
    expect(starts.length, `seed ${seed}`).toBe(down);
    for (const start of starts) {
      expect(start, `seed ${seed}`).toBeGreaterThan(10 * S);
      expect(start, `seed ${seed}`).toBeLessThanOrEqual(31 * S);
    }
    all.push(...starts);
  }
  expect(all.length).toBeGreaterThan(50);
  expect(Math.max(...all) - Math.min(...all)).toBeGreaterThan(12 * S);
});

test('after a failover a machine that stopped meanwhile is given up 300 s after the servers are back', () => {
  const { run } = nomadRun(serviceJob('web', 8), {
    durationUs: 600 * S,
    weather_: [
      { atUs: 50 * S, event: { kind: 'control-plane-down', on: true, cause: 'test' } },
      { atUs: 60 * S, event: { kind: 'node-down', node: 0, cause: 'test' } },
      { atUs: 80 * S, event: { kind: 'control-plane-down', on: false, cause: 'test' } },
    ],
  });
  const down = run.recorder.records.happenings.filter(({ kind }) => kind === 'node-lost');
  expect(down.map(({ timeUs }) => timeUs)).toEqual([380 * S]);
});

test('a machine that is cut off keeps its tasks until it is back, then they are stopped', () => {
  const { loop, run } = nomadRun(serviceJob('web', 8), {
    durationUs: 200 * S,
    weather_: [
      { atUs: CRASH_US, event: { kind: 'node-cut-off', node: 0, on: true, cause: 'test' } },
      { atUs: 150 * S, event: { kind: 'node-cut-off', node: 0, on: false, cause: 'test' } },
    ],
    each: (one) => {
      const there = run0(one);
      if (there === undefined) return;
      if (there.nowUs > 100 * S && there.nowUs < 150 * S) duringCut.push(there.on0);
    },
  });
  expect(Math.min(...duringCut)).toBeGreaterThan(0);
  expect(standingAllocs(loop, 'web').length).toBe(8);
  const wanted = standingAllocs(loop, 'web').filter(({ node }) => node === 0).length;
  expect(run.containers.on(0).filter(({ state }) => state !== 'exited').length).toBe(wanted);
});

const duringCut: number[] = [];
function run0(loop: ReturnType<typeof nomadRun>['loop']): { nowUs: number; on0: number } | undefined {
  const { plane } = loop.server;
  return { nowUs: plane.clock.nowUs, on0: plane.containers.on(0).filter(({ state }) => state === 'up').length };
}

const DISCONNECT = (reconcile: string): string => `disconnect {
  lost_after = "5m"
  reconcile = "${reconcile}"
}`;

test.each([
  ['keep_original', true],
  ['longest_running', true],
  ['keep_replacement', false],
])('disconnect with reconcile = %s: the originals stay: %s', (reconcile, originalStays) => {
  const { loop } = nomadRun(serviceJob('web', 8, DISCONNECT(reconcile)), {
    durationUs: 240 * S,
    weather_: [
      { atUs: CRASH_US, event: { kind: 'node-cut-off', node: 0, on: true, cause: 'test' } },
      { atUs: 120 * S, event: { kind: 'node-cut-off', node: 0, on: false, cause: 'test' } },
    ],
  });
  const standing = standingAllocs(loop, 'web');
  expect(standing.length).toBe(8);
  expect(new Set(standing.map(({ index }) => index)).size).toBe(8);
  expect(standing.some(({ node, createdUs }) => node === 0 && createdUs < CRASH_US)).toBe(originalStays);
  expect(standing.every(({ status }) => status === 'running')).toBe(true);
});

test('stop_on_client_after: the client stops its own, and only then others take their place', () => {
  const { loop, run } = nomadRun(serviceJob('web', 8, 'disconnect {\nstop_on_client_after = "1m"\n}'), {
    durationUs: 300 * S,
    weather_: [{ atUs: CRASH_US, event: { kind: 'node-cut-off', node: 0, on: true, cause: 'test' } }],
  });
  expect(standingAllocs(loop, 'web').length).toBe(8);
  const late = loop.server.state.allocsOf('web').filter(({ createdUs }) => createdUs > CRASH_US);
  expect(late.length).toBeGreaterThan(0);
  // Down 10 to 30 s after the last beat, then a minute and the kill timeout.
  for (const { createdUs } of late) expect(createdUs).toBeGreaterThan(CRASH_US + 70 * S);
  expect(run.containers.on(0).filter(({ state }) => state !== 'exited')).toEqual([]);
});

test('lost_after passes: what is silent is lost, and what replaced it stays', () => {
  const { loop } = nomadRun(serviceJob('web', 8, 'disconnect {\nlost_after = "1m"\n}'), {
    durationUs: 300 * S,
    weather_: [{ atUs: CRASH_US, event: { kind: 'node-down', node: 0, cause: 'test' } }],
  });
  const standing = standingAllocs(loop, 'web');
  expect(standing.length).toBe(8);
  expect(standing.every(({ node, status }) => node !== 0 && status === 'running')).toBe(true);
});

test('a machine that reboots within its TTL starts its tasks again in place', () => {
  const { loop } = nomadRun(serviceJob('web', 8), {
    durationUs: 200 * S,
    machines: machineSpecs(2, ['a']),
    weather_: [
      { atUs: CRASH_US, event: { kind: 'node-down', node: 0, cause: 'test' } },
      { atUs: CRASH_US + 4 * S, event: { kind: 'node-up', node: 0, cause: 'test' } },
    ],
  });
  const standing = standingAllocs(loop, 'web');
  expect(standing.length).toBe(8);
  expect(standing.every(({ createdUs }) => createdUs < CRASH_US)).toBe(true);
  expect(loop.clients.areQuiet).toBe(true);
});

/** A cut from 60 s to 150 s of the first machine, where some of eight stand. */
const cutOff = (more: string, otherwise: Partial<Parameters<typeof nomadRun>[1]> = {}) =>
  nomadRun(serviceJob('web', 8, more), {
    durationUs: 400 * S,
    weather_: [
      { atUs: CRASH_US, event: { kind: 'node-cut-off', node: 0, on: true, cause: 'test' } },
      { atUs: 150 * S, event: { kind: 'node-cut-off', node: 0, on: false, cause: 'test' } },
    ],
    ...otherwise,
  }).loop;

test('replace = false, or prevent_reschedule_on_lost as it was called: nobody takes the place of what is lost, and it goes on when its node is back', () => {
  for (const more of ['disconnect {\nreplace = false\n}', 'prevent_reschedule_on_lost = true']) {
    const loop = cutOff(more);
    const allocs = loop.server.state.allocsOf('web');
    expect(allocs.length).toBe(8);
    expect(allocs.every(({ status, desired }) => status === 'running' && desired === 'run')).toBe(true);
  }
});

test.each(['keep_original', 'best_score', 'longest_running'])(
  'reconcile = "%s": an original of an older version is stopped when it is back, and its newer replacement stays',
  (reconcile) => {
    const loop = cutOff(`${DISCONNECT(reconcile)}\nupdate {\nmax_parallel = 8\n}`, {
      operations: [updateAt(100, 'web', 'web:2')],
    });
    const allocs = loop.server.state.allocsOf('web');
    const standing = standingAllocs(loop, 'web');
    expect(standing.length).toBe(8);
    expect(standing.every(({ of }) => of.job.groups[0].tasks[0].image === 'web:2')).toBe(true);
    expect(allocs.some(({ node, status, createdUs }) => node === 0 && createdUs < 0 && status === 'complete')).toBe(
      true,
    );
    // Nothing had to be placed for that.
    expect(allocs.filter(({ createdUs }) => createdUs > 150 * S)).toEqual([]);
  },
);

test('reconcile = "best_score": an original that is back stays where its replacement has no higher score', () => {
  let compared = 0;
  for (let seed = 0; seed < 10; seed++) {
    const allocs = cutOff(DISCONNECT('best_score'), { seed }).server.state.allocsOf('web');
    for (const original of allocs.filter(({ node, createdUs }) => node === 0 && createdUs < 0)) {
      const replacement = allocs.find(({ index, createdUs }) => index === original.index && createdUs > 0)!;
      expect(original.score).toBeGreaterThanOrEqual(replacement.score);
      expect([original.desired, replacement.desired]).toEqual(['run', 'stop']);
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(10);
});
