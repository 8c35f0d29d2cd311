import { describe, expect, test } from 'vitest';
import { fc } from '../../../test/fuzz.ts';
import type { EngineInfo } from '../engine/engine.ts';
import type { ScriptStep } from '../script/replay-script.ts';
import type { EngineFacts } from './engine-facts.ts';
import { readUserImages } from '../workload/user-images.ts';
import { imagesOfReplay, planReplay } from './replay-plan.ts';
import type { PlanOptions } from './replay-plan-report.ts';
import { replayPlanText } from './replay-plan-text.ts';
import { suggestScale } from './suggest-scale.ts';
import { tinyScript } from '../../../test/tiny-script.ts';

const GI = 1024 ** 3;
const own = 'baton-workload:1';
const options: PlanOptions = { speed: 60, scaleCpu: 1, scaleMem: 1, ownImage: own };

function facts(change: Partial<Omit<EngineFacts, 'info'>> & { readonly info?: Partial<EngineInfo> } = {}): EngineFacts {
  const { info, ...rest } = change;
  return {
    name: 'docker',
    networks: 3,
    others: { running: 0, unlimited: 0, cpuMilli: 0, memBytes: 0 },
    ofThisRun: 0,
    images: { [own]: true },
    ...rest,
    info: {
      id: 'id',
      name: 'eve',
      version: '28.0.0',
      apiVersion: '1.48',
      os: 'linux',
      architecture: 'amd64',
      cpuMilli: 4000,
      memBytes: 8 * GI,
      cgroupVersion: '2',
      storageDriver: 'overlay2',
      running: 0,
      canLimitCpu: true,
      canLimitMem: true,
      isLocal: true,
      ...info,
    },
  };
}

const start = (pod: number, atS: number, node = 0): ScriptStep => ({ atUs: atS * 1e6, do: 'start', pod, node });
const gone = (pod: number, atS: number): ScriptStep => ({ atUs: atS * 1e6, do: 'gone', pod });
const three = [{ name: 'a', service: 0 }, { name: 'b' }, { name: 'c', cpuMilli: 500 }];

describe('what is there at once', () => {
  test('a container counts from start to gone, its CPU while its process lives', () => {
    const script = tinyScript(three, [
      start(0, 0),
      start(1, 60),
      { atUs: 70e6, do: 'kill', pod: 0, why: 'crash' },
      start(2, 80, 1),
      { atUs: 90e6, do: 'restart', pod: 0 },
      gone(1, 200),
      gone(2, 300),
    ]);
    const plan = planReplay(script, [facts()], { ...options, scaleCpu: 0.1, scaleMem: 0.5 });
    // a + b + c at 90 s; with the crash of a in between there are never more.
    expect(plan.total).toMatchObject({
      containersInAll: 3,
      containersAtOnce: 3,
      cpuMilli: 2500,
      memBytes: 3 * GI,
      scaledCpuMilli: 250,
      scaledMemBytes: 1.5 * GI,
      ports: 1,
    });
    expect(plan.durationMs).toBe(10_000);
  });

  test('engines count what their own nodes get', () => {
    const script = tinyScript(three, [start(0, 0), start(1, 0, 1), start(2, 0, 1)]);
    const plan = planReplay(script, [facts(), facts({ name: 'two' })], options);
    expect(
      plan.engines.map(({ name, nodes, containersInAll, cpuMilli, networks }) => [
        name,
        nodes,
        containersInAll,
        cpuMilli,
        networks,
      ]),
    ).toEqual([
      ['docker', ['node-a'], 1, 1000, 1],
      ['two', ['node-b'], 2, 1500, 1],
    ]);
  });

  test('calls and starts are counted in the busiest second of real time', () => {
    const script = tinyScript(three, [start(0, 0), start(1, 30), start(2, 120), gone(0, 121)]);
    const { total } = planReplay(script, [facts()], options);
    // At speed 60 the second pod comes half a second after the first, the third 1.5 s later.
    expect([total.startsPerSecond, total.callsPerSecond]).toEqual([2, 6]);
    expect(planReplay(script, [facts()], { ...options, speed: 1 }).total.startsPerSecond).toBe(1);
  });

  test('memory is at least what an engine can set', () => {
    const script = tinyScript(three, [start(0, 0)]);
    expect(planReplay(script, [facts()], options).total).toMatchObject({ startsPerSecond: 1, callsPerSecond: 3 });
    expect(planReplay(script, [facts()], { ...options, scaleMem: 0.0001 }).total.scaledMemBytes).toBe(6 * 1024 ** 2);
  });

  test('whatever the script, the parts are never more than the whole, and the whole never more than their sum', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.integer({ min: 0, max: 5 }), fc.constantFrom('start', 'kill', 'restart', 'gone'), fc.boolean()),
          {
            maxLength: 40,
          },
        ),
        (drawn) => {
          const script = tinyScript(
            Array.from({ length: 6 }, (_, pod) => ({ name: `p${pod}`, cpuMilli: 100 * (pod + 1) })),
            stepsOf(drawn),
          );
          const plan = planReplay(script, [facts(), facts({ name: 'two' })], options);
          for (const key of ['containersAtOnce', 'cpuMilli', 'memBytes', 'callsPerSecond'] as const) {
            const parts = plan.engines.map((engine) => engine[key]);
            expect(Math.max(...parts)).toBeLessThanOrEqual(plan.total[key]);
            expect(plan.total[key]).toBeLessThanOrEqual(parts[0] + parts[1]);
          }
        },
      ),
    );
  });
});

