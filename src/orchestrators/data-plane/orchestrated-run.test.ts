import { describe, expect, test } from 'vitest';
import { type RandomStream, stream } from '../../sim/random.ts';
import type { TimedWeather } from '../../sim/weather/timed-weather.ts';
import type { WeatherEvent } from '../../sim/weather/weather-event.ts';
import type { MakeControlLoop } from './control-loop.ts';
import { fixtureSpec, machineSpec, modelledService, runLoop, steadyTraffic } from './data-plane-fixture.ts';
import type { ContainerWatcher } from './data-plane.ts';
import { OrchestratedRun } from './orchestrated-run.ts';
import { RoundRobin, type RoundRobinOptions } from './round-robin-fixture.ts';

const S = 1e6;

const roundRobin =
  (options: RoundRobinOptions = {}): MakeControlLoop =>
  (plane) =>
    new RoundRobin(plane, options);

const at = (seconds: number, event: WeatherEvent): TimedWeather => ({ atUs: seconds * S, event });

describe('a run of a control loop', () => {
  test('begins with everything up, and replaces what a dead machine took with it', () => {
    const run = runLoop(roundRobin({ replicas: 8 }), {}, [
      at(100, { kind: 'node-down', node: 1, cause: 'test' }),
      at(300, { kind: 'node-up', node: 1, cause: 'test' }),
    ]);
    const { replicas } = run.loop as RoundRobin;
    expect(replicas.filter(({ isReady }) => isReady).length).toBe(8);
    expect(replicas.map(({ machine }) => machine).sort((a, b) => a - b)).toEqual([0, 0, 0, 2, 2, 2, 3, 3]);
    expect(run.result().endUs).toBe(600 * S);
  });

  test('that starts cold has nothing at 0', () => {
    const spec = fixtureSpec(roundRobin(), { coldStart: true });
    const run = new OrchestratedRun(spec, { seed: 1 });
    expect(run.clock.nowUs).toBe(0);
    run.runUntil(1.2 * S);
    expect((run.loop as RoundRobin).isQuiet()).toBe(false);
    run.runUntil(2.3 * S);
    expect((run.loop as RoundRobin).isQuiet()).toBe(true);
    expect(run.clock.nowUs).toBe(2.3 * S);
  });

  test('that has come to rest before has it up at 0, without weather or traffic until then', () => {
    const service = modelledService('web');
    const spec = fixtureSpec(
      roundRobin({ service: 0 }),
      { services: [service], traffic: () => [steadyTraffic(0, 100)] },
      [
        at(-50, { kind: 'node-down', node: 0, cause: 'too early' }),
        at(1, { kind: 'node-down', node: 0, cause: 'late' }),
      ],
    );
    const run = new OrchestratedRun(spec, { seed: 1 });
    expect(run.clock.nowUs).toBe(-120 * S);
    run.runUntil(-1);
    expect((run.loop as RoundRobin).isQuiet()).toBe(true);
    expect(run.machines.state(0).works).toBe(true);
    expect(run.balancers.offered(0)).toBe(0);
    run.runUntil(0);
    expect(run.machines.state(0).works).toBe(false);
    while (run.step());
    expect(run.balancers.offered(0)).toBeGreaterThan(59_000);
    expect(run.balancers.offered(0)).toBeLessThan(61_000);
  });

  test('ends early when all is quiet and nothing is to come, if it may', () => {
    const operation = { atUs: 200 * S, text: 'nothing', change: { verb: 'remove', workload: 'x' } } as const;
    const ends = (also: object) => runLoop(roundRobin(), { untilQuiet: true, ...also }).clock.nowUs;
    expect(ends({})).toBe(15 * S);
    expect(ends({ operations: [operation] })).toBe(210 * S);
    expect(ends({ untilQuiet: false })).toBe(600 * S);
    const unfinished: MakeControlLoop = (plane) => {
      plane.books.setDesired(plane.books.addWorkload('job', 'job', -1), 1);
      return new RoundRobin(plane);
    };
    expect(runLoop(unfinished, { untilQuiet: true }).clock.nowUs).toBe(600 * S);
  });

  test('what people do waits while the control plane is down; so do the wishes of the weather', () => {
    const done: string[] = [];
    const loop: MakeControlLoop = (plane) => {
      plane.machines.watchWishes((wish) => done.push(`${plane.clock.nowUs / S} ${wish.kind} ${wish.machine}`));
      plane.machines.watchControlPlane((up) => done.push(`${plane.clock.nowUs / S} ${up ? 'up' : 'down'}`));
      const made = new RoundRobin(plane);
      made.operate = () => void done.push(`${plane.clock.nowUs / S} operated`);
      return made;
    };
    const run = runLoop(
      loop,
      { operations: [{ atUs: 60 * S, text: 'scale web 5', change: { verb: 'scale', workload: 'web', replicas: 5 } }] },
      [
        at(20, { kind: 'drain-begin', node: 2, cause: 'kernel' }),
        at(50, { kind: 'control-plane-down', on: true, cause: 'test' }),
        at(70, { kind: 'spot-notice', node: 3, takenUs: 190 * S, cause: 'test' }),
        at(80, { kind: 'spot-notice', node: 1, takenUs: 90 * S, cause: 'test' }),
        at(90, { kind: 'spot-taken', node: 1, cause: 'test' }),
        at(100, { kind: 'control-plane-down', on: false, cause: 'test' }),
        at(120, { kind: 'drain-end', node: 2, cause: 'kernel' }),
      ],
    );
    expect(done).toEqual([
      '20 drain-begin 2',
      '50 down',
      '100 up',
      '100 operated',
      '100 spot-notice 3',
      '120 drain-end 2',
    ]);
    expect(run.machines.state(1)).toMatchObject({ gone: true, works: false });
    expect(run.machines.controlPlaneUp).toBe(true);
  });

  test('needs a machine, each with a name of its own', () => {
    expect(() => runLoop(roundRobin(), { machines: [] })).toThrow('the cluster has no machine');
    expect(() => runLoop(roundRobin(), { machines: [machineSpec('a'), machineSpec('a')] })).toThrow(
      'two machines called "a"',
    );
  });
});

