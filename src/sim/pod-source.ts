import type { PodRequest } from './pod-request.ts';

/** One pod on its way into the run. A source fills the same row object again and again; whoever keeps a pod copies it. */
export interface PodRow {
  /** The pod's name in the trace, or undefined: then it is called `pod-<number of arrival>`. */
  name: string | undefined;
  /** Microseconds, whole, never below those of the row before. */
  arrivesUs: number;
  /** The true run time in microseconds, whole, >= 0; Infinity: it never ends. Policies never see it. */
  runsUs: number;
  /** What its user says it will run, in microseconds; Infinity when nothing was said. */
  estimateUs: number;
  /** Higher is more important. */
  priority: number;
  /** The user (or tenant) it is charged to; undefined counts as one user called ''. */
  user: string | undefined;
  /** Members of one gang carry the same name and start together or not at all. */
  gang: string | undefined;
  /** How many members the gang has; 1 outside gangs. */
  gangSize: number;
  request: PodRequest;
}

/** A workload: pods in order of arrival, pulled one at a time, so that ten million need no memory. */
export interface PodSource {
  /** Fills `row` with the next pod and returns true, or returns false at the end (and ever after). */
  next(row: PodRow): boolean;
}

const NOTHING: PodRequest = { cpuMilli: 0, memBytes: 0 };

/** A row with every field at its default. */
export function blankRow(): PodRow {
  return {
    name: undefined,
    arrivesUs: 0,
    runsUs: Infinity,
    estimateUs: Infinity,
    priority: 0,
    user: undefined,
    gang: undefined,
    gangSize: 1,
    request: NOTHING,
  };
}

/** Puts every field of `row` back to its default, so that no source leaves a trace in the next one's pods. */
export function clearRow(row: PodRow): void {
  row.name = undefined;
  row.arrivesUs = 0;
  row.runsUs = Infinity;
  row.estimateUs = Infinity;
  row.priority = 0;
  row.user = undefined;
  row.gang = undefined;
  row.gangSize = 1;
  row.request = NOTHING;
}
