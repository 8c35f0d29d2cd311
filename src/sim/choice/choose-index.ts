import { adaptive } from './adaptive.ts';
import { blockMaxima } from './block-maxima.ts';
import { capacityClasses } from './capacity-classes.ts';
import type { Chooser, ChoiceProblem } from './chooser.ts';
import { kdTree } from './kd-tree.ts';
import { scan } from './scan.ts';

/** How a chooser finds the node; 'auto' looks at the policy, the nodes, and at run time at the shapes that come. */
export type ChooserKind = 'auto' | Chooser['kind'];

/** Up to so many nodes nothing beats looking at all of them. */
const FEW_NODES = 64;
/** A k-d tree for each capacity class pays only if classes have at least so many nodes on average. */
const NODES_A_CLASS = 16;

/**
 * A chooser of this kind. Which one it is changes the work, never the answer. A k-d tree for a policy that does not say
 * what it prefers is impossible; it gets block maxima.
 */
export function makeChooser(problem: ChoiceProblem, kind: ChooserKind): Chooser {
  if (kind === 'scan') return scan(problem);
  if (kind === 'block-maxima' || (kind === 'kd-tree' && problem.prefers === undefined)) return blockMaxima(problem);
  if (kind === 'kd-tree') return kdTree(problem);
  const count = problem.order.nodeAt.length;
  if (count <= FEW_NODES) return scan(problem);
  if (problem.prefers === undefined) return blockMaxima(problem);
  const classes = capacityClasses(problem.cluster, problem.order.nodeAt).count;
  return classes * NODES_A_CLASS > count ? blockMaxima(problem) : adaptive(problem);
}