describe('weather on processes', () => {
  test('one replica crashes; a crash loop has all of them die until it ends', () => {
    const run = runLoop(roundRobin({ service: 0 }), { services: [modelledService('web')] }, [
      at(10, { kind: 'replica-crash', service: 0, which: 0.5, cause: 'test' }),
      at(100, { kind: 'crash-loop', service: 0, on: true, afterUs: 5 * S, cause: 'test' }),
      at(112, { kind: 'crash-loop', service: 0, on: false, afterUs: 5 * S, cause: 'test' }),
    ]);
    const { replicas } = run.loop as RoundRobin;
    expect(replicas.every(({ isReady }) => isReady)).toBe(true);
    // 4 at first, 1 for the crash, then 4 at 100 s and, since each comes a second later, 4 at 106 s.
    expect(run.ledger.task(replicas[3].task)?.name).toBe('web.13');
  });

  test('images cannot be pulled while the registry is down', () => {
    let refusals = 0;
    const loop: MakeControlLoop = (plane) => {
      const { containers } = plane;
      const create = containers.create.bind(containers);
      containers.create = (order, watcher) =>
        create(
          { ...order, image: order.name },
          {
            ...watcher,
            refused: (_, why) => {
              expect(why).toBe('the registry is down');
              refusals++;
            },
          },
        );
      return new RoundRobin(plane);
    };
    runLoop(loop, {}, [
      at(10, { kind: 'registry-down', on: true, cause: 'test' }),
      at(20, { kind: 'node-down', node: 0, cause: 'test' }),
      at(60, { kind: 'registry-down', on: false, cause: 'test' }),
      at(70, { kind: 'node-down', node: 1, cause: 'test' }),
    ]);
    expect(refusals).toBe(1);
  });

  test('between zones it reaches requests only', () => {
    const service = modelledService('web');
    const counts = (weather: TimedWeather[]) =>
      runLoop(
        roundRobin({ service: 0, replicas: 4 }),
        { services: [service], traffic: () => [{ ...steadyTraffic(0, 50), fromZone: 0 }], requestModel: 'discrete' },
        weather,
      ).balancers.model.services[0];
    const calm = counts([]);
    const cut = counts([at(60, { kind: 'zone-partition', zones: [0, 1], on: true, cause: 'test' })]);
    expect(calm.arrived).toBeGreaterThan(29_000);
    expect(calm.served / calm.arrived).toBeGreaterThan(0.999);
    expect(cut.served / cut.arrived).toBeLessThan(0.6);
  });
});

