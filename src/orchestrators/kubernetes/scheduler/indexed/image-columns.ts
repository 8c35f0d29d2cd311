import type { Node } from '../../objects/node.ts';
import { ImageStates } from '../reference/image-states.ts';
import type { ImageOnNode } from '../reference/reference-node.ts';

/**
 * Which images each node has, as it was when the node last changed: decisions see a node's images as of then, however
 * many nodes have got them since (see `reference/image-states.ts`).
 */
export class ImageColumns {
  /** Raised whenever the images of any node change. */
  private epoch = 0;
  private readonly states = new ImageStates();
  private readonly images: (ReadonlyMap<string, ImageOnNode> | undefined)[] = [];
  private readonly seen: number[] = [];
  private changed: number[] = [];
  /** Nodes that have any image. */
  private holders = 0;

  /** Whether no node has an image. */
  get isEmpty(): boolean {
    return this.holders === 0;
  }

  /** Another state of a node; undefined: it was not there, or is no more. */
  replace(slot: number, before: Node | undefined, after: Node | undefined): void {
    const had = before === undefined ? 0 : before.status.images.length;
    const has = after === undefined ? 0 : after.status.images.length;
    if (had + has > 0) this.epoch++;
    // Also where the images are the same: one that only this node has gets the size that this node reports. [as upstream]
    if (before !== undefined) this.states.remove(before);
    if (after !== undefined) this.states.add(after);
    this.holders += (has > 0 ? 1 : 0) - (had > 0 ? 1 : 0);
    this.seen[slot] = -1;
    this.changed.push(slot);
  }

  /** The node has changed: the next decision sees its images as they are then. */
  touch(slot: number): void {
    if (this.holders > 0) this.changed.push(slot);
  }

  /** A decision looks: takes over what the nodes that changed have now. */
  refresh(nodes: readonly (Node | undefined)[]): void {
    if (this.changed.length === 0) return;
    for (const slot of this.changed) {
      if (this.seen[slot] === this.epoch) continue;
      const node = nodes[slot];
      this.images[slot] = node === undefined || node.status.images.length === 0 ? undefined : this.states.of(node);
      this.seen[slot] = this.epoch;
    }
    this.changed = [];
  }

  at(slot: number): ReadonlyMap<string, ImageOnNode> | undefined {
    return this.images[slot];
  }
}