/** Steps that a script could hold: a pod is started when it is not there, and the rest happens to those that are. */
function stepsOf(drawn: readonly (readonly [number, string, boolean])[]): ScriptStep[] {
  const there = new Set<number>();
  const steps: ScriptStep[] = [];
  drawn.forEach(([pod, what, onOther], i) => {
    const atUs = i * 1_000_000;
    if (what === 'start') {
      if (there.has(pod)) return;
      there.add(pod);
      steps.push({ atUs, do: 'start', pod, node: onOther ? 1 : 0 });
    } else if (there.has(pod)) {
      if (what === 'gone') there.delete(pod);
      steps.push(
        what === 'kill' ? { atUs, do: 'kill', pod, why: 'crash' } : { atUs, do: what as 'restart' | 'gone', pod },
      );
    }
  });
  return steps;
}

describe('what speaks against it', () => {
  const all = tinyScript(three, [start(0, 0), start(1, 30, 1), start(2, 60)]);
  const refusalsOf = (engine: EngineFacts, change: Partial<PlanOptions> = {}) =>
    planReplay(all, [engine], { ...options, ...change }).refusals;

  test('nothing, where all fits', () => {
    const { refusals, impossible, cannot, warnings } = planReplay(all, [facts()], { ...options, speed: 2 });
    expect({ refusals, impossible, cannot, warnings }).toEqual({
      refusals: [],
      impossible: [],
      cannot: [],
      warnings: [],
    });
  });

  test('too little CPU, too little memory', () => {
    expect(refusalsOf(facts({ info: { cpuMilli: 2000, memBytes: 2 * GI } }))).toEqual([
      'docker has 2000m of CPU, and the run wants 2500m at once; use a smaller --scale-cpu, or --scale-cpu shares',
      'docker has 2.00 GiB of memory, and the run wants 3.00 GiB at once; use a smaller --scale-memory',
    ]);
    expect(refusalsOf(facts({ info: { cpuMilli: 2000 } }), { scaleCpu: 'shares' })).toEqual([]);
  });

  test('other containers that need it, with limits and without', () => {
    const limited = { running: 2, unlimited: 0, cpuMilli: 3000, memBytes: GI };
    expect(refusalsOf(facts({ others: limited }))).toEqual([
      'docker has 1000m of CPU besides the 2 other containers that run there, and the run wants 2500m at once; use a smaller --scale-cpu, or --scale-cpu shares',
    ]);
    const unlimited = facts({ others: { running: 1, unlimited: 1, cpuMilli: 0, memBytes: 0 } });
    expect(refusalsOf(unlimited)).toEqual([
      '1 container that is not of this run runs on docker without limits, and the run wants more than half of the engine; stop them, or use a smaller --scale-cpu and --scale-memory',
    ]);
    const plan = planReplay(all, [unlimited], { ...options, scaleCpu: 0.1, scaleMem: 0.1 });
    expect(plan.refusals).toEqual([]);
    expect(plan.warnings[0]).toBe(
      '1 container that is not of this run runs on docker without limits and may disturb what is measured',
    );
  });

  test('more networks than address pools', () => {
    expect(refusalsOf(facts({ networks: 30 }))).toEqual([
      'docker has 30 networks already, and addresses for about 30; remove those that nobody uses (docker network prune), or give it more with default-address-pools',
    ]);
    const { refusals, warnings } = planReplay(all, [facts({ networks: 29 })], { ...options, speed: 2 });
    expect(refusals).toEqual([]);
    expect(warnings).toEqual([
      'docker has addresses for about 1 more network and the run wants 2; nodes will share them',
    ]);
  });

  test('an image of the scenario that is missing, and pods without one', () => {
    const script = tinyScript([{ name: 'a', image: 'shop:2' }, { name: 'b' }], [start(0, 0), start(1, 60)]);
    const { ownImage: _, ...theirs } = options;
    expect(planReplay(script, [facts()], theirs).impossible).toEqual([
      'image shop:2 is not on docker, and Baton pulls none; pull it there (docker pull shop:2), or use our own workload',
      'the run names no image for 1 pod, b for one; name it in the scenario, or use our own workload',
    ]);
    expect(imagesOfReplay(script, {})).toEqual(['shop:2']);
    expect(planReplay(script, [facts({ images: {} })], options).impossible).toEqual([]);
  });

  test('an image of the user takes the place of ours, and must be there', () => {
    const script = tinyScript(
      [
        { name: 'a', workload: 'web' },
        { name: 'b', workload: 'db' },
      ],
      [start(0, 0), start(1, 60)],
    );
    const theirs = { ...options, userImages: readUserImages(['web=shop:2']) };
    expect(imagesOfReplay(script, theirs)).toEqual([own, 'shop:2'].sort());
    const { engines, impossible } = planReplay(script, [facts({ images: { [own]: true } })], theirs);
    expect(engines[0].images.map(({ reference, isOurs }) => [reference, isOurs])).toEqual([
      [own, true],
      ['shop:2', false],
    ]);
    expect(impossible).toEqual([
      'image shop:2 is not on docker, and Baton pulls none; pull it there (docker pull shop:2), or use our own workload',
    ]);
  });

  test('an engine that cannot limit, and one whose loopback is not ours', () => {
    const { cannot } = planReplay(
      all,
      [facts({ info: { canLimitCpu: false, canLimitMem: false, isLocal: false } })],
      options,
    );
    expect(cannot).toEqual([
      'docker cannot limit CPU, as rootless engines often cannot; containers take what they can get',
      'docker cannot limit memory, as rootless engines often cannot; nothing is killed for lack of it',
      'published ports of docker are on its own loopback, which cannot be reached from here; readiness and traffic are not measured there',
    ]);
  });

  test('things of the same run that are there already; a node without an engine; no engine', () => {
    expect(planReplay(all, [facts({ ofThisRun: 4 })], options).impossible).toEqual([
      'docker has 4 things of this run already, of an earlier replay or of one that goes on; go on with --resume run-1, or remove them with --clean run-1',
    ]);
    expect(planReplay(all, [facts({ ofThisRun: 4 })], { ...options, resumes: true }).impossible).toEqual([]);
    expect(planReplay(all, [facts()], { ...options, engineOfNode: [0] }).impossible).toEqual([
      '1 node of the run stands for no engine, node-b for one; say which engine it is on',
    ]);
    expect(planReplay(all, [], options).impossible).toEqual([
      'there is no engine to replay on; name one with --docker',
    ]);
  });

  test('more requests than can be sent, and shorter ones than can be measured, are warnings', () => {
    const service = { concurrency: 1, queueLimit: null, cpuPerRequestMilli: 0, balancing: 'random' };
    const timesUs = Array.from({ length: 200 }, (_, k) => k * 50_000);
    const traffic = { traffic: [{ source: { kind: 'times', timesUs } }] } as unknown as NonNullable<typeof all.traffic>;
    const script = { ...all, services: [{ ...service, name: 'web', workMeanUs: 100_000 }], traffic };
    const warnings = (speed: number) => planReplay(script, [facts()], { ...options, speed }).warnings;
    expect(warnings(1).filter((text) => /request/.test(text))).toEqual([]);
    expect(warnings(20)).toContainEqual(expect.stringMatching(/^up to 400 requests a second are sent at this speed/));
    expect(warnings(20)).toContainEqual(expect.stringMatching(/^a request to web works for 100 ms .*which is 5 ms at/));
  });

  test('more starts than an engine does, and a speed too high, are warnings alone', () => {
    const pods = Array.from({ length: 30 }, (_, pod) => ({ name: `p${pod}`, cpuMilli: 10, memBytes: GI / 100 }));
    const script = tinyScript(pods, [...pods.map((_, pod) => start(pod, 0)), gone(0, 30)]);
    const { warnings, refusals } = planReplay(script, [facts()], options);
    expect(refusals).toEqual([]);
    expect(warnings).toEqual([
      '30 starts are due on docker within one second, and an engine does about 3; some come up to 10 s late, or the clock is held for them',
      '1 pod of 30 lives less than 1 s at this speed, about what starting and stopping take; use a lower --speed',
      'half of the pods boot within 2 s of simulated time, which is 33 ms at this speed; starting a container takes about 500 ms of its own, so measured starts will look 30 s longer in simulated time',
    ]);
  });
});

