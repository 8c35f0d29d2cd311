import { afterAll, describe, expect } from 'vitest';
import { simulateSwarm } from '../../src/live/swarm/simulate-swarm.ts';
import { placementAt, type SwarmRun } from '../../src/live/swarm/swarm-run.ts';
import { dockerTest as testWithDocker } from './docker-test.ts';
import * as courses from './real-swarm/courses.ts';
import { playCourse, weatherOf, type Course, type PlayedCourse } from './real-swarm/play-course.ts';
import { EVERYDAY_STACKS, prepareForStacks, specsOfStack } from './real-swarm/stack-specs.ts';
import { startRealSwarm, type RealSwarm } from './real-swarm/real-swarm.ts';

// One swarm for all of them: four nodes, up in seconds. Times are SwarmKit's, with room above for a machine that is busy.

const dockerTest = (name: string, body: () => Promise<void>): void =>
  testWithDocker(name, body, { needs: ['ip, nsenter and unshare'] });

let swarm: Promise<RealSwarm> | undefined;

function theSwarm(): Promise<RealSwarm> {
  swarm ??= startLabelled();
  return swarm;
}

async function startLabelled(): Promise<RealSwarm> {
  const started = await startRealSwarm(courses.NODES);
  for (const [place, zone] of courses.ZONES.entries())
    await started.docker('node', 'update', '--label-add', `zone=${zone}`, courses.NODES[place].hostname);
  return started;
}

afterAll(async () => {
  await (await swarm?.catch(() => undefined))?.remove();
});

/** The same course really and simulated, with its steps at the times at which they were really done. */
async function bothWays(
  make: courses.MakeCourse,
): Promise<{ real: PlayedCourse; simulated: SwarmRun; course: Course }> {
  const { image, ...rest } = await theSwarm();
  const course = make(image);
  const real = await playCourse({ image, ...rest }, course);
  const simulated = simulateSwarm({
    files: [{ file: 'stack.yaml', text: course.stack }],
    machines: real.machines,
    steps: (course.steps ?? []).flatMap(({ change, text }, place) =>
      change === undefined ? [] : [{ atUs: real.stepsUs[place], text, change }],
    ),
    weather: weatherOf(course, real.stepsUs),
    durationUs: real.run.durationUs + 30e6,
    seed: 1,
    behaviourOf: () => courses.behaviourOf(course),
  });
  return { real, simulated, course };
}

/** Running tasks a node just before step `step` is done, or at the end. */
function placements({ real, simulated }: Awaited<ReturnType<typeof bothWays>>, step?: number): [number[], number[]] {
  const at = step === undefined ? undefined : real.stepsUs[step];
  const of = (run: SwarmRun): number[] => [
    ...(placementAt(run, at ?? run.durationUs, real.machines.length)['web'] ?? []),
  ];
  return [of(real.run), of(simulated)];
}

const sorted = (counts: readonly number[]): number[] => [...counts].sort((a, b) => b - a);
const seconds = (us: number): number => us / 1e6;

/** From a step to the last task that was made because of it and runs. */
function recoveredUs({ run, stepsUs }: { run: SwarmRun; stepsUs: readonly number[] }, step = 0): number {
  const since = run.tasks.filter(({ madeUs, runningUs }) => madeUs >= stepsUs[step] && runningUs < Infinity);
  return Math.max(...since.map(({ runningUs }) => runningUs)) - stepsUs[step];
}

/** From a step to when a node was found lost. */
const detectedUs = (run: SwarmRun, stepUs: number): number =>
  (run.happenings.find((one) => one.kind === 'node-down' && one.atUs > stepUs)?.atUs ?? Infinity) - stepUs;

