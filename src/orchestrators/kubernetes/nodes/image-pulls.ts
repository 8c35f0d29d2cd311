import type { ControlPlane } from '../api/control-plane.ts';
import type { NodeRuntime } from './node-runtime.ts';
import type { ContainerRun, PodRun } from './pod-run.ts';

/** Who waits for an image. */
export interface ImageWaiter {
  readonly run: PodRun;
  readonly container: ContainerRun;
}

export interface PullParts {
  readonly imageBytes: (image: string) => number;
  readonly bytesPerSecond: number;
  readonly manifestCheckUs: number;
  /** Why nothing can be pulled there now; undefined: it can. */
  readonly obstacle: (node: NodeRuntime) => string | undefined;
  /** The image is there, or `failed` says why not. */
  readonly done: (waiter: ImageWaiter, image: string, failed: string | undefined) => void;
}

interface Pull {
  readonly image: string;
  readonly waiters: ImageWaiter[];
  /** Only a look at whether it changed. */
  readonly check: boolean;
}

/**
 * Pulls of images, one at a time on every node and in the order in which they were asked for (serializeImagePulls).
 * Those who ask for an image that is on its way wait for the same pull.
 */
export class ImagePulls {
  private readonly plane: ControlPlane;
  private readonly parts: PullParts;
  private readonly kind: number;
  /** Pulls of each node by its number, the first one under way, and when that ends. */
  private readonly queues = new Map<number, { node: NodeRuntime; pulls: Pull[]; endUs: number }>();

  constructor(plane: ControlPlane, parts: PullParts) {
    this.plane = plane;
    this.parts = parts;
    this.kind = plane.clock.kind((nodeId) => this.finish(nodeId));
  }

  /** Asks for an image; `check`: it is there, and only looked at in the registry. */
  ask(node: NodeRuntime, image: string, waiter: ImageWaiter, check: boolean): void {
    let queue = this.queues.get(node.id);
    if (queue === undefined) this.queues.set(node.id, (queue = { node, pulls: [], endUs: Infinity }));
    const same = queue.pulls.find((pull) => pull.image === image && pull.check === check);
    if (same === undefined) queue.pulls.push({ image, waiters: [waiter], check });
    else same.waiters.push(waiter);
    if (queue.pulls.length === 1 && same === undefined) this.begin(queue);
  }

  /** Nothing can be pulled there any more: whoever waits is told why. */
  fail(node: NodeRuntime, why: string): void {
    const queue = this.queues.get(node.id);
    if (queue === undefined) return;
    this.queues.delete(node.id);
    for (const { image, waiters } of queue.pulls) for (const waiter of waiters) this.parts.done(waiter, image, why);
  }

  /** The registry is gone: no pull anywhere goes on. */
  failAll(why: string): void {
    for (const { node } of this.queues.values()) this.fail(node, why);
  }

  /** The machine has stopped and with it whoever waited. */
  forget(node: NodeRuntime): void {
    this.queues.delete(node.id);
  }

  private begin(queue: { node: NodeRuntime; pulls: Pull[]; endUs: number }): void {
    const { clock } = this.plane;
    const { image, check } = queue.pulls[0];
    const { imageBytes, bytesPerSecond, manifestCheckUs } = this.parts;
    const needsUs = check ? manifestCheckUs : Math.ceil((imageBytes(image) / bytesPerSecond) * 1e6);
    queue.endUs = this.parts.obstacle(queue.node) === undefined ? clock.nowUs + needsUs : clock.nowUs;
    clock.at(queue.endUs, this.kind, queue.node.id);
  }

  private finish(nodeId: number): void {
    const queue = this.queues.get(nodeId);
    if (queue === undefined || queue.endUs !== this.plane.clock.nowUs) return;
    const pull = queue.pulls.shift();
    if (pull === undefined) return;
    const { node } = queue;
    const failed = this.parts.obstacle(node);
    if (failed === undefined && !pull.check) {
      node.images.add(pull.image, this.parts.imageBytes(pull.image), this.plane.clock.nowUs);
      node.imagesChanged = true;
    }
    if (queue.pulls.length > 0) this.begin(queue);
    else this.queues.delete(nodeId);
    for (const waiter of pull.waiters) this.parts.done(waiter, pull.image, failed);
  }
}
