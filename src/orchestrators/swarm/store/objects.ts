import type { ProcessBehaviour } from '../../data-plane/process-behaviour.ts';
import type { NodeFacts } from '../node-facts.ts';
import type { SwarmServiceSpec } from '../swarm-spec.ts';
import type { TaskState } from './task-state.ts';

/** A version of a service: what its tasks are made of. */
export interface ServiceVersion {
  readonly spec: SwarmServiceSpec;
  /** Grows with each change of the service. */
  readonly version: number;
  readonly behaviour: ProcessBehaviour;
}

/** How the update of a service is getting on, by upstream's words (api.UpdateStatus). */
export interface UpdateStatus {
  state: 'updating' | 'paused' | 'completed' | 'rollback_started' | 'rollback_paused' | 'rollback_completed';
  message: string;
}

export interface Service {
  readonly id: number;
  readonly name: string;
  current: ServiceVersion;
  /** What a rollback goes back to. */
  previous: ServiceVersion | undefined;
  updateStatus: UpdateStatus | undefined;
  /** Of jobs: which run of it; tasks of earlier ones are removed. */
  jobIteration: number;
  isRemoved: boolean;
  /** In the books. */
  readonly workload: number;
  /** Index of the modelled service, or -1. */
  readonly balancer: number;
}

export interface Task {
  /** In the order of their making. */
  readonly id: number;
  readonly service: Service;
  /** From 1 for replicas, from 0 for jobs; 0 for global services. */
  readonly slot: number;
  /** `web.3`; for global services `agent.n1`. */
  readonly name: string;
  readonly of: ServiceVersion;
  /** Its node's number; -1: none yet. */
  node: number;
  /** As the managers have been told. */
  state: TaskState;
  desired: TaskState;
  /** What the scheduler or the agent says about it. */
  message: string;
  readonly jobIteration: number;
  readonly createdUs: number;
  /** When its state was written last. */
  appliedUs: number;
  /** In the books. */
  readonly book: number;
}

export interface Node {
  /** Number of its machine. */
  readonly id: number;
  facts: NodeFacts;
  /** `unknown`: a new leader has not heard it yet. */
  status: 'ready' | 'down' | 'unknown';
  availability: 'active' | 'pause' | 'drain';
  message: string;
  /** Grows with each change. */
  version: number;
}

export const isReplicated = (service: Service): boolean => service.current.spec.mode === 'replicated';
export const isGlobal = (service: Service): boolean => service.current.spec.mode === 'global';
export const isReplicatedJob = (service: Service): boolean => service.current.spec.mode === 'replicated-job';
export const isGlobalJob = (service: Service): boolean => service.current.spec.mode === 'global-job';
export const isJob = (service: Service): boolean => isReplicatedJob(service) || isGlobalJob(service);

/** No task can be there: it is down or drained. (SwarmKit manager/orchestrator/task.go, InvalidNode.) */
export const isInvalidNode = (node: Node | undefined): boolean =>
  node === undefined || node.status === 'down' || node.availability === 'drain';
