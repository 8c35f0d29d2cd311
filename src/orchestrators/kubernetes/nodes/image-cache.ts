import type { ContainerImage } from '../objects/node.ts';

interface CachedImage {
  /** As the node reports it. */
  readonly names: readonly string[];
  /** Its first name, in full. */
  readonly name: string;
  readonly sizeBytes: number;
  usedUs: number;
}

/** The images that a node has on its disk. */
export class ImageCache {
  /** Bytes of all of them. */
  bytes = 0;
  private readonly images = new Map<string, CachedImage>();

  constructor(images: readonly ContainerImage[]) {
    for (const { names, sizeBytes } of images) {
      const name = names[0];
      if (name === undefined) continue;
      const image = { names, name: imageName(name), sizeBytes, usedUs: 0 };
      for (const one of names) this.images.set(imageName(one), image);
      this.bytes += sizeBytes;
    }
  }

  has(image: string): boolean {
    return this.images.has(imageName(image));
  }

  add(image: string, sizeBytes: number, nowUs: number): void {
    const name = imageName(image);
    if (this.images.has(name)) return;
    this.images.set(name, { names: [name], name, sizeBytes, usedUs: nowUs });
    this.bytes += sizeBytes;
  }

  /** A container was started of it. */
  use(image: string, nowUs: number): void {
    const cached = this.images.get(imageName(image));
    if (cached !== undefined) cached.usedUs = nowUs;
  }

  /**
   * Removes images that no container uses, the one used longest ago first, until so many bytes are freed; returns how
   * many were (`pkg/kubelet/images/image_gc_manager.go`).
   */
  free(bytesWanted: number, isUsed: (name: string) => boolean): number {
    let freed = 0;
    const unused = [...new Set(this.images.values())].filter(({ name }) => !isUsed(name));
    unused.sort((a, b) => a.usedUs - b.usedUs || (a.name < b.name ? -1 : 1));
    for (const image of unused) {
      if (freed >= bytesWanted) break;
      for (const [name, one] of this.images) if (one === image) this.images.delete(name);
      freed += image.sizeBytes;
    }
    this.bytes -= freed;
    return freed;
  }

  /** What the node's status says of them: the largest `most`, larger first (`pkg/kubelet/kubelet_getters.go`). */
  reported(most: number): ContainerImage[] {
    const bySize = [...new Set(this.images.values())].sort(
      (a, b) => b.sizeBytes - a.sizeBytes || (a.name < b.name ? -1 : 1),
    );
    return bySize.slice(0, most).map(({ names, sizeBytes }) => ({ names, sizeBytes }));
  }
}

/** An image's name with its tag; `docker.io/library/` is what names without a registry mean. */
export function imageName(image: string): string {
  const plain = image.startsWith('docker.io/library/') ? image.slice('docker.io/library/'.length) : image;
  return /[:@][^/]*$/.test(plain) ? plain : `${plain}:latest`;
}
