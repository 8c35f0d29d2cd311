import { pause } from '../pause.ts';
import { sentenceOf } from '../sentence-of.ts';
import type { SwarmTaskAnswer } from './swarm-answers.ts';
import type { SwarmApi } from './swarm-api.ts';
import type { SwarmHappening, SwarmRun, TaskLife } from './swarm-run.ts';

/** States in which a task holds its node; whatever comes after is an end. (SwarmKit api/types.proto, TaskState.) */
const ALIVE = new Set([
  'new',
  'allocated',
  'pending',
  'assigned',
  'accepted',
  'preparing',
  'ready',
  'starting',
  'running',
]);
/** What a manager wants of a task that it keeps. */
const WANTED = new Set(['ready', 'running', 'complete']);

/** Watches a real swarm and keeps what it does in the form of a simulated run. */
export interface SwarmWatch {
  /** What has been seen up to now; times count from the beginning. */
  run(): SwarmRun;
  nowUs(): number;
  /** Polls that failed, as a sentence each. */
  readonly troubles: readonly string[];
  /** Looks once more, then no longer. */
  end(): Promise<void>;
}

export interface WatchOptions {
  /** Node ids in the order of machines. */
  readonly nodes: readonly string[];
  /** The workload of a service by its id; undefined: not ours. */
  readonly workloadOf: (service: string) => string | undefined;
  /** Only tasks of services with this label; absent: all. */
  readonly label?: string;
  readonly everyMs?: number;
}

/** Asks a manager for tasks and nodes again and again; what it says has happened since is dated then. */
export function watchSwarm(api: Pick<SwarmApi, 'tasks' | 'nodes'>, options: WatchOptions): SwarmWatch {
  const beganMs = performance.now();
  const nowUs = (): number => Math.round((performance.now() - beganMs) * 1000);
  const lives = new Map<string, TaskLife>();
  const states = new Map<string, string>();
  const happenings: SwarmHappening[] = [];
  const troubles: string[] = [];
  const over = new AbortController();

  const look = async (): Promise<void> => {
    const [tasks, nodes] = await Promise.all([api.tasks(options.label), api.nodes()]);
    const atUs = nowUs();
    const seen = new Set<string>();
    for (const task of tasks) {
      const workload = options.workloadOf(task.ServiceID);
      if (workload === undefined) continue;
      seen.add(task.ID);
      follow(task, workload, lives, options.nodes, atUs);
    }
    for (const [id, life] of lives) if (!seen.has(id)) life.endedUs = Math.min(life.endedUs, atUs);
    for (const { ID, Status, Description } of nodes) {
      const before = states.get(ID);
      states.set(ID, Status.State);
      if (before !== undefined && before !== Status.State)
        happenings.push({ atUs, kind: `node-${Status.State}`, about: Description.Hostname, what: `was ${before}` });
    }
  };
  const lookQuietly = async (): Promise<void> => {
    try {
      await look();
    } catch (error) {
      troubles.push(sentenceOf(error));
    }
  };
  const going = (async () => {
    while (!over.signal.aborted) {
      await lookQuietly();
      await pause(options.everyMs ?? 200, over.signal);
    }
  })();
  return {
    run: () => ({ tasks: [...lives.values()], happenings, durationUs: nowUs() }),
    nowUs,
    troubles,
    end: async () => {
      over.abort();
      await going;
      await lookQuietly();
    },
  };
}

function follow(
  task: SwarmTaskAnswer,
  workload: string,
  lives: Map<string, TaskLife>,
  nodes: readonly string[],
  atUs: number,
): void {
  let life = lives.get(task.ID);
  if (life === undefined) {
    const of = task.Slot === undefined ? (task.NodeID ?? '') : String(task.Slot);
    life = { workload, name: `${workload}.${of}`, machine: -1, madeUs: atUs, runningUs: Infinity, endedUs: Infinity };
    lives.set(task.ID, life);
  }
  if (task.NodeID !== undefined) life.machine = nodes.indexOf(task.NodeID);
  const state = task.Status.State;
  if (state === 'running' || state === 'complete') life.runningUs = Math.min(life.runningUs, atUs);
  // A task on a node that is down is "running" for ever; that it is wanted no more is its end.
  if (!ALIVE.has(state) || !WANTED.has(task.DesiredState)) life.endedUs = Math.min(life.endedUs, atUs);
}
