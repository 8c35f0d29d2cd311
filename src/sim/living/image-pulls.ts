import { seconds } from '../time.ts';
import type { World } from './world.ts';

/** Time of a round trip to the registry, spent once a layer. */
const LAYER_ROUND_TRIP_US = 50_000;
/** Waits between tries: 10 s, doubled up to 300 s (kubelet's ImagePullBackOff). */
const FIRST_BACKOFF_US = seconds(10);
const MOST_BACKOFF_US = seconds(300);

/**
 * Images on their way to nodes. A node pulls one image after the other (kubelet's default, `serializeImagePulls`) and
 * keeps what it has pulled as long as it lives.
 */
export class ImagePulls {
  private readonly world: World;
  /** Per node: image (service and version) to the time at which it is there. */
  private readonly cached: Map<string, number>[];

  constructor(world: World) {
    this.world = world;
    this.cached = Array.from({ length: world.nodes.count }, () => new Map<string, number>());
  }

  /** When the image will be on the node, if nothing comes between. Now, where it is there already. */
  begin(node: number, service: number, version: number): number {
    const { world } = this;
    const { startUp } = world.spec.services[service];
    const image = `${service}/${version}`;
    const known = this.cached[node].get(image);
    if (known !== undefined) return Math.max(known, world.nowUs);
    const bytesPerSecond = world.spec.groups[world.nodes.group[node]].pullBytesPerSecond;
    const takesUs = seconds(startUp.imageBytes / bytesPerSecond) + startUp.imageLayers * LAYER_ROUND_TRIP_US;
    const fromUs = Math.max(world.nowUs, world.nodes.pullFreeUs[node]);
    const untilUs = startUp.imageBytes === 0 ? world.nowUs : fromUs + takesUs;
    world.nodes.pullFreeUs[node] = Math.max(world.nodes.pullFreeUs[node], untilUs);
    this.cached[node].set(image, untilUs);
    return untilUs;
  }

  /** The image is there already. */
  have(node: number, service: number, version: number): void {
    this.cached[node].set(`${service}/${version}`, this.world.nowUs);
  }

  /** Whether the image is there and whole; a pull that ends while it could not begin has failed. */
  succeeded(node: number, service: number, version: number): boolean {
    const { world } = this;
    const image = `${service}/${version}`;
    const readyUs = this.cached[node].get(image);
    if (readyUs === undefined) return false;
    const isPulledNow = readyUs === world.nowUs && world.spec.services[service].startUp.imageBytes > 0;
    if (isPulledNow && (world.registryDown || world.nodes.cutOff[node] === 1)) this.cached[node].delete(image);
    return this.cached[node].has(image) && readyUs <= world.nowUs && world.nodes.diskFull[node] === 0;
  }

  /** What keeps the node from pulling and unpacking the image now; undefined: nothing. */
  obstacle(node: number, service: number, version: number): string | undefined {
    const { world } = this;
    // A container writes to its disk even where its image is there already.
    if (world.nodes.diskFull[node] === 1) return 'the disk is full';
    const isThere = this.cached[node].has(`${service}/${version}`);
    if (isThere || world.spec.services[service].startUp.imageBytes === 0) return undefined;
    if (world.registryDown) return 'the registry is down';
    return world.nodes.cutOff[node] === 1 ? 'the registry cannot be reached' : undefined;
  }

  /** Wait after so many failed tries before this one. */
  backoffUs(tries: number): number {
    return Math.min(MOST_BACKOFF_US, FIRST_BACKOFF_US * (1 << Math.min(tries, 6)));
  }

  /** The machine stops: pulls that are not done begin anew when it runs again. */
  interrupt(node: number): void {
    const { nowUs, nodes } = this.world;
    for (const [image, readyUs] of this.cached[node]) if (readyUs > nowUs) this.cached[node].delete(image);
    nodes.pullFreeUs[node] = nowUs;
  }

  /** The machine is given back, and its disk with it. */
  forget(node: number): void {
    this.cached[node].clear();
    this.world.nodes.pullFreeUs[node] = 0;
  }
}
