import type { ScorePlugin } from '../plugin.ts';
import { MAX_NODE_SCORE } from '../normalise.ts';

const MEBIBYTE = 1024 * 1024;
/** Fewer bytes than this on the node are no reason to go there. */
const LEAST_BYTES = 23 * MEBIBYTE;
/** For each container, more bytes than this do not count. */
const MOST_BYTES_PER_CONTAINER = 1000 * MEBIBYTE;

/**
 * Prefers nodes that have the pod's images already; an image that is on few nodes counts for less, so that a new image
 * does not draw all pods to the node that has it first (upstream plugins/imagelocality). Image volumes count since 1.36.
 */
export const imageLocality: ScorePlugin = {
  name: 'ImageLocality',
  prepare({ info }, _feasible, { profile, nodes }) {
    const images = profile.version === '1.36' ? [...info.images, ...info.imageVolumes] : info.images;
    const most = MOST_BYTES_PER_CONTAINER * info.containerCount;
    return {
      score(node) {
        let bytes = 0;
        for (const name of images) {
          const image = node.images.get(name);
          if (image !== undefined) bytes += Math.trunc(image.sizeBytes * (image.nodes / nodes.length));
        }
        const within = Math.min(Math.max(bytes, LEAST_BYTES), most);
        return Math.trunc((MAX_NODE_SCORE * (within - LEAST_BYTES)) / (most - LEAST_BYTES));
      },
    };
  },
};
