import type { EcsWorld } from '../world.ts';
import { deploymentLimits } from './deployment-limits.ts';
import type { Service } from './service.ts';
import { imbalance, zoneCounts } from './zone-balance.ts';

/**
 * Looks at the zones of a service at rest (Developer Guide, service-rebalancing). True: they are uneven, and one task is to
 * move from the fullest to the emptiest, started before another is stopped.
 */
export function beginRebalancing(world: EcsWorld, service: Service): boolean {
  if (!service.isSteady || service.isRemoved || service.rebalancing !== undefined) return false;
  const { chronicle } = world.plane;
  const { file, desiredCount } = service;
  const zones = [...service.tasks].map(({ machine }) => world.instances.get(machine)!.spec.zone);
  const counts = zoneCounts(zones, zonesThere(world, service));
  const move = imbalance(counts, world.values.rebalanceDifference);
  const { upper } = deploymentLimits(desiredCount, file.minimumHealthyPercent, file.maximumPercent);
  if (move === undefined || upper <= desiredCount) return false;
  const text = [...counts].map(([zone, tasks]) => `${tasks} tasks in ${zone}`).join(', ');
  const message = `service (${file.name}) is not AZ balanced with ${text}. AZ Rebalancing in progress.`;
  chronicle.event('ecs', 'Normal', 'SERVICE_REBALANCING_STARTED', file.name, message);
  const what = `moves a task from ${move.from} to ${move.to}`;
  chronicle.decision({ component: 'ecs', about: file.name, what, why: text });
  service.rebalancing = move;
  service.isSteady = false;
  return true;
}

/** Zones in which tasks of the service may be. */
function zonesThere({ instances }: EcsWorld, service: Service): Set<string> {
  const onFargate = service.file.placing.launchType === 'FARGATE';
  const zones = new Set<string>();
  for (const { status, agentConnected, isFargate, spec } of instances.values())
    if (status === 'ACTIVE' && agentConnected && isFargate === onFargate) zones.add(spec.zone);
  return zones;
}
