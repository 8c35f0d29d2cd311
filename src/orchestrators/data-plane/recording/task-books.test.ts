import { describe, expect, test } from 'vitest';
import { fc } from '../../../../test/fuzz.ts';
import { Violation } from '../../../sim/ledger.ts';
import { machineSpec, planeSpec, SMALL, TestPlane } from './data-plane-fixture.ts';

const HALF = { ...SMALL, cpuMilli: 2500 };

function plane(also: Parameters<typeof planeSpec>[3] = {}, machines = [machineSpec('n0'), machineSpec('n1')]) {
  const made = new TestPlane(planeSpec(3600, machines, [], also));
  const web = made.recorder.addWorkload('shop/web', 'service', -1);
  const job = made.recorder.addWorkload('sum', 'job', -1);
  made.run(0);
  return { made, recorder: made.recorder, web, job };
}

describe('books that do not balance are found', () => {
  test('a machine that cannot hold a task, unless the orchestrator may promise more than there is', () => {
    const overfill = (mayOvercommit: boolean) => {
      const { recorder, web } = plane({ mayOvercommit });
      for (const name of ['a', 'b']) recorder.place(recorder.addTask(web, name, HALF), 0);
      return () => recorder.result();
    };
    expect(overfill(false)).toThrow('at 0 µs task "b" was placed on machine "n0", which has not enough CPU for it');
    expect(overfill(true)).not.toThrow();
  });

  test.each<[string, (one: ReturnType<typeof plane>) => void, string]>([
    [
      'placed twice',
      ({ recorder, web }) => {
        const task = recorder.addTask(web, 'a', SMALL);
        recorder.place(task, 0);
        recorder.place(task, 1);
      },
      'task "a" was placed a second time',
    ],
    [
      'placed nowhere',
      ({ recorder, web }) => recorder.place(recorder.addTask(web, 'a', SMALL), 7),
      'on machine 7, which is not there',
    ],
    [
      'ended twice',
      ({ recorder, web }) => {
        const task = recorder.addTask(web, 'a', SMALL);
        recorder.end(task, 'stopped');
        recorder.end(task, 'stopped');
      },
      'task 0 was ended, which has ended',
    ],
    ['never made', ({ recorder }) => recorder.end(3, 'failed'), 'task 3 was ended, which there never was'],
    [
      'ready after its end',
      ({ recorder, web }) => {
        const task = recorder.addTask(web, 'a', SMALL);
        recorder.end(task, 'stopped');
        recorder.setReady(task, true);
      },
      'task 0 was said to be ready, which has ended',
    ],
    ['of no workload', ({ recorder }) => recorder.addTask(9, 'a', SMALL), 'no workload 9'],
  ])('a task that is %s', (_, wrong, sentence) => {
    const one = plane();
    expect(() => wrong(one)).toThrow(Violation);
    expect(() => wrong(plane())).toThrow(sentence);
  });

  test('a container where its task was not sent', () => {
    const { made, recorder, web } = plane();
    const task = recorder.addTask(web, 'a', SMALL);
    recorder.place(task, 0);
    made.add(task, 'a', 1);
    expect(() => recorder.result()).toThrow('of task "a" was made on machine 1, but the task was given machine 0');
  });
});

describe('what tasks and machines cost', () => {
  test('jobs: their waits, flow times and slowdowns, and a bill of their own', () => {
    const { made, recorder, job } = plane();
    recorder.setDesired(job, 1);
    const task = recorder.addTask(job, 'sum.1', { ...SMALL, cpuMilli: 4000, memBytes: machineSpec('n').memBytes });
    recorder.waits(task, 'insufficient cpu');
    made.run(10);
    recorder.place(task, 0);
    made.run(110);
    recorder.end(task, 'finished');
    made.run(3600);
    const { counts, metrics, distributions, living, users } = recorder.result();
    expect(counts).toMatchObject({ arrived: 1, finished: 1 });
    expect([distributions.waitS.mean, distributions.flowS.mean, distributions.slowdown.mean]).toEqual([10, 110, 1.1]);
    expect(metrics['decisions']).toBe(2);
    expect(users.map(({ user }) => user)).toEqual(['default']);
    // A whole machine for 100 s of the hour that two are paid for.
    expect(living!.cost.totalUsd).toBeCloseTo(0.72, 9);
    expect(living!.cost.byService['jobs']).toBeCloseTo(0.01, 9);
    expect(living!.cost.idleUsd).toBeCloseTo(0.71, 9);
    expect(living!.services.map(({ service }) => service)).toEqual(['shop/web']);
  });

  test('machines are paid for from their order to their end, and tasks beside machines as they are told', () => {
    const { made, recorder, web } = plane();
    made.run(1800);
    const machine = made.machines.buy(machineSpec('n2', { usdPerHour: 1.8, group: 'extra' }), 60e6);
    made.run(1900);
    const task = recorder.addTask(web, 'a', SMALL);
    recorder.place(task, machine);
    made.run(2400);
    // Nobody has told the orchestrator yet that the task's machine is gone.
    made.machines.giveBack(machine, 'test');
    made.run(2500);
    recorder.end(task, 'evicted');
    recorder.addCost(web, 0.25);
    made.run(3600);
    const { living, metrics } = recorder.result();
    expect(living!.cost.byGroup['extra']).toBeCloseTo(0.3, 9);
    expect(living!.cost.byGroup['fleet']).toBeCloseTo(0.72, 9);
    expect(living!.cost.totalUsd).toBeCloseTo(1.27, 9);
    expect(living!.cost.byService['shop/web']).toBeGreaterThan(0.25);
    expect([metrics['nodesBought'], metrics['nodeHours']]).toEqual([1, expect.closeTo(2 + 1 / 6, 9)]);
    expect(living!.happenings.map(({ kind, timeUs }) => [kind, timeUs / 1e6])).toEqual([
      ['node-ordered', 1800],
      ['node-added', 1860],
      ['node-down', 2400],
      ['node-removed', 2400],
    ]);
  });

  test('workloads of one name are told apart, and so are not more of them than anyone reads', () => {
    const { recorder } = plane();
    for (let k = 0; k < 210; k++) recorder.addWorkload('daemon', 'daemon', -1);
    const { services, notes } = recorder.result().living!;
    expect(services.length).toBe(200);
    expect(services.slice(0, 3).map(({ service }) => service)).toEqual(['shop/web', 'daemon', 'daemon (2)']);
    expect(notes).toContain('11 workloads beyond the first 200 are not told apart');
  });
});

