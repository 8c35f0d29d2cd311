import type { Resources } from '../../data-plane/machine-spec.ts';
import type { ProcessBehaviour } from '../../data-plane/process-behaviour.ts';
import type { Bundle } from '../allocator/bundle.ts';
import type { AgentAttributes } from '../allocator/offer-constraints.ts';

/** States of a task (include/mesos/mesos.proto, `TaskState`), without their prefix TASK_. */
export type TaskState =
  | 'STAGING'
  | 'STARTING'
  | 'RUNNING'
  | 'FINISHED'
  | 'FAILED'
  | 'KILLED'
  | 'ERROR'
  | 'LOST'
  | 'DROPPED'
  | 'UNREACHABLE'
  | 'GONE'
  | 'GONE_BY_OPERATOR'
  | 'UNKNOWN';

const TERMINAL: ReadonlySet<TaskState> = new Set([
  'FINISHED',
  'FAILED',
  'KILLED',
  'ERROR',
  'LOST',
  'DROPPED',
  'GONE',
  'GONE_BY_OPERATOR',
]);

export const isTerminal = (state: TaskState): boolean => TERMINAL.has(state);

/** Everything an agent has to know to run a task. */
export interface TaskOrder {
  /** `shop/web.3`. */
  readonly name: string;
  /** Its task in the books. */
  readonly book: number;
  readonly image: string;
  readonly forcePullImage: boolean;
  readonly resources: Resources;
  readonly cpuLimitMilli: number;
  readonly memLimitBytes: number;
  readonly behaviour: ProcessBehaviour;
  readonly killGraceUs: number;
  /** What it takes of the offer. */
  readonly bundle: Bundle;
}

/** A task as the master knows it. */
export interface MasterTask {
  readonly id: number;
  readonly framework: number;
  readonly role: string;
  readonly machine: number;
  readonly order: TaskOrder;
  state: TaskState;
  /** As allocated: reservations may have changed it since it was accepted. */
  bundle: Bundle;
}

export interface Offer {
  readonly id: number;
  readonly framework: number;
  readonly role: string;
  readonly machine: number;
  readonly bundle: Bundle;
  readonly attributes: AgentAttributes;
  readonly hasGpus: boolean;
  /** A maintenance is planned for its agent. */
  readonly isUnavailableSoon: boolean;
}

/** Why a task is in its state (`TaskStatus.Reason`), where frameworks care. */
export type StatusReason =
  | ''
  | 'AGENT_DRAINING'
  | 'EXECUTOR_REGISTRATION_TIMEOUT'
  | 'CONTAINER_LAUNCH_FAILED'
  | 'OUT_OF_MEMORY'
  | 'RECONCILIATION';

/** A scheduler that is registered with the master. */
export interface Framework {
  readonly name: string;
  /** Offers that were made together, as they arrive. Each must be accepted, declined or kept. */
  offers(offers: readonly Offer[]): void;
  /** An offer is withdrawn. */
  rescinded(offer: number): void;
  status(task: number, state: TaskState, reason: StatusReason): void;
}
