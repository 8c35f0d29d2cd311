import type { Chronicle } from '../../orchestrators/chronicle.ts';
import type { OperatorChange } from '../../orchestrators/data-plane/control-loop.ts';
import type { Books, DataPlane } from '../../orchestrators/data-plane/data-plane.ts';
import type { MachineSpec } from '../../orchestrators/data-plane/machine-spec.ts';
import { OrchestratedRun } from '../../orchestrators/data-plane/orchestrated-run.ts';
import { PLAIN_PROCESS, type ProcessBehaviour } from '../../orchestrators/data-plane/process-behaviour.ts';
import type { NativeFile } from '../../orchestrators/native-file.ts';
import { swarm } from '../../orchestrators/swarm/index.ts';
import type { SwarmHappening, SwarmRun, TaskLife } from './swarm-run.ts';
import { listedWeather, type TimedWeather } from '../../sim/weather/timed-weather.ts';

/** What is to be simulated: a stack on machines, and what people and weather do meanwhile. */
export interface SwarmCourse {
  readonly files: readonly NativeFile[];
  readonly machines: readonly MachineSpec[];
  readonly steps: readonly { readonly atUs: number; readonly text: string; readonly change: OperatorChange }[];
  readonly weather?: readonly TimedWeather[];
  readonly durationUs: number;
  readonly seed: number | string;
  readonly behaviourOf?: (workload: string) => ProcessBehaviour;
  /** Swarm's constants that are not as upstream has them. */
  readonly constants?: Readonly<Record<string, number>>;
}

/** Images that every node has, and a process that is up as soon as it is started: what a stack's own behaviour is seen best with. */
const AT_ONCE: ProcessBehaviour = {
  ...PLAIN_PROCESS,
  imageBytes: 0,
  imageLayers: 0,
  boot: { kind: 'constant', meanUs: 0.3e6 },
  stop: { kind: 'constant', meanUs: 0.1e6 },
};

/** Runs a swarm from an empty cluster: the stack is deployed at 0. */
export function simulateSwarm(course: SwarmCourse): SwarmRun {
  const tasks: TaskLife[] = [];
  const happenings: SwarmHappening[] = [];
  const native = swarm.read(course.files);
  const { behaviourOf = () => AT_ONCE, constants = {} } = course;
  const makeLoop = swarm.loop(native, { behaviourOf, constants });
  const run = new OrchestratedRun(
    {
      orchestrator: 'swarm',
      durationUs: course.durationUs,
      coldStart: true,
      settleUs: 0,
      untilQuiet: false,
      epochMs: 0,
      machines: course.machines,
      services: [],
      traffic: () => [],
      objectives: [],
      requestModel: 'auto',
      weather: () => listedWeather(course.weather ?? []),
      zones: [],
      delaysUs: { within: 250, between: 1000, outside: 0 },
      usdPerGbBetweenZones: 0,
      requestBytes: 0,
      kgPerKWh: 0,
      operations: course.steps,
      loop: (plane) =>
        makeLoop({
          ...plane,
          books: watchedBooks(plane, tasks, happenings),
          chronicle: watchedChronicle(plane, happenings),
        }),
      scrapeUs: 15e6,
      timelinePoints: 10,
      registryRoundTripUs: 20_000,
    },
    { seed: course.seed },
  );
  while (run.step());
  return { tasks, happenings, durationUs: course.durationUs };
}

/** The books, with what is written into them kept by task. */
function watchedBooks({ books, clock }: DataPlane, tasks: TaskLife[], happenings: SwarmHappening[]): Books {
  const workloads: string[] = [];
  const byNumber = new Map<number, TaskLife>();
  return {
    ...bound(books),
    addWorkload: (name, kind, service) => {
      const number = books.addWorkload(name, kind, service);
      workloads[number] = name;
      return number;
    },
    addTask: (workload, name, resources) => {
      const number = books.addTask(workload, name, resources);
      const life: TaskLife = {
        workload: workloads[workload],
        name,
        machine: -1,
        madeUs: clock.nowUs,
        runningUs: Infinity,
        endedUs: Infinity,
      };
      byNumber.set(number, life);
      tasks.push(life);
      return number;
    },
    place: (task, machine) => {
      books.place(task, machine);
      byNumber.get(task)!.machine = machine;
    },
    setReady: (task, ready) => {
      books.setReady(task, ready);
      const life = byNumber.get(task)!;
      if (ready) life.runningUs = Math.min(life.runningUs, clock.nowUs);
      // A task that is ready no more never is again; on a lost node it is kept, but wanted no more.
      else life.endedUs = Math.min(life.endedUs, clock.nowUs);
    },
    end: (task, how) => {
      books.end(task, how);
      byNumber.get(task)!.endedUs = Math.min(byNumber.get(task)!.endedUs, clock.nowUs);
    },
    happened: (kind, about, what) => {
      books.happened(kind, about, what);
      happenings.push({ atUs: clock.nowUs, kind, about, what });
    },
  };
}

/** The chronicle, with what befalls nodes kept. */
function watchedChronicle({ chronicle, clock }: DataPlane, happenings: SwarmHappening[]): Chronicle {
  return {
    event: (component, type, reason, about, message) => {
      chronicle.event(component, type, reason, about, message);
      if (reason === 'NodeDown' || reason === 'NodeReady')
        happenings.push({
          atUs: clock.nowUs,
          kind: reason === 'NodeDown' ? 'node-down' : 'node-ready',
          about: about.replace(/^Node /, ''),
          what: message,
        });
    },
    decision: (decision) => chronicle.decision(decision),
    timer: (span) => chronicle.timer(span),
  };
}

/** Members of a class lose their object when they are spread. */
function bound(books: Books): Books {
  return {
    addWorkload: (...of) => books.addWorkload(...of),
    setDesired: (...of) => books.setDesired(...of),
    addTask: (...of) => books.addTask(...of),
    place: (...of) => books.place(...of),
    setReady: (...of) => books.setReady(...of),
    end: (...of) => books.end(...of),
    restarted: (...of) => books.restarted(...of),
    waits: (...of) => books.waits(...of),
    happened: (...of) => books.happened(...of),
    addCost: (...of) => books.addCost(...of),
  };
}