describe('what would fit', () => {
  const pods = Array.from({ length: 60 }, (_, pod) => ({ name: `p${pod}` }));
  const script = tinyScript(pods, [...pods.map((_, pod) => start(pod, 5 * pod, pod % 2)), gone(0, 60)]);

  test('scales down to what there is, and slows down to what can be started', () => {
    const small = [facts({ info: { cpuMilli: 2000, memBytes: 8 * GI } })];
    const suggested = suggestScale(script, small, options);
    expect(suggested).toEqual({
      scaleCpu: 0.033,
      scaleMem: 0.13,
      speed: 20,
      flags: '--scale-cpu 0.033 --scale-memory 0.13 --speed 20',
      fits: true,
    });
    expect(planReplay(script, small, { ...options, ...suggested }).refusals).toEqual([]);
  });

  test('asks for nothing where all fits', () => {
    const big = [facts({ info: { cpuMilli: 128_000, memBytes: 512 * GI } })];
    expect(suggestScale(script, big, { ...options, speed: 5 })).toMatchObject({ flags: '', fits: true });
  });

  test('leaves others what they have, and half of the engine to those without limits', () => {
    const scalesBeside = (cpuMilli: number, gib: number, unlimited: number): unknown => {
      const others = { running: 1, unlimited, cpuMilli, memBytes: gib * GI };
      const engine = facts({ others, info: { cpuMilli: 40_000, memBytes: 40 * GI } });
      const { scaleCpu, scaleMem, fits } = suggestScale(script, [engine], options);
      return [scaleCpu, scaleMem, fits];
    };
    expect(scalesBeside(0, 0, 0)).toEqual([0.66, 0.66, true]);
    expect(scalesBeside(10_000, 30, 0)).toEqual([0.5, 0.16, true]);
    expect(scalesBeside(0, 0, 1)).toEqual([0.33, 0.33, true]);
  });

  test('what fits at no scale, or cannot be done at all, is not said to fit', () => {
    const others = { running: 1, unlimited: 0, cpuMilli: 5000, memBytes: 9 * GI };
    expect(suggestScale(script, [facts({ others })], options)).toMatchObject({ scaleCpu: 'shares', fits: false });
    const taken = facts({ ofThisRun: 2, info: { cpuMilli: 128_000, memBytes: 512 * GI } });
    expect(suggestScale(script, [taken], options).fits).toBe(false);
    const most = { running: 1, unlimited: 0, cpuMilli: 3999, memBytes: 8 * GI - 2 ** 20 };
    expect(suggestScale(script, [facts({ others: most })], options).scaleCpu).toBe('shares');
  });

  test('slows down until what is started is there for a while', () => {
    const brief = tinyScript([{ name: 'a', cpuMilli: 10, memBytes: GI / 100 }], [start(0, 0), gone(0, 12)]);
    expect(suggestScale(brief, [facts()], options).speed).toBeLessThanOrEqual(12);
    expect(suggestScale(brief, [facts()], { ...options, speed: 2 }).speed).toBe(2);
  });

  test('whatever the engine, the scales it names fit it', () => {
    const share = fc.double({ min: 0, max: 0.5, noNaN: true });
    const engines = fc.tuple(fc.integer({ min: 500, max: 200_000 }), fc.integer({ min: 1, max: 256 }));
    fc.assert(
      fc.property(engines, share, share, fc.nat(1), ([cpuMilli, gib], ofCpu, ofMem, unlimited) => {
        const others = {
          running: 1,
          unlimited,
          cpuMilli: Math.floor(cpuMilli * ofCpu),
          memBytes: Math.floor(gib * GI * ofMem),
        };
        const engine = facts({ others, info: { cpuMilli, memBytes: gib * GI } });
        expect(suggestScale(script, [engine], options).fits).toBe(true);
      }),
    );
  });
});

