import { tolerates, UNSCHEDULABLE_TAINT } from '../../../objects/tolerations.ts';
import { type FilterPlugin, unresolvable } from '../plugin.ts';

/**
 * Cordoned nodes (`spec.unschedulable`) take only pods that tolerate the taint node.kubernetes.io/unschedulable
 * (upstream plugins/nodeunschedulable).
 */
export const nodeUnschedulable: FilterPlugin = {
  name: 'NodeUnschedulable',
  prepare({ info }) {
    if (tolerates(info.spec.tolerations, UNSCHEDULABLE_TAINT)) return 'skip';
    return {
      judge: ({ node }) =>
        node.spec.unschedulable ? unresolvable('NodeUnschedulable', 'node(s) were unschedulable') : undefined,
    };
  },
};
