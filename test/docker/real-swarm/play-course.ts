import type { OperatorChange } from '../../../src/orchestrators/data-plane/control-loop.ts';
import type { SwarmRun } from '../../../src/live/swarm/swarm-run.ts';
import { swarmApi, type SwarmApi } from '../../../src/live/swarm/swarm-api.ts';
import { readTarget } from '../../../src/live/swarm/swarm-target.ts';
import { watchSwarm } from '../../../src/live/swarm/watch-swarm.ts';
import type { MachineSpec } from '../../../src/orchestrators/data-plane/machine-spec.ts';
import type { TimedWeather } from '../../../src/sim/weather/timed-weather.ts';
import type { WeatherEvent } from '../../../src/sim/weather/weather-event.ts';
import type { RealSwarm } from './real-swarm.ts';

/** Something that is done to a swarm, really and in the simulation. */
export interface CourseStep {
  readonly text: string;
  readonly real: (swarm: RealSwarm) => Promise<unknown>;
  readonly change?: OperatorChange;
  readonly weather?: WeatherEvent;
  /** Tasks that run when it has had its effect. */
  readonly running: number;
  /** What has to be so besides. */
  readonly until?: (run: SwarmRun, sinceUs: number) => boolean;
}

/** A stack on the real swarm's nodes, and what happens to it. */
export interface Course {
  readonly stack: string;
  readonly running: number;
  readonly steps?: readonly CourseStep[];
}

/** What came of it, and when each step was really done. */
export interface PlayedCourse {
  readonly run: SwarmRun;
  readonly machines: readonly MachineSpec[];
  readonly stepsUs: readonly number[];
  /** When the stack had settled, and each step. */
  readonly settledUs: readonly number[];
}

const QUIET_MS = 1000;
const PATIENCE_MS = 60_000;

let played = 0;

/** Deploys a stack with the docker command, does each step when the one before has had its effect, and removes the stack. */
export async function playCourse(swarm: RealSwarm, { stack, running, steps = [] }: Course): Promise<PlayedCourse> {
  const name = `c${played++}`;
  const api = await swarmApi('manager', { by: 'socket', path: swarm.nodes[0].socket });
  const target = await readTarget(api);
  const names = new Map<string, string>();
  const watch = watchSwarm(api, {
    nodes: target.nodes.map(({ ID }) => ID),
    workloadOf: (id) => names.get(id),
    label: `com.docker.stack.namespace=${name}`,
    everyMs: 60,
  });
  try {
    await swarm.deploy(name, stack);
    await learnNames(api, names, name);
    const stepsUs: number[] = [];
    const settledUs = [await settled(watch, running)];
    for (const step of steps) {
      const sinceUs = watch.nowUs();
      stepsUs.push(sinceUs);
      await step.real({ ...swarm, deploy: (_stack, ...texts) => swarm.deploy(name, ...texts) });
      await learnNames(api, names, name);
      settledUs.push(await settled(watch, step.running, (run) => step.until?.(run, sinceUs) ?? true, step.text));
    }
    await watch.end();
    return { run: watch.run(), machines: target.machines, stepsUs, settledUs };
  } finally {
    await watch.end();
    await swarm.removeStack(name);
    api.close();
  }
}

async function learnNames(api: SwarmApi, names: Map<string, string>, stack: string): Promise<void> {
  for (const { ID, Spec } of await api.services({ 'com.docker.stack.namespace': stack }))
    names.set(ID, Spec.Name.slice(stack.length + 1));
}

/** Waits until so many tasks run and nothing changes any more; when it came to that. */
async function settled(
  watch: { run(): SwarmRun; nowUs(): number },
  running: number,
  until: (run: SwarmRun) => boolean = () => true,
  doing = 'the stack is deployed',
): Promise<number> {
  const began = performance.now();
  let state = '';
  let sinceUs = watch.nowUs();
  for (;;) {
    const run = watch.run();
    const wanted = run.tasks.filter(({ endedUs }) => endedUs === Infinity);
    const alive = wanted.filter(({ runningUs }) => runningUs < Infinity).length;
    const now = JSON.stringify([wanted.map(({ name, machine }) => [name, machine]), run.tasks.length]);
    if (now !== state || alive !== running || !until(run)) {
      state = now;
      sinceUs = watch.nowUs();
    } else if (watch.nowUs() - sinceUs > QUIET_MS * 1000) return sinceUs;
    if (performance.now() - began > PATIENCE_MS)
      throw new Error(
        `${doing}: after ${PATIENCE_MS / 1000} s ${alive} tasks run and not ${running}: ${JSON.stringify(run.tasks)}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The weather of a course's steps at the times at which they were really done. */
export const weatherOf = ({ steps = [] }: Course, stepsUs: readonly number[]): TimedWeather[] =>
  steps.flatMap(({ weather }, place) => (weather === undefined ? [] : [{ atUs: stepsUs[place], event: weather }]));
