import type { ImageOnNode } from '../reference/reference-node.ts';

const MEBIBYTE = 1024 * 1024;

/** ImageLocality's score of a node with these images: the same arithmetic as `reference/plugins/image-locality.ts`. */
export function imageScore(
  names: readonly string[],
  containerCount: number,
  images: ReadonlyMap<string, ImageOnNode>,
  nodeCount: number,
): number {
  let bytes = 0;
  for (const name of names) {
    const image = images.get(name);
    if (image !== undefined) bytes += Math.trunc(image.sizeBytes * (image.nodes / nodeCount));
  }
  const least = 23 * MEBIBYTE;
  const most = 1000 * MEBIBYTE * containerCount;
  return Math.trunc((100 * (Math.min(Math.max(bytes, least), most) - least)) / (most - least));
}
