import { describe, expect, test } from 'vitest';
import { bareMachines, containerOrder } from './container-fixture.ts';
import { machineSpec, machineSpecs } from './data-plane-fixture.ts';
import type { ContainerOrder, ContainerWatcher } from './data-plane.ts';
import type { ProcessBehaviour } from './process-behaviour.ts';

const S = 1e6;

/** Machines, and containers on them that are started as soon as they are there, with all that is told of them. */
function lives(machines = machineSpecs(2, [])) {
  const plane = bareMachines(machines);
  const { clock, containers } = plane;
  const told: string[] = [];
  let calling = false;
  const tell = (container: number, what: string): void => {
    expect(calling, 'told within a call').toBe(false);
    told.push(`${clock.nowUs / S} ${containers.get(container)?.order.name} ${what}`);
  };
  const watcher: ContainerWatcher = {
    prepared: (one) => {
      tell(one, 'prepared');
      call(() => containers.start(one));
    },
    refused: (one, why) => tell(one, why),
    started: (one) => tell(one, 'started'),
    answers: (one, answers) => tell(one, answers ? 'answers' : 'is silent'),
    exited: (one, { code, cause }) => tell(one, `${cause} ${code}`),
  };
  function call<T>(act: () => T): T {
    calling = true;
    const result = act();
    calling = false;
    return result;
  }
  const run = (name: string, behaviour: Partial<ProcessBehaviour> = {}, otherwise: Partial<ContainerOrder> = {}) =>
    call(() => containers.create(containerOrder(name, otherwise, behaviour), watcher));
  return { ...plane, told, run, call };
}

describe('what a process draws', () => {
  /** When processes that were started one after the other are up, in seconds. */
  function upS(names: readonly string[], drawsAs: (name: string) => string | undefined): number[] {
    const { containers, clock, until } = bareMachines();
    const up: number[] = [];
    containers.watchAll((one) => {
      if (one.state === 'up') up[one.id] = clock.nowUs - one.startedUs;
    });
    const boot = { kind: 'exponential', meanUs: 5 * S } as const;
    for (const name of names) {
      const as = drawsAs(name);
      containers.create(containerOrder(name, as === undefined ? {} : { drawsAs: as }, { boot }), {});
    }
    until(20 * S);
    names.forEach((_, container) => containers.start(container));
    until(400 * S);
    return up;
  }

  test('is the same for the third process of a workload, whatever its name', () => {
    const swarm = upS(['web.1', 'web.2', 'web.3'], () => 'web');
    expect(upS(['web-7f/web', 'web-9c/web', 'web-1d/web'], () => 'web')).toEqual(swarm);
    expect(new Set(swarm).size).toBe(3);
    expect(upS(['web.1', 'web.2', 'web.3'], () => 'cart')).not.toEqual(swarm);
  });

  test('is its own where nobody says its workload', () => {
    const [, second] = upS(['web.1', 'web.2'], () => undefined);
    expect(upS(['web.2'], () => undefined)).toEqual([second]);
  });
});

