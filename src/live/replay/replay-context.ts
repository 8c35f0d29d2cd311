import type { ReplayScript } from '../script/replay-script.ts';
import type { Asides } from './asides.ts';
import type { CallSlots } from '../engine/call-slots.ts';
import type { Chains } from './chains.ts';
import type { EngineLink } from './engine-link.ts';
import type { ExpectedState } from './expected-state.ts';
import type { Holding } from './holding.ts';
import type { LivePods } from './live-pods.ts';
import type { Probe } from './readiness.ts';
import type { ReplayOptions } from './replay-options.ts';
import type { Checkpoint, ReplayRecord, ResourceSample } from './replay-record.ts';
import type { StepWorks } from './step-work.ts';
import type { TimeSource } from './time-source.ts';
import type { WallClock } from './wall-clock.ts';

/** What the parts of one replay share. */
export interface ReplayContext {
  readonly script: ReplayScript;
  readonly options: ReplayOptions;
  readonly time: TimeSource;
  readonly clock: WallClock;
  readonly holding: Holding;
  /** Given when the replay is over, for whatever reason: nothing new is begun. */
  readonly over: AbortSignal;
  readonly expected: ExpectedState;
  readonly live: LivePods;
  /** What is done with each pod, one after another. */
  readonly chains: Chains<number>;
  /** What has been ordered of the script, and how it ended. */
  readonly works: StepWorks;
  readonly asides: Asides;
  readonly links: readonly EngineLink[];
  linkOf(node: number): EngineLink;
  readonly probe: Probe;
  readonly probeSlots: CallSlots;
  /** For the record. */
  readonly checkpoints: Checkpoint[];
  readonly samples: ResourceSample[];
  readonly troubles: ReplayRecord['troubles'][number][];
  trouble(what: string, wallMs?: number): void;
  /** Goes on beside the steps; must not reject. */
  aside(task: Promise<void>): void;
}