test('the plan as text', () => {
  const script = tinyScript(three, [start(0, 0), start(1, 120, 1), start(2, 240)]);
  const engine = [facts({ info: { cpuMilli: 2000 } })];
  const plan = planReplay(script, engine, options);
  expect(replayPlanText(plan, suggestScale(script, engine, { ...options }))).toMatchInlineSnapshot(`
    "replay of tiny (best-fit, seed 1), run run-1: nothing has been touched

    duration        10 s (10 min simulated, speed 60)
    steps           3
    containers      3 in all, at most 3 at once
    CPU             at most 2500m at once
    memory          at most 3.00 GiB at once
    busiest second  1 start, 3 calls in all

    docker (28.0.0): stands for 2 nodes, node-a and node-b
      containers  3 in all, at most 3 at once
      CPU         2500m of 2000m
      memory      3.00 GiB of 8.00 GiB
      networks    2 new, 3 there
      ports       at most 1 at once, on 127.0.0.1 only
      image       baton-workload:1, there

    to know:
      - half of the pods boot within 2 s of simulated time, which is 33 ms at this speed; starting a container takes about 500 ms of its own, so measured starts will look 30 s longer in simulated time

    refused, unless --overcommit is given:
      - docker has 2000m of CPU, and the run wants 2500m at once; use a smaller --scale-cpu, or --scale-cpu shares

    this would fit: --scale-cpu 0.8"
  `);
});
