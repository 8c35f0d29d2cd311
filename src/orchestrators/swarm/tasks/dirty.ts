import { meetsConstraints } from '../constraint.ts';
import type { Node, Service, Task } from '../store/objects.ts';
import type { SwarmServiceSpec } from '../swarm-spec.ts';

/**
 * Whether a task is of a version that must be replaced: what its containers are made of differs, or its ports do. Where
 * only the placement has changed, it may stay if its node meets the new constraints. (SwarmKit
 * manager/orchestrator/task.go, IsTaskDirty.)
 */
export function isTaskDirty(service: Service, task: Task, node: Node | undefined): boolean {
  const now = service.current;
  if (now.version === task.of.version) return false;
  const isSame = now.behaviour === task.of.behaviour && containerKey(now.spec) === containerKey(task.of.spec);
  const isSamePlacement = placementKey(now.spec) === placementKey(task.of.spec);
  if (isSame && !isSamePlacement && node !== undefined && meetsConstraints(node.facts, now.spec.placement.constraints))
    return false;
  return !isSame || !isSamePlacement || portsKey(now.spec) !== portsKey(task.of.spec);
}

/** The task's part of a service but for its placement; replicas, update rules and labels of the service are no part. */
function containerKey(spec: SwarmServiceSpec): string {
  const { image, command, environment, reservations, limits, restart, networks, healthCheck, stopGraceUs } = spec;
  return JSON.stringify([
    image,
    command,
    Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1)),
    reservations,
    [limits.cpuMilli, limits.memBytes, limits.pids].map(String),
    restart,
    networks,
    healthCheck ?? null,
    stopGraceUs,
  ]);
}

const placementKey = ({ placement }: SwarmServiceSpec): string => JSON.stringify(placement);
const portsKey = ({ ports, endpointMode }: SwarmServiceSpec): string => JSON.stringify([ports, endpointMode]);