describe('at random', () => {
  const steps = fc.array(fc.tuple(fc.nat(9), fc.nat(40), fc.nat(3)), { minLength: 20, maxLength: 80 });

  /** Does what the steps say, each 3 s after the last; tasks that fit nowhere wait. */
  function history(all: readonly (readonly [number, number, number])[], settleUs = 60e6) {
    const machines = [0, 1, 2].map((k) => machineSpec(`n${k}`));
    const made = new TestPlane(planeSpec(3600, machines, [], { settleUs }));
    const { recorder } = made;
    const web = recorder.addWorkload('web', 'service', -1);
    recorder.setDesired(web, 5);
    const alive: number[] = [];
    let nowS = -settleUs / 1e6;
    let placed = 0;
    all.forEach(([what, which, where], k) => {
      made.run((nowS += 3));
      const at = which % Math.max(1, alive.length);
      const task = alive[at];
      const booked = task === undefined ? undefined : recorder.tasks.tasks.get(task);
      const isGone = (machine: number) => made.machines.state(machine).gone;
      if (what <= 2 || booked === undefined) alive.push(recorder.addTask(web, `web.${k}`, SMALL));
      else if (what <= 4 && booked.machine < 0) {
        const machine = where % made.machines.specs.length;
        if (recorder.held(machine).cpuMilli > 3000 || isGone(machine)) return;
        recorder.place(task, machine);
        placed++;
        made.add(task, booked.name, machine);
      } else if (what === 5) recorder.setReady(task, where > 0 && booked.machine >= 0);
      else if (what === 6) {
        alive.splice(at, 1);
        recorder.end(task, (['finished', 'stopped', 'evicted', 'failed'] as const)[where]);
      } else if (what === 7) made.machines.stop(where % 3);
      else if (what === 8) made.machines.start(where % 3);
      else if (where === 0) made.machines.giveBack(which % made.machines.specs.length, 'test');
      else made.machines.buy(machineSpec(`b${k}`), where * 1e6);
    });
    made.run(Math.max(1, nowS + 10));
    return { made, recorder, alive, placed };
  }

  test('whatever happens, every task is in one part, what is taken is given back, and the bill adds up', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { made, recorder, alive } = history(all);
        const { counts, living, curves } = recorder.result();
        expect(counts.running + counts.pending).toBe(alive.length);
        expect(counts.arrived).toBe(counts.finished + counts.killed + alive.length);
        made.machines.specs.forEach((_, machine) => {
          const there = alive.filter((task) => recorder.tasks.tasks.get(task)!.machine === machine).length;
          expect(recorder.held(machine).cpuMilli).toBe(1000 * there);
        });
        const { byService, byGroup, idleUsd, totalUsd } = living!.cost;
        const sum = (values: Readonly<Record<string, number>>) => Object.values(values).reduce((a, b) => a + b, 0);
        expect(sum(byService) + idleUsd).toBeCloseTo(totalUsd, 9);
        expect(sum(byGroup)).toBeCloseTo(totalUsd, 9);
        expect(curves.pending.at(-1)).toBeGreaterThanOrEqual(0);
        const [web] = living!.services;
        expect(web.lostReplicaS).toBeGreaterThanOrEqual(0);
        expect(web.lostReplicaS).toBeLessThanOrEqual((5 * made.clock.nowUs) / 1e6 + 1e-6);
      }),
      { numRuns: 60 },
    );
  });

  test('equal histories have equal fingerprints, and different ones do not', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const print = (one: typeof all) => history(one, 0).recorder.result().fingerprint;
        const first = print(all);
        expect(print(all)).toBe(first);
        expect(print([...all, [0, 0, 0]])).not.toBe(first);
      }),
      { numRuns: 20 },
    );
  });
});
