import { blockMaxima } from './block-maxima.ts';
import type { Chooser, ChoiceProblem } from './chooser.ts';
import { kdTree } from './kd-tree.ts';
import { scan } from './scan.ts';

/** How a chooser finds the node. 'auto' looks at the policy, the number of nodes and of shapes; see `adaptive`. */
export type ChooserKind = 'auto' | 'scan' | 'block-maxima' | 'kd-tree';

export function makeChooser(problem: ChoiceProblem, kind: ChooserKind): Chooser {
  if (kind === 'scan') return scan(problem);
  return kind === 'block-maxima' || kind === 'auto' ? blockMaxima(problem) : kdTree(problem);
}
