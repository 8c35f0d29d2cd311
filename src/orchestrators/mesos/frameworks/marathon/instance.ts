import type { ProcessBehaviour } from '../../../data-plane/process-behaviour.ts';
import type { AgentAttributes } from '../../allocator/offer-constraints.ts';
import type { AppSpec } from './app-spec.ts';
import type { Replacement } from './replacement.ts';

/** `inactive`: unreachable for so long that it is replaced. */
export type InstanceState = 'scheduled' | 'staging' | 'starting' | 'running' | 'unreachable' | 'inactive' | 'ended';

/** One instance of an app, from its place in the launch queue to its end. */
export interface Instance {
  readonly id: number;
  readonly app: RunningApp;
  readonly spec: AppSpec;
  /** The configuration that it was made with. */
  readonly version: number;
  /** `shop/web.3`. */
  readonly name: string;
  readonly book: number;
  state: InstanceState;
  sinceUs: number;
  /** Its goal is to run; else it is being stopped for good. */
  isWanted: boolean;
  /** The master's number; -1: not launched. */
  task: number;
  machine: number;
  attributes: AgentAttributes | undefined;
  container: number;
  /** By health check: whether its last result was good. */
  alive: boolean[];
  /** Readiness checks that have not passed yet. */
  unready: number;
  probes: number[];
  /** When it was told to end; NaN: it was not. */
  killedUs: number;
  /** What killed it, for the books. */
  failedHealth: boolean;
}

/** An app that Marathon runs. */
export interface RunningApp {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly workload: number;
  /** Index of the modelled service; -1: none. */
  readonly service: number;
  spec: AppSpec;
  version: number;
  behaviour: ProcessBehaviour;
  /** Instances that are asked for now: 0 until its step of a deployment has come. */
  target: number;
  isRemoved: boolean;
  readonly instances: Set<Instance>;
  replacement: Replacement | undefined;
}

/** Whether it counts as one of those that the app should have. */
export const isActive = ({ isWanted, state }: Instance): boolean =>
  isWanted && state !== 'inactive' && state !== 'ended';

/** All its health checks are good; without any: it runs. */
export function isHealthy({ state, alive }: Instance): boolean {
  return state === 'running' && alive.every(Boolean);
}

/** As deployments wait for it. */
export const isHealthyAndReady = (instance: Instance): boolean => isHealthy(instance) && instance.unready === 0;

/** It has a machine and has not ended. */
export const isLaunched = ({ state }: Instance): boolean => state !== 'scheduled' && state !== 'ended';
