/**
 * How long the control plane takes to notice a dead or cut off node and to act. All is reckoned when it happens, from
 * the phases of the timers, so that there is no event a heartbeat (see detection-times.ts).
 */
export interface DetectionSpec {
  readonly name: string;
  readonly source: string;
  /** A node says it lives every so long; its phase is drawn a node. */
  readonly heartbeatUs: number;
  /** Every interval between heartbeats is drawn anew, uniform within `us` of `heartbeatUs`, and grace grows by `periods` times what it is longer. */
  readonly heartbeatJitter?: { readonly us: number; readonly periods: number };
  /** Silence for so long since its last heartbeat makes it suspect... */
  readonly graceUs: number;
  /** ...which is looked at every so long; 0: at once, by a timer. */
  readonly monitorUs: number;
  /** From "lost" to the eviction of its pods, which is when they are replaced... */
  readonly evictAfterUs: number;
  /** ...and up to so much later, uniform; absent: 0. */
  readonly evictSpreadUs?: number;
  /** From the fault until balancers stop sending to its endpoints: between these two, uniform. */
  readonly endpointsAfterUs: readonly [number, number];
  /** Balancers stop at the moment at which the node is declared lost, whatever `endpointsAfterUs` says. */
  readonly endpointsAtLost?: boolean;
}
