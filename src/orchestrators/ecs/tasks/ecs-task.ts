import type { TaskEnd } from '../../data-plane/data-plane.ts';
import type { Resources } from '../../data-plane/machine-spec.ts';
import type { ProcessBehaviour } from '../../data-plane/process-behaviour.ts';
import type { TaskDefinition } from '../files/ecs-files.ts';

/** As DescribeTasks shows them (Developer Guide, task-lifecycle). */
export type TaskStatus =
  | 'PROVISIONING' | 'PENDING' | 'ACTIVATING' | 'RUNNING' | 'DEACTIVATING' | 'STOPPING' | 'DEPROVISIONING' | 'STOPPED'; // prettier-ignore

/** A task as the control plane knows it; its agent may know more. */
export interface EcsTask {
  readonly id: number;
  /** `web/3`: reports have it instead of the random id. */
  readonly name: string;
  /** Index of its service; -1: run once. */
  readonly service: number;
  /** Index of what was run once; -1: of a service. */
  readonly run: number;
  /** Number of its deployment; -1: run once. */
  readonly deployment: number;
  /** `service:web`, `family:batch`. */
  readonly group: string;
  readonly definition: TaskDefinition;
  readonly behaviour: ProcessBehaviour;
  /** The container that is the workload itself. */
  readonly main: string;
  readonly resources: Resources;
  readonly bookTask: number;
  /** Capacity provider, or '' for the launch type. */
  readonly provider: string;
  readonly isFargate: boolean;
  readonly createdUs: number;
  /** Zone that it is meant for, as rebalancing wants it; '' for any. */
  readonly zone: string;
  machine: number;
  /** Nothing holds it, and nothing is on its way that will: ECS has not made it yet. */
  isUnplaced: boolean;
  lastStatus: TaskStatus;
  desiredStatus: 'RUNNING' | 'STOPPED';
  health: 'UNKNOWN' | 'HEALTHY' | 'UNHEALTHY';
  /** Worst of its targets; undefined: it has none. */
  target: 'initial' | 'healthy' | 'unhealthy' | undefined;
  /** NaN: not yet. */
  runningUs: number;
  isReady: boolean;
  /** A failed health check has been counted. */
  hasFailedCheck: boolean;
  stoppedReason: string;
  /** How the books have it when it was told to stop. */
  endsAs: TaskEnd;
  exitCode: number;
  /** Nobody had told it to stop. */
  stoppedBySelf: boolean;
}

/** Whether its health is told by health checks of its containers. */
export function hasHealthCheck({ definition }: Pick<EcsTask, 'definition'>): boolean {
  return definition.containers.some(({ essential, healthCheck }) => essential && healthCheck !== undefined);
}

/** All tasks of a run that have not been forgotten, by number. */
export class TaskTable {
  private readonly byId = new Map<number, EcsTask>();
  private made = 0;

  nextId(): number {
    return this.made++;
  }

  add(task: EcsTask): void {
    this.byId.set(task.id, task);
  }

  get(id: number): EcsTask | undefined {
    return this.byId.get(id);
  }

  forget(id: number): void {
    this.byId.delete(id);
  }

  /** In the order in which they were made. */
  all(): IterableIterator<EcsTask> {
    return this.byId.values();
  }
}
