import type { NodeSpec } from '../../sim/node-spec.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import { stream } from '../../sim/random.ts';
import type {
  FleetNode,
  FleetPod,
  FleetView,
  NodeDecision,
  NodeGroupView,
  NodePolicy,
  NodeScaler,
} from '../../sim/scaling/node-policy.ts';
import { whyBarred } from '../../sim/shapes.ts';
import { withDefaults, type PolicyFamily, type PolicyOptions } from '../policy-family.ts';
import { Room } from './room.ts';

/** Fixtures for the tests of node policies: fleets in one line. */

export const GIB = 1024 * 1024 * 1024;

export function request(cores: number, gib: number): PodRequest {
  return { cpuMilli: cores * 1000, memBytes: gib * GIB };
}

let nextPod = 0;

export function pods(count: number, of: PodRequest, owner = 'web', more: Partial<FleetPod> = {}): FleetPod[] {
  return Array.from({ length: count }, () => ({
    id: nextPod++,
    request: of,
    owner,
    priority: 0,
    sinceUs: 0,
    movable: true,
    ...more,
  }));
}

export function template(cores: number, gib: number, name = 'node'): NodeSpec {
  return { name, cpuMilli: cores * 1000, memBytes: gib * GIB };
}

export function group(name: string, cores: number, gib: number, more: Partial<NodeGroupView> = {}): NodeGroupView {
  return {
    name,
    template: template(cores, gib, name),
    zone: '',
    min: 0,
    max: 100,
    size: 0,
    upcoming: 0,
    usdPerHour: cores * 0.05,
    spot: false,
    available: 100,
    bootMeanUs: 60_000_000,
    ...more,
  };
}

/** A machine of a group with these pods. */
export function machine(
  id: number,
  of: number,
  groups: readonly NodeGroupView[],
  holds: readonly FleetPod[] = [],
  more: Partial<FleetNode> = {},
): FleetNode {
  const { template: spec, name } = groups[of];
  return {
    id,
    name: `${name}-${id}`,
    group: of,
    spec: { ...spec, name: `${name}-${id}` },
    cpuFreeMilli: spec.cpuMilli - holds.reduce((sum, pod) => sum + pod.request.cpuMilli, 0),
    memFreeBytes: spec.memBytes - holds.reduce((sum, pod) => sum + pod.request.memBytes, 0),
    state: 'ready',
    sinceUs: 0,
    pods: holds,
    ...more,
  };
}

/** A fleet; the groups' sizes are counted. */
export function fleet(
  nowUs: number,
  groups: readonly NodeGroupView[],
  nodes: readonly FleetNode[],
  pending: readonly FleetPod[] = [],
): FleetView {
  const fits = (pod: FleetPod, spec: NodeSpec, room: Room): boolean =>
    whyBarred(pod.request, spec) === undefined && room.fits(pod.request);
  return {
    nowUs,
    groups: groups.map((one, g) => {
      const own = nodes.filter((node) => node.group === g && node.state !== 'leaving');
      return { ...one, size: own.length, upcoming: own.filter((node) => node.state === 'coming').length };
    }),
    nodes,
    pending,
    fitsTemplate: (pod, g) => fits(pod, groups[g].template, new Room(groups[g].template)),
    fitsNode: (pod, node) => node.state === 'ready' && fits(pod, node.spec, Room.of(node)),
  };
}

export function scalerOf(family: PolicyFamily<NodePolicy>, options: PolicyOptions = {}, seed = 1): NodeScaler {
  return family.make(withDefaults(family, options), family.name).make({ random: stream(seed, 'nodes') });
}

/** What was decided, in short: "add 2 big", "remove 3", "replace 1,2 by small". */
export function short(decisions: readonly NodeDecision[], view: FleetView): string[] {
  return decisions.map((decision) => {
    if (decision.kind === 'add') return `add ${decision.count} ${view.groups[decision.group].name}`;
    if (decision.kind === 'remove') return `remove ${decision.node}`;
    return `replace ${decision.nodes.join(',')} by ${view.groups[decision.group].name}`;
  });
}
