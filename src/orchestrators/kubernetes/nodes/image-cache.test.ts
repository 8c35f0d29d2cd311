import { describe, expect, it } from 'vitest';
import { ImageCache, imageName } from './image-cache.ts';

describe('images of a node', () => {
  it('go by their full names', () => {
    expect(imageName('nginx')).toBe('nginx:latest');
    expect(imageName('docker.io/library/nginx:1.27')).toBe('nginx:1.27');
    expect(imageName('registry.example:5000/shop/web')).toBe('registry.example:5000/shop/web:latest');
    expect(imageName('web@sha256:12ab')).toBe('web@sha256:12ab');
    const cache = new ImageCache([{ names: ['docker.io/library/nginx:1.27', 'nginx@sha256:12ab'], sizeBytes: 7 }]);
    expect([cache.has('nginx:1.27'), cache.has('nginx@sha256:12ab'), cache.has('nginx')]).toEqual([true, true, false]);
    expect(cache.bytes).toBe(7);
  });

  it('are reported by size, the largest fifty', () => {
    const cache = new ImageCache([]);
    for (let k = 1; k <= 60; k++) cache.add(`app:${k}`, k, 0);
    const reported = cache.reported(50);
    expect(reported.length).toBe(50);
    expect(reported[0]).toEqual({ names: ['app:60'], sizeBytes: 60 });
    expect(reported[49].sizeBytes).toBe(11);
  });

  it('are removed when nobody uses them, the one used longest ago first', () => {
    const cache = new ImageCache([]);
    cache.add('a:1', 10, 1);
    cache.add('b:1', 20, 2);
    cache.add('c:1', 30, 3);
    cache.use('a:1', 4);
    // b, then c; a was used last. 35 are wanted: 20 are not enough.
    expect(cache.free(35, () => false)).toBe(50);
    expect([cache.has('a:1'), cache.has('b:1'), cache.has('c:1'), cache.bytes]).toEqual([true, false, false, 10]);
    expect(cache.free(1, () => true)).toBe(0);
  });
});
