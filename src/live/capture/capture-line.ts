import type { ContainerDetail, EngineEvent, EngineInfo, Labels } from '../engine/engine.ts';

/** Written into the first line of every capture; another number means that lines mean something else. */
export const CAPTURE_FORMAT = 'baton-capture/1';

/**
 * One line of what a capture writes down as it happens (NDJSON). Times are milliseconds since 1970, brought to this
 * machine's clock where the engine's differs. Whatever is made of a capture is made of these lines alone.
 */
export type CaptureLine =
  | { readonly kind: 'begin'; readonly format: typeof CAPTURE_FORMAT; readonly atMs: number }
  /** `aheadMs`: how far the engine's clock is ahead of this machine's; 0 where it is too little to be sure of. */
  | {
      readonly kind: 'engine';
      readonly atMs: number;
      readonly engine: string;
      readonly info: EngineInfo;
      readonly aheadMs: number;
    }
  /**
   * A container that is there: at the beginning, or looked at again (after the engine was away, or to be sure). `isPlain`:
   * events about it had come before this answer, and tell its states better.
   */
  | {
      readonly kind: 'found';
      readonly atMs: number;
      readonly engine: string;
      readonly when: 'begin' | 'again';
      readonly isPlain?: true;
      /** Nothing was written about it before. */
      readonly isNew?: true;
      readonly container: FoundContainer;
    }
  /** All containers that are there at this moment; whoever is not among them has gone. `sinceMs`: the look before. */
  | {
      readonly kind: 'listed';
      readonly atMs: number;
      readonly engine: string;
      readonly sinceMs: number;
      readonly ids: readonly string[];
    }
  /** `name`, `image` and `labels` are there on the first line about a container. */
  | {
      readonly kind: 'event';
      readonly atMs: number;
      readonly engine: string;
      readonly what: EngineEvent['what'];
      readonly id: string;
      readonly name?: string;
      readonly image?: string;
      readonly labels?: Labels;
      readonly exitCode?: number;
    }
  /** Its hard limits from now on; absent: none. */
  | {
      readonly kind: 'limits';
      readonly atMs: number;
      readonly engine: string;
      readonly id: string;
      readonly cpuMilli?: number;
      readonly memBytes?: number;
    }
  | {
      readonly kind: 'sample';
      readonly atMs: number;
      readonly engine: string;
      readonly id: string;
      /** CPU time since its start. */
      readonly cpuTotalMs: number;
      readonly memBytes: number;
    }
  | { readonly kind: 'lost'; readonly atMs: number; readonly engine: string; readonly sentence: string }
  | { readonly kind: 'back'; readonly atMs: number; readonly engine: string }
  | { readonly kind: 'end'; readonly atMs: number };

/** What a capture keeps of an inspected container; times that are not known are absent. */
export interface FoundContainer extends Pick<
  ContainerDetail,
  'id' | 'name' | 'labels' | 'state' | 'image' | 'exitCode' | 'oomKilled' | 'cpuLimitMilli' | 'memLimitBytes'
> {
  readonly createdMs?: number;
  readonly startedMs?: number;
  readonly finishedMs?: number;
}
