import { aliasTable, geometric, type Sampler } from '../../sim/distributions.ts';
import { log } from '../../sim/exact-math.ts';
import { InputError } from '../../sim/input-error.ts';
import { AZURE_BATCH_SIZES } from '../generators/azure-batch-sizes.ts';

/** How many requests come at once: whole numbers from 1 up, as `TrafficSource` takes them. */
export interface BatchSizes {
  readonly mean: number;
  /**
   * E[X^2] / E[X]: the index of dispersion of requests whose batches come as a Poisson process, in windows of any
   * length.
   */
  readonly dispersion: number;
  readonly sample: Sampler;
}

const LARGEST = 1_000_000;

/** Always so many. */
export function fixedBatch(size: number): BatchSizes {
  if (!(Number.isSafeInteger(size) && size >= 1 && size <= LARGEST))
    throw new InputError(`a batch cannot have ${size} requests; write a whole number from 1 to ${LARGEST}`);
  return { mean: size, dispersion: size, sample: () => size };
}

/** 1, 2, 3, ... with ever smaller chances: p (1 - p)^(k - 1), p = 1 / mean. Dispersion 2 mean - 1. */
export function geometricBatch(mean: number): BatchSizes {
  if (!(mean >= 1 && mean <= LARGEST))
    throw new InputError(`the mean size of a batch is ${mean}; write a number from 1 to ${LARGEST}, such as 5`);
  return { mean, dispersion: 2 * mean - 1, sample: (stream) => geometric(stream)(1 / mean) };
}

/** Sizes with weights: up to 65,536 of them. */
export function weightedBatch(sizes: readonly number[], weights: readonly number[]): BatchSizes {
  if (sizes.length === 0 || sizes.length > 65_536 || sizes.length !== weights.length)
    throw new InputError(
      `there are ${sizes.length} sizes and ${weights.length} weights; write one weight for each size`,
    );
  for (const size of sizes) fixedBatch(size);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0 && total < Infinity) || weights.some((weight) => !(weight >= 0)))
    throw new InputError('the weights of batch sizes must be from 0 up, and not all 0');
  const mean = sizes.reduce((sum, size, k) => sum + (size * weights[k]) / total, 0);
  const square = sizes.reduce((sum, size, k) => sum + (size * size * weights[k]) / total, 0);
  const pick = aliasTable(weights);
  return { mean, dispersion: square / mean, sample: (stream) => sizes[pick(stream)] };
}

/**
 * VMs that one user starts at once at Azure (Azure Public Dataset V1; batches after Bergsma et al., SOSP 2021): 57 %
 * come alone, the mean is 4.9, p90 7, p99 68, the largest 1,404.
 */
export function azureVmBatch(): BatchSizes {
  const largest = AZURE_BATCH_SIZES[AZURE_BATCH_SIZES.length - 1][1];
  const sizes = Array.from({ length: largest }, (_, k) => k + 1);
  return weightedBatch(
    sizes,
    sizes.map((size) => shareBelow(size + 0.5) - shareBelow(size - 0.5)),
  );
}

/** The share of batches below this size; between two quantiles the logarithm of the size is linear. */
function shareBelow(size: number): number {
  const k = AZURE_BATCH_SIZES.findIndex(([, value]) => value >= size);
  if (k === 0) return 0;
  if (k < 0) return 1;
  const [lowShare, low] = AZURE_BATCH_SIZES[k - 1];
  const [highShare, high] = AZURE_BATCH_SIZES[k];
  return lowShare + (highShare - lowShare) * (log(size / low) / log(high / low));
}
