import type { TopologySpreadConstraint } from '../objects/pod.ts';

/** How pods without constraints of their own are spread by default (upstream plugins/podtopologyspread/plugin.go, systemDefaultConstraints). */
export const SYSTEM_CONSTRAINTS: readonly TopologySpreadConstraint[] = [
  constraint('kubernetes.io/hostname', 3),
  constraint('topology.kubernetes.io/zone', 5),
];

function constraint(topologyKey: string, maxSkew: number): TopologySpreadConstraint {
  return {
    maxSkew,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    nodeAffinityPolicy: 'Honor',
    nodeTaintsPolicy: 'Ignore',
    matchLabelKeys: [],
  };
}
