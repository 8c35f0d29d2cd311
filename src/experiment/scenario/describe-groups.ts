import type { NodeGroup } from '../../sim/fleet/node-group.ts';
import type { ClusterFacts } from '../comparison.ts';

/** The machines of some groups at the start, in words and in sums. */
export function describeGroups(
  groups: readonly NodeGroup[],
): Pick<ClusterFacts, 'nodes' | 'totals'> & { description: string } {
  const totals = { cpuMilli: 0, memBytes: 0, gpuCount: 0 };
  let nodes = 0;
  for (const { initial, template } of groups) {
    nodes += initial;
    totals.cpuMilli += initial * template.cpuMilli;
    totals.memBytes += initial * template.memBytes;
    totals.gpuCount += initial * (template.gpuCount ?? 0);
  }
  const description = groups
    .map(({ name, initial, min, max, instanceType, template }) => {
      const range = min === max ? `${initial}` : `${initial} (${min} to ${max})`;
      return `${name}: ${range} x ${instanceType || `${template.cpuMilli / 1000} CPU`}`;
    })
    .join(', ');
  return { description, nodes, totals };
}
