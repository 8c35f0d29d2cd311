import type { FleetView, NodeDecision, NodePolicy, NodeScaler } from '../../sim/scaling/node-policy.ts';
import { minutes } from '../../sim/time.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { GroupCount } from './group-count.ts';
import { restoreMinimum } from './minimum.ts';

/** As many nodes as at the start, whatever comes: the baseline. Nodes lost for good are bought again. */
export const fixed: PolicyFamily<NodePolicy> = {
  name: 'fixed',
  summary: 'keeps the nodes of the start',
  source: 'the usual baseline',
  options: [
    {
      name: 'replace',
      kind: 'switch',
      default: true,
      meaning: 'Whether a node that is gone for good (a spot node taken back) is bought again.',
    },
  ],
  make: (options, name) => ({
    name,
    summary: 'keeps the nodes of the start',
    source: 'the usual baseline',
    periodUs: minutes(1),
    make: () => new Fixed(options.replace as boolean),
  }),
};

class Fixed implements NodeScaler {
  private readonly replaces: boolean;
  private sizes: readonly number[] | undefined;

  constructor(replaces: boolean) {
    this.replaces = replaces;
  }

  decide(view: FleetView): readonly NodeDecision[] {
    this.sizes ??= view.groups.map((group) => Math.max(group.size, group.min));
    return this.replaces ? restoreMinimum(view, new GroupCount(view), this.sizes) : [];
  }
}
