import type { Task } from '../store/objects.ts';
import type { TaskState } from '../store/task-state.ts';

/** A task as the agent of its node knows it. */
export interface AgentTask {
  /** What its timers are wound for; another one after its machine has stopped, so that they are not heeded any more. */
  id: number;
  readonly task: Task;
  readonly node: number;
  state: TaskState;
  desired: TaskState;
  message: string;
  /** -1: none yet. */
  container: number;
  /** -1: none. */
  probe: number;
  /** It is on its way to its end: left the load balancers, or got SIGTERM. */
  isEnding: boolean;
  isUnhealthy: boolean;
  /** When it got SIGTERM; NaN: not yet. */
  signalledUs: number;
  /** Its machine has stopped since, and nothing that was going on then goes on. */
  isLost: boolean;
}
