import { z } from 'zod';
import type { Moment } from '../replay/replay-clock.ts';
import type { Checkpoint, ProcessRecord, ReplayRecord, ResourceSample, StepOutcome } from '../replay/replay-record.ts';

/** One line of `state.ndjson`. */
export type StateLine =
  | ({ readonly kind: 'begin' } & ReplayBegin)
  | { readonly kind: 'step'; readonly outcome: StepOutcome }
  | { readonly kind: 'process'; readonly process: ProcessRecord }
  | { readonly kind: 'checkpoint'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'sample'; readonly sample: ResourceSample }
  /** Simulated time has passed without a step. */
  | { readonly kind: 'time'; readonly at: Moment; readonly heldMs: number }
  | { readonly kind: 'trouble'; readonly at: Moment; readonly what: string }
  | { readonly kind: 'end'; readonly outcome: ReplayRecord['outcome'] }
  /** All of it has been removed from its engines. */
  | { readonly kind: 'cleaned'; readonly at: string };

/** How a replay was begun; what `--resume` and `--clean` need to find its engines again. */
export interface ReplayBegin {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly speed: number;
  readonly scaleCpu: number | 'shares';
  readonly scaleMem: number;
  readonly engines: readonly StateEngine[];
  /** Simulated time at which it began: 0, or what had been reached when it was resumed. */
  readonly fromUs: number;
  /** Other options of the command that must be the same when it is resumed, by name. */
  readonly options?: Readonly<Record<string, string | number | boolean>>;
}

export interface StateEngine {
  readonly name: string;
  /** As the user gave it, without passwords. */
  readonly address: string;
  /** Names of simulated nodes it stands for. */
  readonly nodes: readonly string[];
}

const TEXT = z.string();
const TIME = z.number().min(0);
const MOMENT = z.looseObject({ simUs: TIME });

/** What is read again of each line; the rest of it is for people. */
const LINE = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('begin'),
    speed: z.number().positive(),
    scaleCpu: z.union([z.number().positive(), z.literal('shares')]),
    scaleMem: z.number().positive(),
    engines: z.array(z.looseObject({ name: TEXT, address: TEXT, nodes: z.array(TEXT) })),
    fromUs: TIME,
  }),
  z.looseObject({ kind: z.literal('step'), outcome: z.looseObject({ due: MOMENT }) }),
  z.looseObject({ kind: z.literal('time'), at: MOMENT }),
  z.looseObject({ kind: z.literal('trouble'), at: MOMENT }),
  z.looseObject({ kind: z.literal('end'), outcome: z.enum(['finished', 'interrupted', 'failed']) }),
  z.looseObject({ kind: z.enum(['process', 'checkpoint', 'sample', 'cleaned']) }),
]);

/** A line of `state.ndjson`; undefined: it was cut, or is none. */
export function stateLine(text: string): StateLine | undefined {
  try {
    return LINE.parse(JSON.parse(text)) as unknown as StateLine;
  } catch {
    return undefined;
  }
}
