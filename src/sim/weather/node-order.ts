import type { NodePlace } from './weather-event.ts';

/**
 * These nodes in an order that a number decides (rendezvous hashing, Thaler and Ravishankar 1998): each name is hashed
 * with the number, and the lowest come first. One node more takes its place among the others and moves none of them, so
 * a storm that picks the first few meets the same nodes.
 */
export function orderOfNodes(places: readonly NodePlace[], nodes: readonly number[], word: number): number[] {
  return nodes
    .map((node) => ({ node, key: mixed(nameHash(places[node].name) ^ word) }))
    .sort((a, b) => a.key - b.key || a.node - b.node)
    .map(({ node }) => node);
}

/** FNV-1a over the UTF-16 units. */
function nameHash(name: string): number {
  let hash = 0x811c9dc5;
  for (let k = 0; k < name.length; k++) hash = Math.imul(hash ^ name.charCodeAt(k), 0x01000193);
  return hash;
}

/** The finaliser of MurmurHash3 (Appleby): every bit of the input moves every bit of the result. */
function mixed(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
