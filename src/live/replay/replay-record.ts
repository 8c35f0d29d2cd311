import type { EngineInfo } from '../engine/engine.ts';
import type { Moment } from './replay-clock.ts';
import type { TrafficMeasured } from '../traffic/traffic-measured.ts';

export const RECORD_FORMAT = 'baton-replay-record/1';

/** What really happened in a replay. Plain data, beside the script it belongs to. */
export interface ReplayRecord {
  readonly format: typeof RECORD_FORMAT;
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly speed: number;
  /** What requests and limits were multiplied by on the way to the engine; `shares`: no hard limits. */
  readonly scaleCpu: number | 'shares';
  readonly scaleMem: number;
  readonly engines: readonly ReplayedEngine[];
  readonly wallMs: number;
  /** Of that, how long the simulated clock was held because the engine could not keep up. */
  readonly heldMs: number;
  readonly outcome: 'finished' | 'interrupted' | 'failed';
  /** One for each step of the script that was begun, in the script's order. */
  readonly steps: readonly StepOutcome[];
  /** One for each start of a process: a pod that is restarted has several. */
  readonly processes: readonly ProcessRecord[];
  readonly checkpoints: readonly Checkpoint[];
  readonly samples: readonly ResourceSample[];
  readonly traffic?: TrafficMeasured;
  /** Engines lost and found, calls that failed, decisions that could not be carried out: sentences with their time. */
  readonly troubles: readonly (Moment & { readonly what: string })[];
  /** Containers and networks of the run that are still on the engines; 0 is as it should be. */
  readonly leftBehind: number;
}

export interface ReplayedEngine {
  /** As the user named it. */
  readonly name: string;
  readonly info: EngineInfo;
  /** Names of the simulated nodes that it stands for. */
  readonly nodes: readonly string[];
}

export interface StepOutcome {
  /** Place in `script.steps`. */
  readonly step: number;
  /** When it was due, begun (the first call made) and done. */
  readonly due: Moment;
  readonly begun: Moment;
  readonly done: Moment;
  /** `missed`: its engine was away, or its pod had never come to be. */
  readonly outcome: 'done' | 'failed' | 'missed';
  readonly sentence?: string;
}

/** One process of a pod, from the order to its end. What was not seen is absent. */
export interface ProcessRecord {
  readonly pod: number;
  readonly node: number;
  /** The `start` or `restart` step. */
  readonly step: number;
  readonly due: Moment;
  readonly ordered: Moment;
  /** By the engine's events. */
  readonly started?: Moment;
  /** Answered that it is ready for the first time. */
  readonly ready?: Moment;
  /** The order to stop or kill. */
  readonly told?: Moment;
  readonly ended?: Moment;
  readonly exitCode?: number;
  readonly oomKilled?: boolean;
}

/** Containers there are, against those that the script says there should be, at one moment. */
export interface Checkpoint {
  readonly at: Moment;
  readonly expected: number;
  readonly found: number;
  /** `web-3 is missing`, `web-4 is paused and should run`, ...; empty: equal. */
  readonly differences: readonly string[];
}

export interface ResourceSample {
  readonly at: Moment;
  readonly pod: number;
  /** Since the sample before. */
  readonly cpuMilli: number;
  readonly memBytes: number;
}
