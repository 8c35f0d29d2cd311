import type { ProcessBehaviour } from '../../data-plane/process-behaviour.ts';
import type { ServiceDefinition, TargetGroup, TaskDefinition } from '../files/ecs-files.ts';
import { hasHealthCheck, type EcsTask } from '../tasks/ecs-task.ts';
import type { EcsValues } from '../constants.ts';

/** One version of a service on its way, or there (API Reference, Deployment). */
export interface Deployment {
  readonly id: number;
  readonly definition: TaskDefinition;
  readonly behaviour: ProcessBehaviour;
  readonly isRollback: boolean;
  status: 'PRIMARY' | 'ACTIVE' | 'INACTIVE';
  rollout: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  /** What the circuit breaker has counted. */
  failedTasks: number;
  hasRun: boolean;
  /** Tasks in a row that stopped before they were RUNNING, and until when no more are started. */
  startFailures: number;
  nextStartUs: number;
}

/** A service in one run. */
export interface Service {
  readonly index: number;
  /** As files say it, with what people have changed since. */
  file: ServiceDefinition;
  /** Number of its workload in the books, and index of the modelled service. */
  readonly workload: number;
  readonly modelled: number;
  balanced: readonly TargetGroup[];
  desiredCount: number;
  isRemoved: boolean;
  /** Those that are not INACTIVE; the last one is PRIMARY. */
  deployments: Deployment[];
  lastCompleted: Deployment | undefined;
  /** Those that are not STOPPED. */
  readonly tasks: Set<EcsTask>;
  isSteady: boolean;
  isStuck: boolean;
  /** Zone that gets a task more, one that gives one; '' while nothing is rebalanced. */
  rebalancing: { to: string; from: string } | undefined;
  /** Zones are uneven and cannot be made even with the instances there are. */
  cannotBalance: boolean;
  isDue: boolean;
}

export function primaryOf({ deployments }: Service): Deployment {
  return deployments[deployments.length - 1];
}

/** Task group of its tasks. */
export function groupOf({ file }: Pick<Service, 'file'>): string {
  return `service:${file.name}`;
}

export function isUpdating(service: Service): boolean {
  return primaryOf(service).rollout === 'IN_PROGRESS';
}

/** Healthy as minimumHealthyPercent counts it: by health checks and targets, else 40 s after RUNNING. */
export function isHealthy(task: EcsTask, nowUs: number, { healthyAfterRunning }: EcsValues): boolean {
  if (task.lastStatus !== 'RUNNING' || task.desiredStatus !== 'RUNNING') return false;
  const isChecked = hasHealthCheck(task);
  if (task.target === undefined && !isChecked) return nowUs >= task.runningUs + healthyAfterRunning;
  return (task.target === undefined || task.target === 'healthy') && (!isChecked || task.health === 'HEALTHY');
}

/** Whether a health check says that it must be replaced; for some time after its start that is overlooked. */
export function isUnhealthy(task: EcsTask, nowUs: number, graceUs: number): boolean {
  return (
    task.lastStatus === 'RUNNING' &&
    task.desiredStatus === 'RUNNING' &&
    (task.health === 'UNHEALTHY' || task.target === 'unhealthy') &&
    nowUs >= task.runningUs + graceUs
  );
}
