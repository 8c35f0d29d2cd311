import type { BuiltInPlacement } from './built-in.ts';
import { freeShareAfter } from './shares.ts';

const NAME = 'node-spread';
const SUMMARY = "the node with the fewest of the owner's pods, then the emptiest";
const SOURCE = 'Docker Swarm spread strategy, Amazon ECS spread(instanceId)';
/** One pod more on the node outweighs any free share, at most 3. */
const NODE_WEIGHT = 10;

/**
 * Node spread: an owner's pods go to as many nodes as there are, whatever their zone. A node that dies takes as few of
 * them as possible; a zone that dies may take nearly all.
 */
export const nodeSpread: BuiltInPlacement = {
  name: NAME,
  summary: SUMMARY,
  source: SOURCE,
  create: (context) => {
    const owners = context.owners?.();
    return {
      name: NAME,
      summary: SUMMARY,
      source: SOURCE,
      reads: 'cluster',
      score: (pod, node) => freeShareAfter(pod, node) - (owners?.onNode(pod.user, node.id) ?? 0) * NODE_WEIGHT,
    };
  },
};
