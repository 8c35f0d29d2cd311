import type { Container, Pod } from '../objects/pod.ts';
import type { Backoff } from './crash-backoff.ts';
import type { NodeRuntime } from './node-runtime.ts';

/**
 * - idle: its turn has not come
 * - pulling: its image is on its way; image-backoff: it waits before the next try
 * - backoff: CrashLoopBackOff
 * - starting: created, and not seen running yet
 * - running
 * - ending: told to stop
 * - ended: seen to have ended
 */
export type ContainerState =
  'idle' | 'pulling' | 'image-backoff' | 'backoff' | 'starting' | 'running' | 'ending' | 'ended';

export type ContainerRole = 'init' | 'sidecar' | 'main';

/** One container as its kubelet knows it, and what its process will do. */
export class ContainerRun {
  /** Index among init containers or containers. */
  readonly index: number;
  readonly role: ContainerRole;
  state: ContainerState = 'idle';
  reason = '';
  exitCode: number | undefined;
  sinceUs: number;
  restarts = 0;
  /** The process starts, answers, ends by itself or is ended. Infinity: not in sight. */
  startedUs = Infinity;
  upUs = Infinity;
  endUs = Infinity;
  endCode = 0;
  /** What the status calls its end; empty: by the exit code. */
  endReason = '';
  /** SIGKILL comes then, however slow the machine is. */
  killUs = Infinity;
  /** What the kubelet holds of it: startup probe passed (or none), readiness probe passed (or none). */
  started = false;
  ready = false;
  /** When probes change something next. */
  startedAtUs = Infinity;
  readyFlipUs = Infinity;
  probeKillUs = Infinity;
  readinessAnchorUs = 0;
  /** End of its last process. */
  finishedUs = 0;
  crashes: Backoff | undefined;
  pullFailures = 0;
  /** When something is to be done for it in the states that wait for a time. */
  dueUs = Infinity;

  constructor(index: number, role: ContainerRole, nowUs: number) {
    this.index = index;
    this.role = role;
    this.sinceUs = nowUs;
  }

  specOf(pod: Pod): Container {
    return (this.role === 'main' ? pod.spec.containers : pod.spec.initContainers)[this.index];
  }

  /** Whether its process is there, seen or not. */
  get lives(): boolean {
    return this.state === 'starting' || this.state === 'running' || this.state === 'ending';
  }

  go(state: ContainerState, nowUs: number, reason = ''): void {
    this.state = state;
    this.reason = reason;
    this.sinceUs = nowUs;
    this.dueUs = Infinity;
  }
}

/** Why a pod is ended by its kubelet, and what its status says then. */
export interface PodEnd {
  readonly reason: string;
  readonly message: string;
  readonly disruptionTarget?: string;
}

/** One pod on its node. */
export class PodRun {
  readonly id: number;
  readonly node: NodeRuntime;
  /** new: not admitted yet; sandbox: being set up; active; stopping: all containers are told to end. */
  stage: 'new' | 'sandbox' | 'active' | 'stopping' = 'new';
  /** Init containers and sidecars in their order, then the containers. */
  containers: ContainerRun[] = [];
  startUs: number | undefined;
  /** Its active deadline; Infinity: none. */
  deadlineUs = Infinity;
  /** When its probe workers began: their ticks count from here. */
  probesUs = 0;
  /** Event that counts; earlier and later ones are stale. */
  wakeUs = Infinity;
  dueUs = Infinity;
  /** Last time at which a container was started: the next one starts after it. */
  lastStartUs = 0;
  end: PodEnd | undefined;
  /** The status differs from what the API server has been told. */
  dirty = false;
  /** What it asks for is counted as used on its node. */
  counted = false;
  /** All init containers have done their work. */
  initialised = false;
  /** Seconds it was given to end; a shorter grace may follow. */
  graceSeconds = Infinity;

  constructor(id: number, node: NodeRuntime) {
    this.id = id;
    this.node = node;
  }
}

/** The containers of a pod that has not started any yet. */
export function newContainers(pod: Pod, nowUs: number): ContainerRun[] {
  const { initContainers, containers } = pod.spec;
  return [
    ...initContainers.map(
      ({ restartPolicy }, index) => new ContainerRun(index, restartPolicy === 'Always' ? 'sidecar' : 'init', nowUs),
    ),
    ...containers.map((_, index) => new ContainerRun(index, 'main', nowUs)),
  ];
}
