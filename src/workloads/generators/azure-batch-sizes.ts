/**
 * VMs of a batch at Azure as quantiles, [share, size]: 57 % have one, p90 is 7, p99 68, the largest 1,404 (Azure Public
 * Dataset V1; batches after Bergsma et al., SOSP 2021). Sizes are rounded to whole ones after drawing.
 */
export const AZURE_BATCH_SIZES: readonly (readonly [number, number])[] = [
  [0, 0.501],
  [0.57, 1.499],
  [0.744, 2.499],
  [0.809, 3.499],
  [0.85, 4.499],
  [0.9, 7.2],
  [0.9525, 15.5],
  [0.9705, 25.5],
  [0.99, 68],
  [0.9966, 200],
  [0.9999, 400],
  [1, 1404],
];
