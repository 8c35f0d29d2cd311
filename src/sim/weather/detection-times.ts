import type { DetectionSpec } from './detection.ts';

/** Where the timers stand, each a number in [0, 1): drawn once a node (`heartbeat`), once a run (`monitor`), or a fault (the others). */
export interface DetectionPhase {
  readonly heartbeat: number;
  readonly monitor: number;
  /** Which interval of jittered heartbeats the fault falls into; unused without jitter. */
  readonly interval: number;
  readonly eviction: number;
  readonly endpoints: number;
}

export interface DetectionTimes {
  /** The control plane declares the node lost; Infinity: never, because it was heard again before. */
  readonly lostUs: number;
  /** Its pods are given up and replaced. */
  readonly evictedUs: number;
  /** Balancers send nothing there any more. */
  readonly endpointsUs: number;
}

/**
 * What follows from a fault that silences a node at `faultUs`, if it is heard again at `heardUs` (Infinity: never): a
 * fault that ends before it is noticed has no consequence. At one instant the heartbeat that is heard again comes first.
 */
export function detectionTimes(
  spec: DetectionSpec,
  faultUs: number,
  phase: DetectionPhase,
  heardUs: number = Infinity,
): DetectionTimes {
  return {
    lostUs: lostAtUs(spec, faultUs, phase, heardUs),
    evictedUs: evictedAtUs(spec, faultUs, phase, heardUs),
    endpointsUs: endpointsGoneAtUs(spec, faultUs, phase, heardUs),
  };
}

/**
 * When the node is declared lost. Heartbeats come at (k + heartbeat) x heartbeatUs for whole k, the last one before or at
 * the fault; the monitor looks at (k + monitor) x monitorUs and finds it lost once more than the grace has passed. With
 * jitter a random moment falls into an interval in proportion to its length, and anywhere within it.
 */
export function lostAtUs(
  spec: DetectionSpec,
  faultUs: number,
  phase: DetectionPhase,
  heardUs: number = Infinity,
): number {
  const { heartbeatUs, heartbeatJitter, graceUs, monitorUs } = spec;
  // The last heartbeat's age as a share of the interval: the fault is at the same place of every cycle.
  const share = share01(faultUs / heartbeatUs - phase.heartbeat);
  const intervalUs = heartbeatJitter ? jitteredUs(heartbeatUs, heartbeatJitter.us, phase.interval) : heartbeatUs;
  const patienceUs = graceUs + (heartbeatJitter ? heartbeatJitter.periods * (intervalUs - heartbeatUs) : 0);
  const dueUs = faultUs - share * intervalUs + patienceUs;
  const lostUs = Math.floor((monitorUs > 0 ? nextTickUs(dueUs, monitorUs, phase.monitor) : dueUs) + 0.5);
  return heardUs <= lostUs ? Infinity : Math.max(lostUs, faultUs);
}

/** When its pods are given up; Infinity if the node is heard again before. */
export function evictedAtUs(
  spec: DetectionSpec,
  faultUs: number,
  phase: DetectionPhase,
  heardUs: number = Infinity,
): number {
  const lostUs = lostAtUs(spec, faultUs, phase, heardUs);
  const evictedUs = lostUs + spec.evictAfterUs + Math.floor((spec.evictSpreadUs ?? 0) * phase.eviction + 0.5);
  return heardUs <= evictedUs ? Infinity : evictedUs;
}

/** When balancers stop sending to it; Infinity if the node is heard again before. */
export function endpointsGoneAtUs(
  spec: DetectionSpec,
  faultUs: number,
  phase: DetectionPhase,
  heardUs: number = Infinity,
): number {
  if (spec.endpointsAtLost === true) return lostAtUs(spec, faultUs, phase, heardUs);
  const [low, high] = spec.endpointsAfterUs;
  const goneUs = faultUs + Math.floor(low + (high - low) * phase.endpoints + 0.5);
  return heardUs <= goneUs ? Infinity : goneUs;
}

/** When a node whose silence ends at `endUs` (a healed network) is heard: at its next heartbeat. A rebooted one says so at once. */
export function heardAgainUs(spec: DetectionSpec, endUs: number, phase: DetectionPhase): number {
  const share = share01(endUs / spec.heartbeatUs - phase.heartbeat);
  return share === 0 ? endUs : Math.floor(endUs + (1 - share) * spec.heartbeatUs + 0.5);
}

/** The first (k + phase) x everyUs after `afterUs`. */
function nextTickUs(afterUs: number, everyUs: number, phase: number): number {
  return (Math.floor(afterUs / everyUs - phase) + 1 + phase) * everyUs;
}

/** An interval, uniform within `spreadUs` of the mean, as met by a random moment: its density grows with its length. */
function jitteredUs(meanUs: number, spreadUs: number, draw: number): number {
  const low = meanUs - spreadUs;
  const high = meanUs + spreadUs;
  return Math.sqrt(low * low + draw * (high * high - low * low));
}

function share01(x: number): number {
  return x - Math.floor(x);
}
