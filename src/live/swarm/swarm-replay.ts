import { createHash } from 'node:crypto';
import type { OperatorChange } from '../../orchestrators/data-plane/control-loop.ts';
import type { ProcessBehaviour } from '../../orchestrators/data-plane/process-behaviour.ts';
import type { NativeFile } from '../../orchestrators/native-file.ts';
import type { UserImages } from '../workload/user-images.ts';

/** `pinned`: each task is made to run where the simulation has it; `free`: the real swarm chooses, and is compared. */
export type SwarmReplayMode = 'pinned' | 'free';

export interface SwarmReplayStep {
  /** Real time since the stack was deployed: the scenario's divided by the speed. */
  readonly atUs: number;
  readonly text: string;
  readonly change: OperatorChange;
}

/** A simulated run that is to be replayed against a real swarm. */
export interface SwarmReplay {
  readonly runId: string;
  readonly title: string;
  readonly mode: SwarmReplayMode;
  readonly files: readonly NativeFile[];
  readonly steps: readonly SwarmReplayStep[];
  readonly durationUs: number;
  readonly speed: number;
  readonly seed: number;
  /** In place of the files' images. */
  readonly images: UserImages;
  readonly behaviourOf?: (workload: string) => ProcessBehaviour;
}

/** The id of a replay: the same for the same files, steps, mode, speed and seed. */
export function swarmRunId(replay: Omit<SwarmReplay, 'runId' | 'behaviourOf' | 'images'>): string {
  return createHash('sha256').update(JSON.stringify(replay)).digest('hex').slice(0, 16);
}
