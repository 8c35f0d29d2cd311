import type { FleetView, NodeDecision } from '../../sim/scaling/node-policy.ts';
import type { GroupCount } from './group-count.ts';
import { nodesText } from './phrases.ts';

/** Orders what groups lack to their minimum, as the cloud's own group would (a machine lost for good, a raised minimum). */
export function restoreMinimum(view: FleetView, counts: GroupCount, sizes?: readonly number[]): NodeDecision[] {
  const decisions: NodeDecision[] = [];
  view.groups.forEach((group, g) => {
    const wanted = Math.min(sizes?.[g] ?? group.min, group.max);
    const count = Math.min(wanted - counts.sizeOf(g), counts.canAdd(g));
    if (count < 1) return;
    decisions.push({
      kind: 'add',
      group: g,
      count,
      why: `${group.name} has ${nodesText(counts.sizeOf(g))}, fewer than the ${wanted} it must have`,
    });
    counts.add(g, count);
  });
  return decisions;
}
