import type { TimerRecord } from './living-result.ts';

/** A replica that answers in the place of a lost one, or the lost one itself when it comes back. Times are absent that did not come. */
export interface IncidentReplica {
  /** The pod's, task's or allocation's name. */
  readonly task: string;
  /** Its machine; '': none yet. */
  readonly machine: string;
  /** It was there before and lost. */
  readonly isBack: boolean;
  readonly createdUs?: number;
  readonly placedUs?: number;
  /** Its first process was started. */
  readonly startedUs?: number;
  readonly answeringUs?: number;
}

/** What an incident did to one service. */
export interface IncidentService {
  readonly service: string;
  /** Replicas asked for when it began, and those that answered there and were lost. */
  readonly desired: number;
  readonly lost: readonly string[];
  /** When no balancer sent to any of the lost ones any more; absent: never, or none was sent to. */
  readonly unlistedUs?: number;
  /** In the order in which they were made, as many as are kept; all of the service's since then, until it was whole. */
  readonly replicas: readonly IncidentReplica[];
  /** When as many answered as were asked for; absent: not before the end. */
  readonly wholeUs?: number;
  /** Sum over time, until then, of replicas asked for that did not answer, in replica-seconds. */
  readonly lostReplicaS: number;
}

export type IncidentStepKind =
  'begins' | 'noticed' | 'unlisted' | 'created' | 'placed' | 'started' | 'answering' | 'whole' | 'over';

/** One thing after the other, for a time line. */
export interface IncidentStep {
  readonly timeUs: number;
  readonly kind: IncidentStepKind;
  /** The machines, service or task. */
  readonly about: string;
  /** Timers that had to run out first: those that concern it and ended since the step before, in order of their ends, the last of each name. */
  readonly waitedFor: readonly TimerRecord[];
}

/** Machines that stopped or were cut off at one instant, and what became of what ran there. */
export interface IncidentRecord {
  readonly kind: 'machine-stopped' | 'machine-cut-off' | 'zone-outage';
  /** The machines' names, or the zone's. */
  readonly about: string;
  readonly machines: readonly string[];
  readonly atUs: number;
  /** When the control plane first acted upon it; absent: it never did. */
  readonly noticedUs?: number;
  /** When the last of the machines was back; absent: not before the end. */
  readonly overUs?: number;
  readonly services: readonly IncidentService[];
  /** In order of time. */
  readonly steps: readonly IncidentStep[];
  /** Timers that ran meanwhile and concern it, in order of their beginnings. */
  readonly timers: readonly TimerRecord[];
}
