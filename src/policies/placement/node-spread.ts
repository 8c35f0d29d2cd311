import { spread } from './spread.ts';

/**
 * Node spread: an owner's pods go to as many nodes as there are, whatever their zone. A node that dies takes as few of
 * them as possible; a zone that dies may take nearly all.
 */
export const nodeSpread = spread(
  {
    name: 'node-spread',
    summary: "the node with the fewest of the owner's pods, then the emptiest",
    source: 'Docker Swarm spread strategy, Amazon ECS spread(instanceId)',
  },
  { zone: 0, node: 10 },
);
