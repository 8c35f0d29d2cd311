import type { Node } from '../../objects/node.ts';
import type { ImageOnNode } from './reference-node.ts';

/**
 * Images of all nodes. Two things about it are upstream's: an image has the size that the first node with it reported,
 * and a node keeps the number of nodes that had the image when it last changed itself (upstream
 * pkg/scheduler/backend/cache/cache.go, addNodeImageStates; snapshots copy only nodes that changed).
 */
export class ImageStates {
  private readonly byName = new Map<string, { readonly sizeBytes: number; readonly nodes: Set<string> }>();

  add(node: Node): void {
    for (const [name, sizeBytes] of imagesOf(node)) {
      const known = this.byName.get(name);
      if (known === undefined) this.byName.set(name, { sizeBytes, nodes: new Set([node.metadata.name]) });
      else known.nodes.add(node.metadata.name);
    }
  }

  remove(node: Node): void {
    for (const [name] of imagesOf(node)) {
      const known = this.byName.get(name);
      known?.nodes.delete(node.metadata.name);
      if (known?.nodes.size === 0) this.byName.delete(name);
    }
  }

  /** The node's images as they are known now. */
  of(node: Node): ReadonlyMap<string, ImageOnNode> {
    const images = new Map<string, ImageOnNode>();
    for (const [name] of imagesOf(node)) {
      const known = this.byName.get(name);
      if (known !== undefined) images.set(name, { sizeBytes: known.sizeBytes, nodes: known.nodes.size });
    }
    return images;
  }
}

function* imagesOf(node: Node): Generator<readonly [string, number]> {
  for (const { names, sizeBytes } of node.status.images) for (const name of names) yield [name, sizeBytes];
}
