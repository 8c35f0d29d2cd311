import type { RandomStream } from '../../sim/random.ts';
import type { FleetView, NodeDecision } from '../../sim/scaling/node-policy.ts';
import { binpack } from './binpack.ts';
import { chooseOption, type Expander, type ScaleUpOption } from './expanders.ts';
import type { GroupCount } from './group-count.ts';
import { podsText, type PodKind } from './pod-kinds.ts';

export interface ScaleUpRule {
  readonly expanders: readonly Expander[];
  readonly priorities: ReadonlyMap<string, number>;
  readonly maxNodesPerScaleUp: number;
}

/**
 * What to order for pods that find no room, as Cluster Autoscaler does it: an option per group by bin packing, one
 * chosen by the expander. Upstream takes one option a loop and starts the next loop at once after a scale-up; here
 * those loops are run through in one answer.
 */
export function scaleUp(
  view: FleetView,
  waiting: readonly PodKind[],
  counts: GroupCount,
  blocked: (group: number) => boolean,
  rule: ScaleUpRule,
  random: RandomStream,
): NodeDecision[] {
  const decisions: NodeDecision[] = [];
  let kinds = waiting;
  while (kinds.length > 0) {
    const options = optionsFor(view, kinds, counts, blocked, rule.maxNodesPerScaleUp);
    if (options.length === 0) break;
    const { option, why } = chooseOption(options, view.groups, rule.expanders, rule.priorities, random);
    const all = kinds.flatMap((kind) => kind.pods);
    decisions.push({
      kind: 'add',
      group: option.group,
      count: option.nodes,
      why: `${podsText(all)} fit no node there is or will be; ${why} for ${option.pods.length} of ${all.length}`,
    });
    counts.add(option.group, option.nodes);
    kinds = without(kinds, option);
  }
  return decisions;
}

function optionsFor(
  view: FleetView,
  kinds: readonly PodKind[],
  counts: GroupCount,
  blocked: (group: number) => boolean,
  maxNodesPerScaleUp: number,
): ScaleUpOption[] {
  const options: ScaleUpOption[] = [];
  view.groups.forEach((group, g) => {
    const most = Math.min(counts.canAdd(g), maxNodesPerScaleUp);
    if (most < 1 || blocked(g)) return;
    const fitting = kinds.filter((kind) => view.fitsTemplate(kind.pods[0], g));
    if (fitting.length === 0) return;
    const packing = binpack(group.template, fitting, most);
    if (packing.nodes > 0) options.push({ group: g, nodes: packing.nodes, pods: packing.placed });
  });
  return options;
}

function without(kinds: readonly PodKind[], option: ScaleUpOption): PodKind[] {
  const helped = new Set(option.pods);
  return kinds
    .map((kind) => ({ ...kind, pods: kind.pods.filter((pod) => !helped.has(pod)) }))
    .filter((kind) => kind.pods.length > 0);
}