describe('over many seeds', () => {
  const kinds = ['node', 'slow', 'cut', 'disk', 'registry', 'plane', 'crash', 'loop', 'taken'] as const;

  function randomWeather(random: RandomStream): TimedWeather[] {
    return Array.from({ length: 1 + random.below(12) }, (): TimedWeather[] => {
      const fromS = random.below(400);
      const toS = fromS + random.below(150);
      const node = random.below(5);
      const cause = 'test';
      switch (kinds[random.below(kinds.length)]) {
        case 'node':
          return [at(fromS, { kind: 'node-down', node, cause }), at(toS, { kind: 'node-up', node, cause })];
        case 'slow': {
          const speed = random.below(3) / 4;
          return [
            at(fromS, { kind: 'node-speed', node, speed, cause }),
            at(toS, { kind: 'node-speed', node, speed: 1, cause }),
          ];
        }
        case 'cut':
          return [
            at(fromS, { kind: 'node-cut-off', node, on: true, cause }),
            at(toS, { kind: 'node-cut-off', node, on: false, cause }),
          ];
        case 'disk':
          return [
            at(fromS, { kind: 'disk-full', node, on: true, cause }),
            at(toS, { kind: 'disk-full', node, on: false, cause }),
          ];
        case 'registry':
          return [
            at(fromS, { kind: 'registry-down', on: true, cause }),
            at(toS, { kind: 'registry-down', on: false, cause }),
          ];
        case 'plane':
          return [
            at(fromS, { kind: 'control-plane-down', on: true, cause }),
            at(toS, { kind: 'control-plane-down', on: false, cause }),
          ];
        case 'crash':
          return [at(fromS, { kind: 'replica-crash', service: 0, which: random.next(), cause })];
        case 'loop':
          return [
            at(fromS, { kind: 'crash-loop', service: 0, on: true, afterUs: 7 * S, cause }),
            at(toS, { kind: 'crash-loop', service: 0, on: false, afterUs: 7 * S, cause }),
          ];
        default:
          return [at(fromS, { kind: 'spot-taken', node, cause })];
      }
    }).flat();
  }

  /** What may follow what; a container that is not heard of any more is a refusal or an exit that has been told. */
  const grammar = /^(prepared( started( (answers|silent))*( exited)?| exited)?|refused|exited)$/;

  function watched(seed: number, check: boolean): string {
    const random = stream(seed, 'weather-test');
    const told = new Map<number, string[]>();
    const loop: MakeControlLoop = (plane) => {
      const { containers } = plane;
      const create = containers.create.bind(containers);
      const note = (container: number, what: string): void => {
        const all = told.get(container);
        if (all === undefined) told.set(container, [what]);
        else all.push(what);
      };
      containers.create = (order, watcher: ContainerWatcher) =>
        create(order, {
          prepared: (one) => {
            note(one, 'prepared');
            watcher.prepared?.(one);
          },
          refused: (one, why) => {
            note(one, 'refused');
            watcher.refused?.(one, why);
          },
          started: (one) => note(one, 'started'),
          answers: (one, answers) => {
            note(one, answers ? 'answers' : 'silent');
            watcher.answers?.(one, answers);
          },
          exited: (one, exit) => {
            note(one, 'exited');
            watcher.exited?.(one, exit);
          },
        });
      return new RoundRobin(plane, {
        service: 0,
        replicas: 1 + random.below(9),
        behaviour: { boot: { kind: 'exponential', meanUs: 4 * S } },
      });
    };
    const spec = fixtureSpec(
      loop,
      { services: [modelledService('web')], traffic: () => [steadyTraffic(0, 5)], requestModel: 'discrete' },
      randomWeather(random),
    );
    const run = new OrchestratedRun(spec, { seed });
    const wrong: string[] = [];
    let lastUs = -Infinity;
    while (run.step()) {
      if (!check) continue;
      if (run.clock.nowUs < lastUs) wrong.push('time goes back');
      lastUs = run.clock.nowUs;
      for (const { order, state, answers, exit } of run.containers.all()) {
        const { works, speed } = run.machines.state(order.machine);
        if (!works && state !== 'exited') wrong.push(`${order.name} is ${state} where nothing works`);
        if (answers !== (state === 'up' && speed > 0)) wrong.push(`${order.name} is ${state} and answers: ${answers}`);
        if (exit !== undefined && state !== 'exited') wrong.push(`${order.name} is ${state} with an exit`);
      }
    }
    expect(wrong, `seed ${seed}`).toEqual([]);
    for (const [container, all] of told) {
      expect(all.join(' '), `seed ${seed}, container ${container}`).toMatch(grammar);
      all.forEach((one, k) => expect(one, `seed ${seed}, container ${container}`).not.toBe(all[k - 1]));
    }
    return run.result().fingerprint;
  }

  test('nothing runs where no machine works, nothing is told twice, and the same seed gives the same run', () => {
    const prints = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const print = watched(seed, true);
      prints.add(print);
      expect(watched(seed, false), `seed ${seed}`).toBe(print);
    }
    expect(prints.size).toBe(40);
  });
});
