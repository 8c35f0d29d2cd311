import { HOSTNAME_LABEL, ZONE_LABEL } from '../objects/node-labels.ts';
import type { TopologySpreadConstraint } from '../objects/pod.ts';

/** How pods without constraints of their own are spread by default (upstream plugins/podtopologyspread/plugin.go, systemDefaultConstraints). */
export const SYSTEM_CONSTRAINTS: readonly TopologySpreadConstraint[] = [
  constraint(HOSTNAME_LABEL, 3),
  constraint(ZONE_LABEL, 5),
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