describe('a real swarm and its simulation', () => {
  dockerTest('place a fresh service evenly', async () => {
    const [real, simulated] = placements(await bothWays(courses.freshDeploy));
    expect(sorted(real)).toEqual([2, 2, 1, 1]);
    expect(sorted(simulated)).toEqual(sorted(real));
  });

  dockerTest('scale up on uneven nodes (0, 0, 2 and 4 more: worked example B)', async () => {
    const both = await bothWays(courses.scaleUpUneven);
    expect(placements(both, 0)).toEqual([
      [0, 0, 0, 2],
      [0, 0, 0, 2],
    ]);
    const [real, simulated] = placements(both);
    expect([real[0], sorted(real), real[3]]).toEqual([0, [3, 2, 1, 0], 2]);
    expect([simulated[0], sorted(simulated), simulated[3]]).toEqual([0, [3, 2, 1, 0], 2]);
  });

  dockerTest('spread over zones before nodes', async () => {
    const [real, simulated] = placements(await bothWays(courses.spreadOverZones));
    expect([real[0], sorted(real)]).toEqual([4, [4, 2, 1, 1]]);
    expect([simulated[0], sorted(simulated)]).toEqual([4, [4, 2, 1, 1]]);
  });

  dockerTest(
    'put no more on a node than they may, where constraints allow it, and leave the rest waiting',
    async () => {
      const both = await bothWays(courses.mostOnOneNode);
      expect(placements(both)).toEqual([
        [2, 2, 0, 0],
        [2, 2, 0, 0],
      ]);
      for (const { tasks } of [both.real.run, both.simulated])
        expect(tasks.filter(({ machine, endedUs }) => machine < 0 && endedUs === Infinity)).toHaveLength(1);
    },
  );

  dockerTest('fill uneven nodes by what is reserved', async () => {
    expect(placements(await bothWays(courses.reservations))).toEqual([
      [5, 2, 2, 1],
      [5, 2, 2, 1],
    ]);
  });

  dockerTest('count generic resources', async () => {
    expect(placements(await bothWays(courses.countables))).toEqual([
      [0, 0, 0, 2],
      [0, 0, 0, 2],
    ]);
  });

  dockerTest('run a global service on every node that it may be on', async () => {
    expect(placements(await bothWays(courses.onEveryNode))).toEqual([
      [0, 1, 1, 1],
      [0, 1, 1, 1],
    ]);
  });

  dockerTest('scale down from the fullest nodes', async () => {
    const [real, simulated] = placements(await bothWays(courses.scaleDown));
    expect(sorted(real)).toEqual([1, 1, 1, 0]);
    expect(sorted(simulated)).toEqual(sorted(real));
  });

  dockerTest('update two slots at a time, stop first, with a delay after each', async () => {
    const both = await bothWays(courses.rollingUpdate);
    const [real, simulated] = placements(both);
    expect(sorted(real)).toEqual([1, 1, 1, 1]);
    expect(sorted(simulated)).toEqual([1, 1, 1, 1]);
    // Two waves: each stops within 2 s of gossip and a little, starts, and is followed by 3 s; the last one's is not seen.
    const [measured, predicted] = [both.real.run, both.simulated].map((run) =>
      seconds(recoveredUs({ run, stepsUs: both.real.stepsUs })),
    );
    expect(predicted).toBeGreaterThan(7);
    expect(predicted).toBeLessThan(12);
    expect(measured).toBeGreaterThan(7);
    expect(measured).toBeLessThan(25);
  });

  dockerTest('start a task that ends with an error again after the delay of 5 s', async () => {
    const { real, simulated } = await bothWays(courses.taskCrash);
    for (const run of [real.run, simulated]) {
      const [first, second] = run.tasks;
      expect(seconds(second.runningUs - first.endedUs)).toBeGreaterThan(4.7);
      expect(seconds(second.runningUs - first.endedUs)).toBeLessThan(9);
    }
  });

  dockerTest('drain a node without the delay, and leave it empty when it is back', async () => {
    const both = await bothWays(courses.drainNode);
    for (const counts of [...placements(both, 1), ...placements(both)])
      expect([counts[1], sorted(counts)]).toEqual([0, [3, 3, 2, 0]]);
    for (const run of [both.real.run, both.simulated]) {
      // The gossip's 2 s, the stop, and the start.
      const took = seconds(recoveredUs({ run, stepsUs: both.real.stepsUs }));
      expect(took).toBeGreaterThan(2);
      expect(took).toBeLessThan(10);
    }
  });

  dockerTest(
    'find a crashed node within 9 to 16.5 s, replace its tasks 5 s later, and leave it empty when it is back',
    async () => {
      const both = await bothWays(courses.nodeCrash);
      for (const counts of [...placements(both, 1), ...placements(both)])
        expect([counts[3], sorted(counts)]).toEqual([0, [3, 3, 2, 0]]);
      for (const run of [both.real.run, both.simulated]) {
        const detected = seconds(detectedUs(run, both.real.stepsUs[0]));
        expect(detected).toBeGreaterThan(8.9);
        expect(detected).toBeLessThan(17.5);
        const recovered = seconds(recoveredUs({ run, stepsUs: both.real.stepsUs }));
        expect(recovered - detected).toBeGreaterThan(4.8);
        expect(recovered - detected).toBeLessThan(9);
      }
    },
  );

  dockerTest('treat a node whose link is cut as lost, and leave it empty when it is back', async () => {
    const both = await bothWays(courses.linkCut);
    for (const counts of [...placements(both, 1), ...placements(both)])
      expect([counts[2], sorted(counts)]).toEqual([0, [2, 1, 1, 0]]);
    for (const run of [both.real.run, both.simulated]) {
      const detected = seconds(detectedUs(run, both.real.stepsUs[0]));
      expect(detected).toBeGreaterThan(8.9);
      expect(detected).toBeLessThan(17.5);
    }
  });

  dockerTest('are told the same by everyday stacks', async () => {
    const real = await theSwarm();
    await prepareForStacks(real);
    for (const file of EVERYDAY_STACKS) {
      const { docker, ours } = await specsOfStack(real, file);
      expect(ours, file).toEqual(docker);
      expect(Object.keys(docker).length, file).toBeGreaterThan(1);
    }
  });
});
