import type { ReplicaSample } from '../../sim/scaling/horizontal-policy.ts';
import type { MeasuredReplicas } from './replica-calculator.ts';

/** How long the CPU of a young replica is distrusted, in microseconds. */
export interface ReadinessRules {
  /** Within so long after its start a replica's CPU counts only while it is ready, with a sample that began after that. */
  readonly cpuInitialisationUs: number;
  /** Later, one that is not ready is left out only if it has never been ready: its last change came so soon after its start. */
  readonly initialReadinessUs: number;
  /** What one sample covers. */
  readonly windowUs: number;
}

/**
 * The replicas as one resource's metric sees them; those that are ending are left out. A replica that is starting counts as Pending
 * until there is a first sample of it, since only running containers are measured.
 *
 * Source: groupPods in kubernetes v1.36.2, pkg/controller/podautoscaler/replica_calculator.go.
 */
export function measuredReplicas(
  samples: readonly ReplicaSample[],
  resource: 'cpu' | 'memory',
  nowUs: number,
  rules: ReadinessRules,
): MeasuredReplicas {
  const seen: MeasuredReplicas = {
    ready: 0,
    usage: 0,
    request: 0,
    missing: 0,
    missingRequest: 0,
    unready: 0,
    unreadyRequest: 0,
    requestless: 0,
  };
  const ofCpu = resource === 'cpu';
  for (const sample of samples) {
    const { state } = sample;
    if (state === 'terminating') continue;
    const usage = ofCpu ? sample.cpuUsageMilli : sample.memUsageBytes;
    const request = ofCpu ? sample.cpuRequestMilli : sample.memRequestBytes;
    if (!(request > 0)) seen.requestless++;
    const measured = sample.sampledUs >= 0 && Number.isFinite(usage);
    const pending = state === 'pending' || (state === 'starting' && !measured);
    if (pending || (ofCpu && measured && isDistrusted(sample, nowUs, rules))) {
      seen.unready++;
      seen.unreadyRequest += request;
    } else if (measured) {
      seen.ready++;
      seen.usage += Math.round(usage);
      seen.request += request;
    } else {
      seen.missing++;
      seen.missingRequest += request;
    }
  }
  return seen;
}

function isDistrusted(sample: ReplicaSample, nowUs: number, rules: ReadinessRules): boolean {
  if (sample.startedUs < 0) return true;
  const ready = sample.state === 'ready';
  // One that has never been ready has had its condition since its start.
  const changedUs = sample.changedUs < 0 ? sample.startedUs : sample.changedUs;
  if (nowUs < sample.startedUs + rules.cpuInitialisationUs)
    return !ready || sample.sampledUs < changedUs + rules.windowUs;
  return !ready && changedUs < sample.startedUs + rules.initialReadinessUs;
}
