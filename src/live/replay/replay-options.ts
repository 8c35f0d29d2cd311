import type { Engine } from '../engine/engine.ts';
import type { ScriptPod } from '../script/replay-script.ts';
import type { TrafficDriver } from '../traffic/traffic-driver.ts';
import type { PodImage } from './container-spec.ts';
import type { Scale } from './container-limits.ts';
import type { Probe } from './readiness.ts';
import type { Moment } from './replay-clock.ts';
import type { Checkpoint, ProcessRecord, ResourceSample, StepOutcome } from './replay-record.ts';
import type { ReplayView } from './replay-view.ts';
import type { TimeSource } from './time-source.ts';

export interface ReplayOptions extends Scale {
  /** The engine that stands for a node; the same one for many, or for all. */
  readonly engineOf: (node: string) => Engine;
  readonly imageFor: (pod: ScriptPod, place: number) => PodImage;
  /** Simulated seconds a real one. */
  readonly speed: number;
  /** Calls at once to one engine; default 8. */
  readonly callsAtOnce?: number;
  /** How late the oldest step may be, in real milliseconds, before simulated time is held; default 2000. */
  readonly maxLateMs?: number;
  /** What is done then; default `hold`. */
  readonly whenLate?: 'hold' | 'run-on';
  /** Simulated time between two checkpoints; default a twelfth of the run. */
  readonly checkpointEveryUs?: number;
  /** CPU and memory of every container are read so often, where there is time for it; default 1000, 0: never. */
  readonly sampleEveryMs?: number;
  /** How often `onTick` is called; default 250. */
  readonly tickEveryMs?: number;
  /** No grace is shorter, however fast the replay, but one of nothing; default 500. */
  readonly leastGraceMs?: number;
  /** How long one is waited for that should have come to its own end; default 10,000. */
  readonly finishPatienceMs?: number;
  /** The engine starts containers again by the pods' restart policies; default: nobody does but the script. */
  readonly engineRestarts?: boolean;
  readonly traffic?: TrafficDriver;
  /** Ends the replay: no new steps, everything of the run removed, the record says that it was interrupted. */
  readonly signal?: AbortSignal;
  /** Removes everything of the run from all engines. Default: containers and networks, in one attempt. */
  readonly cleanUp?: () => Promise<void>;
  /** Simulated time that an earlier replay had come to: what it left is brought to the state of then, and goes on. */
  readonly resumeFromUs?: number;
  readonly onStep?: (outcome: StepOutcome) => void;
  /** A process has ended. */
  readonly onProcess?: (process: ProcessRecord) => void;
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void;
  readonly onSample?: (sample: ResourceSample) => void;
  readonly onTrouble?: (trouble: Moment & { readonly what: string }) => void;
  readonly onTick?: (view: ReplayView) => void;
  /** For tests. */
  readonly time?: TimeSource;
  readonly probe?: Probe;
}
