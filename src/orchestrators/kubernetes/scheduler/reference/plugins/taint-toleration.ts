import { untoleratedPreferences, untoleratedTaint } from '../../../objects/tolerations.ts';
import { normaliseByMaximum } from '../normalise.ts';
import { type FilterPlugin, type ScorePlugin, unresolvable } from '../plugin.ts';

const NAME = 'TaintToleration';

/**
 * Nodes with a taint NoSchedule or NoExecute that the pod does not tolerate are out (upstream plugins/tainttoleration).
 * Up to 1.34 the reason names the first such taint.
 */
export const taintTolerationFilter: FilterPlugin = {
  name: NAME,
  prepare({ info }, { profile }) {
    return {
      judge({ node }) {
        const taint = untoleratedTaint(node.spec.taints, info.spec.tolerations);
        if (taint === undefined) return undefined;
        const which = profile.version === '1.34' ? ` {${taint.key}: ${taint.value}}` : '(s)';
        return unresolvable(NAME, `node(s) had untolerated taint${which}`);
      },
    };
  },
};

/** Fewer taints PreferNoSchedule that are not tolerated are better: the node with the most gets 0. */
export const taintTolerationScore: ScorePlugin = {
  name: NAME,
  prepare({ info }) {
    return {
      score: ({ node }) => untoleratedPreferences(node.spec.taints, info.spec.tolerations),
      normalise: (scores) => normaliseByMaximum(scores, true),
    };
  },
};
