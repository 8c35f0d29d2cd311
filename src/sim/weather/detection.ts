/**
 * How long the control plane takes to notice a dead or cut off node and to act. All is reckoned when it happens, from
 * the phases of the timers, so that there is no event a heartbeat.
 */
export interface DetectionSpec {
  readonly name: string;
  readonly source: string;
  /** A node says it lives every so long; its phase is drawn a node. */
  readonly heartbeatUs: number;
  /** Silence for so long makes it suspect... */
  readonly graceUs: number;
  /** ...which is looked at every so long. */
  readonly monitorUs: number;
  /** From "lost" to the eviction of its pods, which is when they are replaced. */
  readonly evictAfterUs: number;
  /** From the fault until balancers stop sending to its endpoints: between these two, uniform. */
  readonly endpointsAfterUs: readonly [number, number];
}
