import type { LivingSnapshot } from '../monitoring/living-snapshot.ts';
import type { MetricControl } from './metric-control.ts';
import type { ResourceControl } from './resource-control.ts';
import type { World } from './world.ts';

const SHOWN_RECORDS = 50;

/** How everything stands now, for a dashboard; `money`: what the machines cost at the moment and have cost. */
export function snapshotOf(
  world: World,
  metrics: MetricControl,
  resources: ResourceControl,
  money: { readonly usdPerHour: number; readonly usdSoFar: number },
): LivingSnapshot {
  const { cluster } = world.simulation;
  const { nodes } = world;
  const shown: LivingSnapshot['nodes'][number][] = [];
  for (let node = 0; node < nodes.count; node++) {
    if (nodes.bought[node] === 0) continue;
    const { cpuMilli, memBytes } = nodes.specs[node];
    shown.push({
      name: nodes.places[node].name,
      zone: world.spec.zones[nodes.places[node].zone] ?? '',
      group: nodes.places[node].group,
      state: stateOf(world, node),
      cpuRequestedShare: (cluster.cpuMilli[node] - cluster.cpuFreeMilli[node]) / cpuMilli,
      cpuUsedShare: resources.nodeUsedMilli[node] / cpuMilli,
      memRequestedShare: 1 - cluster.memFreeBytes[node] / memBytes,
      pods: cluster.podCount[node],
    });
  }
  return {
    nowUs: world.nowUs,
    endUs: world.spec.durationUs,
    nodes: shown,
    services: world.spec.services.map(({ name }, service) => {
      const point = metrics.points[service].at(-1);
      return {
        name,
        desired: world.desired[service],
        ready: world.ready[service],
        coming: world.ofService[service].filter((one) => one.counts && one.changedUs < 0).length,
        requestsPerSecond: point?.requestsPerSecond ?? 0,
        failedPerSecond: point?.failedPerSecond ?? 0,
        p99Ms: (point?.p99Us ?? 0) / 1000,
        cpuShare: point?.cpuShare ?? 0,
      };
    }),
    usdPerHour: money.usdPerHour,
    usdSoFar: money.usdSoFar,
    decisions: world.decisions.slice(-SHOWN_RECORDS),
    happenings: world.happenings.slice(-SHOWN_RECORDS),
  };
}

function stateOf({ nodes }: World, node: number): LivingSnapshot['nodes'][number]['state'] {
  if (nodes.coming[node] === 1) return 'coming';
  if (nodes.down[node] === 1) return 'down';
  if (nodes.leaving[node] === 1 || nodes.cordoned[node] === 1 || nodes.doomed[node] === 1) return 'leaving';
  return nodes.lost[node] === 1 || nodes.cutOff[node] === 1 ? 'unready' : 'ready';
}
