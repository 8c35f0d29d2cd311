import { log } from '../../../sim/exact-math.ts';
import type { SwarmValues } from '../constants.ts';

/**
 * How long it takes until the other nodes agree that a node is lost: until someone probes it, until that probe and those
 * by others have failed, until it has been suspected for long enough, and until others have confirmed it. (memberlist's
 * probe and suspicion; moby daemon/libnetwork/networkdb/cluster.go.) `draw`: even in [0, 1).
 */
export function lossNoticedAfterUs(nodes: number, draw: () => number, values: SwarmValues): number {
  const { gossipProbe, gossipSuspicion, gossipConfirmation } = values;
  const scale = Math.max(1, log(Math.max(1, nodes)) / log(10));
  return Math.round(
    draw() * gossipProbe + gossipProbe + gossipSuspicion * scale * gossipProbe + draw() * gossipConfirmation,
  );
}
