import type { NomadTask } from '../jobs/nomad-jobs.ts';
import type { RestartTracker } from './restarts.ts';

/** One task of an allocation, as its client knows it. */
export interface TaskRun {
  readonly task: NomadTask;
  readonly restarts: RestartTracker;
  /** `idle`: its turn has not come; `starting`: its image is fetched, or it waits for a restart; `dead`: it will not run again. */
  state: 'idle' | 'starting' | 'running' | 'dead';
  failed: boolean;
  /** -1: none. */
  container: number;
  probes: number[];
  /** Of checks that are watched: those that do not pass. */
  failing: Set<string>;
  isListed: boolean;
  /** Balancers are to be told something else than they know, at this deed; -1: nothing. */
  listing: number;
  /** The deed that starts it again; -1: none. */
  restarting: number;
  isStopping: boolean;
}

export function newTaskRun(task: NomadTask, restarts: RestartTracker): TaskRun {
  return {
    task,
    restarts,
    state: 'idle',
    failed: false,
    container: -1,
    probes: [],
    failing: new Set(),
    isListed: false,
    listing: -1,
    restarting: -1,
    isStopping: false,
  };
}
