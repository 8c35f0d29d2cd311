import type { Resources } from './machine-spec.ts';

/** A task that has been made, as its orchestrator told the books. */
export interface LedgerTask {
  readonly number: number;
  readonly name: string;
  readonly workload: string;
  readonly kind: 'service' | 'job' | 'daemon';
  /** Index of the modelled service; -1: none. */
  readonly service: number;
  readonly resources: Resources;
  /** -1: it waits. */
  machine: number;
}

/** Told of each task that has been given a machine, or holds it no more. */
export interface HoldingWatcher {
  placed(task: LedgerTask): void;
  released(task: LedgerTask): void;
}

/** What tasks are, and what machines hold by the books. */
export interface Holdings {
  task(number: number): LedgerTask | undefined;
  /** The last one of this name that has been made and has not ended. */
  named(name: string): LedgerTask | undefined;
  /** Tasks that hold resources of the machine, in the order in which they came. */
  held(machine: number): Iterable<LedgerTask>;
  watch(watcher: HoldingWatcher): void;
}
