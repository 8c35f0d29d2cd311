import type { NativeFile } from '../native-file.ts';
import type { DataPlane } from './data-plane.ts';

/** An orchestrator's control plane, made for one run. */
export interface ControlLoop {
  /** After everything has been made and before the first event. */
  begin(): void;
  /** What people do meanwhile, in the orchestrator's own words. */
  operate(change: OperatorChange): void;
  /** Sentences for the result: what was read and is not modelled, what was taken for granted. Asked for at the end. */
  notes(): readonly string[];
  /** Whether everything that is wanted has come to rest: nothing is being placed, started, updated or stopped. */
  isQuiet(): boolean;
}

export type MakeControlLoop = (plane: DataPlane) => ControlLoop;

/** What people do to a cluster at some time, as far as all orchestrators know it. */
export type OperatorChange =
  /** Native files: what is new in them is created, what is there already is updated, nothing is removed. */
  | { readonly verb: 'apply'; readonly files: readonly NativeFile[] }
  | { readonly verb: 'remove'; readonly workload: string }
  | { readonly verb: 'scale'; readonly workload: string; readonly replicas: number }
  /** A new image, which starts a rolling update. `as`: how its processes differ. */
  | {
      readonly verb: 'update';
      readonly workload: string;
      readonly image: string;
      readonly as?: { readonly workFactor: number; readonly errorShare: number; readonly crashAfterUs?: number };
    }
  /** No new tasks, and those there are sent away; and back. `pause`: no new tasks, those there are stay. */
  | { readonly verb: 'drain' | 'pause' | 'activate'; readonly machine: string };
