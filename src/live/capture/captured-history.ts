import type { Labels } from '../engine/engine.ts';

export const HISTORY_FORMAT = 'baton-captured-history/1';

/** What became of the containers of some engines while they were watched. Plain data; times are whole microseconds from the beginning. */
export interface CapturedHistory {
  readonly format: typeof HISTORY_FORMAT;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationUs: number;
  readonly nodes: readonly CapturedNode[];
  /** In the order in which they were first seen; a container's place here decides ties. */
  readonly containers: readonly CapturedContainer[];
  /** Sentences: engines that were away, times that are uncertain, what is not known. */
  readonly notes: readonly string[];
}

/** An engine, or one of the nodes that an engine stands for (label `dev.baton.node`). */
export interface CapturedNode {
  readonly name: string;
  readonly engine: string;
  /** Of the engine; shared equally when it stands for several nodes. */
  readonly cpuMilli: number;
  readonly memBytes: number;
}

export interface CapturedContainer {
  /** Unique in the history: the container's name, and its id behind it where another has the same. */
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly labels: Labels;
  /** Place in `nodes`. */
  readonly node: number;
  /** It was there before the capture began. */
  readonly wasThere: boolean;
  /** Its states one after the other, never the same twice in a row; times do not fall. */
  readonly states: readonly StateChange[];
  /** From the start of a process to its end; a container that is started again has several. */
  readonly runs: readonly CapturedRun[];
  /** Its hard limits, each from this time on; one without numbers: none are set. */
  readonly limits: readonly CapturedLimits[];
}

/**
 * `exited(137)`: with this code; `exited(137 oom)`: because it needed more memory than it may; `exited(?)`: nobody saw
 * the code. A container that waits to be restarted by the engine counts as exited.
 */
export type CapturedState = 'created' | 'running' | 'paused' | 'dead' | 'removed' | `exited(${string})`;

export interface StateChange {
  readonly atUs: number;
  readonly state: CapturedState;
  /** It may have happened so much earlier: the engine was away. */
  readonly uncertainUs?: number;
}

export interface CapturedRun {
  /** 0 for a process that ran before the capture began. */
  readonly fromUs: number;
  /** Absent: it runs still. */
  readonly untilUs?: number;
  readonly exitCode?: number;
  readonly oomKilled?: true;
  /** When it was told to end; absent: it ended by itself, or died. */
  readonly toldUs?: number;
  /** The highest that was measured; absent: it was never measured. */
  readonly peakCpuMilli?: number;
  readonly peakMemBytes?: number;
}

export interface CapturedLimits {
  readonly atUs: number;
  readonly cpuMilli?: number;
  readonly memBytes?: number;
}

/** The state of a container that has ended. */
export function exitedState(exitCode: number | undefined, oomKilled: boolean): CapturedState {
  return `exited(${exitCode ?? '?'}${oomKilled ? ' oom' : ''})`;
}