describe('a container', () => {
  test('is pulled, boots and answers', () => {
    const { until, told, run, containers } = lives();
    const id = run('web.1');
    expect(containers.get(id)?.state).toBe('pulling');
    until(60 * S);
    // 6 round trips of 50 ms (5 layers and the manifest), 100 MB at 100 MB/s, and 1 s of boot.
    expect(told).toEqual(['1.3 web.1 prepared', '1.3 web.1 started', '2.3 web.1 answers']);
    expect(containers.get(id)).toMatchObject({ state: 'up', answers: true, startedUs: 1.3 * S });
  });

  test('whose work is done ends with 0, and one that fails with its own code', () => {
    const { until, told, run } = lives();
    const runs = { kind: 'constant', meanUs: 20 * S } as const;
    run('job.1', { imageBytes: 0, runs });
    run('job.2', { imageBytes: 0, runs, failureShare: 1, failureExitCode: 3 });
    // Its work is shorter than its boot.
    run('job.3', { imageBytes: 0, runs: { kind: 'constant', meanUs: 0.4 * S } });
    until(60 * S);
    expect(told.filter((one) => /(finished|failed)/.test(one))).toEqual([
      '0.4 job.3 finished 0',
      '20 job.1 finished 0',
      '20 job.2 failed 3',
    ]);
    expect(told).not.toContain('1 job.3 answers');
  });

  test('boots more slowly on a slow machine, and not at all on one that hangs', () => {
    const { until, told, run, machines } = lives();
    run('web.1', { imageBytes: 0, boot: { kind: 'constant', meanUs: 10 * S } });
    until(4 * S);
    machines.slow(0, 0.5);
    until(6 * S);
    machines.slow(0, 0);
    until(106 * S);
    machines.slow(0, 1);
    until(200 * S);
    machines.slow(0, 0);
    until(210 * S);
    machines.slow(0, 0.1);
    until(300 * S);
    // 4 s, then 2 s at half speed: 5 s are left when it runs again.
    expect(told.slice(2)).toEqual(['111 web.1 answers', '200 web.1 is silent', '210 web.1 answers']);
  });

  test('that is out of memory or crashes says so; what is removed tells nothing more', () => {
    const { until, told, run, containers, call } = lives();
    const ids = ['a.1', 'b.1', 'c.1'].map((name) => run(name, { imageBytes: 0 }));
    until(10 * S);
    told.length = 0;
    call(() => containers.outOfMemory(ids[0]));
    call(() => containers.crash(ids[1]));
    call(() => containers.crash(ids[1]));
    call(() => containers.crash(ids[2]));
    expect(call(() => containers.remove(ids[2]))).toBe(true);
    expect(call(() => containers.remove(ids[2]))).toBe(false);
    until(20 * S);
    expect(told).toEqual(['10 a.1 out-of-memory 137', '10 b.1 crashed 1']);
    expect(containers.on(0).map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(containers.start(ids[0])).toBe(false);
    expect(containers.stop(ids[0], 0)).toBe(false);
  });
});

describe('an image', () => {
  test('comes as fast as the others on its machine leave it, and two who want the same wait together', () => {
    const { until, told, run } = lives([machineSpec('n1', { pullBytesPerSecond: 10e6 })]);
    const layers = { imageLayers: 1 };
    run('a.1', { ...layers, imageBytes: 100e6 });
    run('b.1', { ...layers, imageBytes: 50e6 });
    run('a.2', { ...layers, imageBytes: 100e6 });
    until(3.1 * S);
    run('c.1', { ...layers, imageBytes: 10e6 });
    until(100 * S);
    // From 0.1 s on a and b have 5 MB/s each; c joins at 3.2 s, when 84.5 and 34.5 MB are left: 3.333 MB/s for each. It
    // is there after 3 s, b after 24.5 MB more at 5 MB/s, and then a's last 50 MB come at 10 MB/s.
    expect(told.filter((one) => one.endsWith('prepared'))).toEqual([
      '6.2 c.1 prepared',
      '11.1 b.1 prepared',
      '16.1 a.1 prepared',
      '16.1 a.2 prepared',
    ]);
  });

  test('that is there is taken at once, or after a look at the registry, which may be down', () => {
    const { until, told, run, machines, containers } = lives();
    run('web.1');
    until(10 * S);
    told.length = 0;
    machines.setRegistry(false);
    run('web.2');
    run('web.3', {}, { prefersLocalImage: false });
    run('other.1');
    until(20 * S);
    expect(told.filter((one) => !/(started|answers)/.test(one))).toEqual([
      '10 web.2 prepared',
      '10 other.1 the registry is down',
      '10.05 web.3 prepared',
    ]);
    expect(containers.hasImage(0, 'web')).toBe(true);
    expect(containers.hasImage(1, 'web')).toBe(false);
  });

  test('is not to be had where the disk is full or the way is cut, also when that comes in the middle', () => {
    const { until, told, run, machines } = lives(machineSpecs(4, []));
    run('a.1');
    run('b.1', {}, { machine: 1 });
    run('c.1', {}, { machine: 2 });
    until(0.5 * S);
    machines.fillDisk(0, true);
    machines.cutOff(1, true);
    machines.stop(2);
    run('d.1', {}, { machine: 1 });
    run('e.1', { imageBytes: 0 });
    until(0.6 * S);
    machines.cutOff(1, false);
    run('d.2', {}, { machine: 1 });
    until(10 * S);
    expect(told.filter((one) => !/(started|answers)/.test(one))).toEqual([
      '0.5 a.1 the disk is full',
      '0.5 b.1 the registry cannot be reached',
      '0.5 c.1 machine-stopped 255',
      '0.5 d.1 the registry cannot be reached',
      '0.5 e.1 the disk is full',
      '1.9 d.2 prepared',
    ]);
  });

  test('never comes where nothing can be loaded', () => {
    const { until, told, run, clock } = lives([machineSpec('n1', { pullBytesPerSecond: 0 })]);
    run('web.1');
    until(1e6 * S);
    expect(told).toEqual([]);
    expect(clock.events).toBeLessThan(3);
  });

  test('stays on its machine when that starts again', () => {
    const { until, told, run, machines, containers } = lives();
    run('web.1');
    until(10 * S);
    machines.stop(0);
    expect(containers.create(containerOrder('web.2'), {})).toBe(-1);
    until(20 * S);
    machines.start(0);
    told.length = 0;
    run('web.2');
    until(30 * S);
    expect(told).toEqual(['20 web.2 prepared', '20 web.2 started', '21 web.2 answers']);
  });
});

describe('a stop', () => {
  const slowly = { imageBytes: 0, stop: { kind: 'constant', meanUs: 2 * S } } as const;

  test('waits for the requests in flight, looks every 100 ms, and then takes the time of the process', () => {
    const { until, told, run, containers, clock, call } = lives();
    containers.setInFlight(() => (clock.nowUs < 13.25 * S ? 2 : 0));
    const id = run('web.1', slowly);
    until(10 * S);
    told.length = 0;
    const answers: boolean[] = [];
    containers.watchAnswers((one) => answers.push(one.answers));
    expect(call(() => containers.stop(id, 10 * S))).toBe(true);
    expect(containers.get(id)).toMatchObject({ state: 'stopping', answers: false });
    until(30 * S);
    expect(told).toEqual(['15.3 web.1 stopped 143']);
    expect(answers).toEqual([false]);
  });

  test('kills when its grace is over, whether requests are left, it takes too long, or it listens to nobody', () => {
    const { until, told, run, containers, call } = lives();
    const busy = run('busy.1', slowly);
    const slow = run('slow.1', { ...slowly, stop: { kind: 'constant', meanUs: 60 * S } });
    const deaf = run('deaf.1', { ...slowly, ignoresStop: true });
    const exact = run('exact.1', { ...slowly, stop: { kind: 'constant', meanUs: 5 * S } });
    containers.setInFlight((one) => (one === busy ? 1 : 0));
    until(10 * S);
    told.length = 0;
    for (const id of [busy, slow, deaf, exact]) call(() => containers.stop(id, 5 * S));
    until(30 * S);
    expect(told.toSorted()).toEqual([
      '15 busy.1 killed 137',
      '15 deaf.1 killed 137',
      '15 exact.1 stopped 143',
      '15 slow.1 killed 137',
    ]);
  });

  test('a second one may make the grace shorter, never longer; grace 0 kills at once', () => {
    const { until, told, run, containers, call } = lives();
    const [first, second, third] = ['a.1', 'b.1', 'c.1'].map((name) => run(name, { ...slowly, ignoresStop: true }));
    until(10 * S);
    told.length = 0;
    call(() => containers.stop(first, 20 * S));
    call(() => containers.stop(second, 5 * S));
    call(() => containers.stop(third, 0));
    until(11 * S);
    call(() => containers.stop(first, 2 * S));
    call(() => containers.stop(second, 60 * S));
    until(60 * S);
    expect(told).toEqual(['10 c.1 killed 137', '13 a.1 killed 137', '15 b.1 killed 137']);
  });

  test('of a container that does not run yet ends it at once, and a booting one takes its time to stop', () => {
    const { until, told, run, containers, call } = lives();
    const pulling = run('a.1');
    const booting = run('b.1', { ...slowly, boot: { kind: 'constant', meanUs: 60 * S } });
    until(0.5 * S);
    call(() => containers.stop(pulling, 10 * S));
    call(() => containers.stop(booting, 10 * S));
    until(60 * S);
    expect(told.slice(2)).toEqual(['0.5 a.1 stopped 143', '2.5 b.1 stopped 143']);
  });

  test('slows down with its machine; a job that ends meanwhile has done its work', () => {
    const { until, told, run, machines, containers, call } = lives();
    const web = run('web.1', slowly);
    const job = run('job.1', { ...slowly, runs: { kind: 'constant', meanUs: 11 * S } });
    until(10 * S);
    told.length = 0;
    call(() => containers.stop(web, 60 * S));
    call(() => containers.stop(job, 60 * S));
    until(10.5 * S);
    machines.slow(0, 0.1);
    until(100 * S);
    expect(told).toEqual(['15.5 job.1 finished 0', '25.5 web.1 stopped 143']);
  });
});

describe('a machine', () => {
  test('that stops ends all that is there, in order, and takes no command until it works again', () => {
    const { until, told, run, machines, containers, call } = lives();
    const web = run('web.1', { imageBytes: 0 });
    run('web.2', { imageBytes: 0 });
    run('other.1', { imageBytes: 0 }, { machine: 1 });
    until(10 * S);
    run('late.1');
    told.length = 0;
    const states: string[] = [];
    containers.watchAll((one, before) => states.push(`${one.order.name} ${before} ${one.state} ${one.answers}`));
    call(() => machines.stop(0));
    expect(states).toEqual(['web.1 up exited false', 'web.2 up exited false', 'late.1 pulling exited false']);
    expect(containers.stop(web, 1)).toBe(false);
    expect(containers.remove(web)).toBe(false);
    until(20 * S);
    machines.start(0);
    expect(containers.start(web)).toBe(false);
    expect(containers.remove(web)).toBe(true);
    until(30 * S);
    expect(told).toEqual([
      '10 web.1 machine-stopped 255',
      '10 web.2 machine-stopped 255',
      '10 late.1 machine-stopped 255',
    ]);
  });

  test('that is cut off goes on with what it has', () => {
    const { until, told, run, machines, containers, call } = lives();
    const web = run('web.1', { imageBytes: 0 });
    until(10 * S);
    told.length = 0;
    machines.cutOff(0, true);
    expect(machines.isReachable(0)).toBe(false);
    until(20 * S);
    expect(containers.get(web)?.answers).toBe(true);
    call(() => containers.stop(web, 10 * S));
    until(30 * S);
    expect(told).toEqual(['20.2 web.1 stopped 143']);
  });
});

describe('processes', () => {
  const random = { boot: { kind: 'exponential', meanUs: 5 * S }, imageBytes: 0 } as const;

  test('draw by their names, each start anew, whatever others do', () => {
    const alone = lives();
    alone.run('web.1', random);
    alone.until(60 * S);
    const together = lives();
    together.run('other.1', random);
    together.run('web.1', random);
    together.run('web.1', random);
    together.until(60 * S);
    const answers = together.told.filter((one) => one.endsWith('web.1 answers'));
    expect(answers).toContain(alone.told.at(-1));
    expect(new Set(answers).size).toBe(2);
  });

  test('of a crash loop die so long after their start, until it ends', () => {
    const { until, told, run, containers } = lives();
    run('web.1', { imageBytes: 0 });
    until(5 * S);
    run('other.1', { imageBytes: 0 });
    run('web.2', { imageBytes: 0 });
    until(8 * S);
    told.length = 0;
    containers.setCrashLoop(7, { matches: ({ order }) => order.name.startsWith('web'), afterUs: 6 * S });
    until(9 * S);
    run('web.3', { imageBytes: 0 });
    until(12 * S);
    containers.setCrashLoop(7, undefined);
    run('web.4', { imageBytes: 0 });
    until(60 * S);
    expect(told.filter((one) => one.includes('crashed'))).toEqual(['8 web.1 crashed 1', '11 web.2 crashed 1']);
  });
});
