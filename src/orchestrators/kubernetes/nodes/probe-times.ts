import type { Probe } from '../objects/pod.ts';
import { nextTick } from './ticks.ts';

/**
 * When probes change something (`pkg/kubelet/prober/worker.go`). A worker asks once a period; a result counts when it
 * has come `successThreshold` or `failureThreshold` times in a row. Since a process answers from one moment on until
 * it hangs or ends, the moment of the change can be computed and no single probe is an event.
 */

const SECOND_US = 1_000_000;

/** What the times of a probe hang on. */
export interface ProbeMoment {
  /** A tick of the worker; the others are whole periods from it. */
  readonly anchorUs: number;
  /** Nothing is asked before this: the kubelet has not seen the container run yet, or its answers changed only now. */
  readonly fromUs: number;
  /** Start of the process; the initial delay counts from it. */
  readonly startedUs: number;
  /** From here on it answers; Infinity: it does not. */
  readonly answersUs: number;
}

/** When a readiness or startup probe that has not succeeded yet does so. */
export function successUs(probe: Probe, moment: ProbeMoment): number {
  if (moment.answersUs === Infinity) return Infinity;
  const periodUs = probe.periodSeconds * SECOND_US;
  const first = nextTick(moment.anchorUs, periodUs, Math.max(firstAskedUs(probe, moment), moment.answersUs));
  return first + (probe.successThreshold - 1) * periodUs;
}

/** When a probe fails often enough to count, if it is not answered before that; else Infinity. */
export function failureUs(probe: Probe, moment: ProbeMoment): number {
  const periodUs = probe.periodSeconds * SECOND_US;
  const first = nextTick(moment.anchorUs, periodUs, firstAskedUs(probe, moment));
  const last = first + (probe.failureThreshold - 1) * periodUs;
  return moment.answersUs <= last ? Infinity : last;
}

function firstAskedUs(probe: Probe, { fromUs, startedUs }: ProbeMoment): number {
  return Math.max(fromUs, startedUs + probe.initialDelaySeconds * SECOND_US);
}
