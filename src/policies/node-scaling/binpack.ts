import type { NodeSpec } from '../../sim/node-spec.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import type { FleetPod } from '../../sim/scaling/node-policy.ts';
import type { PodKind } from './pod-kinds.ts';
import { Room } from './room.ts';

/** How many new machines of one kind the pods need. */
export interface Packing {
  /** New machines that got at least one pod. */
  readonly nodes: number;
  readonly placed: readonly FleetPod[];
  readonly left: readonly FleetPod[];
  /** The new machines with what is left on each, in the order in which they were added. */
  readonly rooms: readonly Room[];
}

/**
 * Cluster Autoscaler's estimator (`estimator/binpacking_estimator.go`, `decreasing_pod_orderer.go`): kinds of pods in
 * order of falling `packingScore`; each pod of a kind goes to any new machine with room, searched round-robin from
 * the last match; from the first pod on that finds none, the rest of the kind is tried on the machine added last
 * only, else one more is added. It stops adding when the last machine is still empty or `maxNodes` are there.
 *
 * Constraints (labels, taints) are the caller's: give only kinds that may run on the template. Equal scores keep the
 * given order, where upstream's sort is unstable.
 */
export function binpack(template: NodeSpec, kinds: readonly PodKind[], maxNodes: number): Packing {
  const rooms: Room[] = [];
  const placed: FleetPod[] = [];
  const left: FleetPod[] = [];
  let next = 0;
  const ordered = kinds
    .map((kind) => ({ kind, score: packingScore(kind.request, template) }))
    .sort((a, b) => b.score - a.score);
  for (const { kind } of ordered) {
    const { pods, request } = kind;
    let k = 0;
    for (; k < pods.length; k++) {
      const match = findFrom(rooms, next, request);
      if (match < 0) break;
      rooms[match].take(request);
      next = (match + 1) % rooms.length;
      placed.push(pods[k]);
    }
    for (; k < pods.length; k++) {
      if (!takenByLast(rooms, request) && !takenByNew(rooms, template, request, maxNodes)) break;
      placed.push(pods[k]);
    }
    left.push(...pods.slice(k));
  }
  const used = rooms.filter((room) => room.pods > 0);
  return { nodes: used.length, placed, left, rooms: used };
}

/** CPU share plus memory share of the machine; resources the machine does not have count as nothing. */
export function packingScore(request: PodRequest, template: NodeSpec): number {
  const cpu = template.cpuMilli > 0 ? request.cpuMilli / template.cpuMilli : 0;
  const mem = template.memBytes > 0 ? request.memBytes / template.memBytes : 0;
  return cpu + mem;
}

function findFrom(rooms: readonly Room[], first: number, request: PodRequest): number {
  for (let k = 0; k < rooms.length; k++) {
    const at = (first + k) % rooms.length;
    if (rooms[at].fits(request)) return at;
  }
  return -1;
}

function takenByLast(rooms: readonly Room[], request: PodRequest): boolean {
  const last = rooms[rooms.length - 1];
  if (!last?.fits(request)) return false;
  last.take(request);
  return true;
}

function takenByNew(rooms: Room[], template: NodeSpec, request: PodRequest, maxNodes: number): boolean {
  if (rooms.length > 0 && rooms[rooms.length - 1].pods === 0) return false;
  if (rooms.length >= maxNodes) return false;
  const room = new Room(template);
  rooms.push(room);
  if (!room.fits(request)) return false;
  room.take(request);
  return true;
}
