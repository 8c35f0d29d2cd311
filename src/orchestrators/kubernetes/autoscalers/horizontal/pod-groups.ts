import { seconds } from '../../../../sim/time.ts';
import type { PodSample } from '../../behaviour/workload-behaviour.ts';
import type { Pod } from '../../objects/pod.ts';

/** `--horizontal-pod-autoscaler-cpu-initialization-period`. */
const CPU_INITIALIZATION_US = seconds(300);
/** `--horizontal-pod-autoscaler-initial-readiness-delay`. */
const INITIAL_READINESS_US = seconds(30);

/** The pods of a target as one metric sees them. */
export interface PodGroups {
  /** Those whose samples count, and what they say. */
  readonly ready: Pod[];
  readonly unready: Pod[];
  readonly missing: Pod[];
  readonly ignored: Pod[];
}

/** When a sample was taken and over which time; only the CPU's rules ask. */
type Taken = Pick<PodSample, 'timeUs' | 'windowUs'>;

/**
 * Sorts pods by what a metric may make of them. Those on their way out are ignored, those that have not started are
 * unready, those without a sample missing; for CPU a pod that still starts is unready, too, since starting is no load.
 *
 * Source: kubernetes v1.36.2, pkg/controller/podautoscaler/replica_calculator.go: groupPods.
 */
export function groupPods(
  pods: readonly Pod[],
  sampleOf: (pod: Pod) => Taken | undefined,
  isCpu: boolean,
  nowUs: number,
): PodGroups {
  const groups: PodGroups = { ready: [], unready: [], missing: [], ignored: [] };
  for (const pod of pods) {
    const sample = sampleOf(pod);
    if (pod.metadata.deletionUs !== undefined || pod.status.phase === 'Failed') groups.ignored.push(pod);
    else if (pod.status.phase === 'Pending') groups.unready.push(pod);
    else if (sample === undefined) groups.missing.push(pod);
    else if (isCpu && isStarting(pod, sample, nowUs)) groups.unready.push(pod);
    else groups.ready.push(pod);
  }
  return groups;
}

/** In its first five minutes a pod counts only while it is ready and for a whole window has been; later, unless it never was ready. */
function isStarting(pod: Pod, sample: Taken, nowUs: number): boolean {
  const { startUs, ready, readyChangedUs } = pod.status;
  if (startUs === undefined) return true;
  if (startUs + CPU_INITIALIZATION_US > nowUs) return !ready || sample.timeUs < readyChangedUs + sample.windowUs;
  return !ready && startUs + INITIAL_READINESS_US > readyChangedUs;
}
