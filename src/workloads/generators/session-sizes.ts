import { aliasTable, geometric, type Sampler } from '../../sim/distributions.ts';

/** Sizes >= 1 as a mixture of geometric distributions, each given by its weight and mean. */
export interface SizeMixture {
  readonly mean: number;
  readonly draw: Sampler;
}

/** Most draws small, some large: how many jobs a user sends in one session. */
export function sizeMixture(parts: readonly { weight: number; mean: number }[]): SizeMixture {
  const pick = aliasTable(parts.map(({ weight }) => weight));
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  return {
    mean: parts.reduce((sum, { weight, mean }) => sum + (weight / total) * mean, 0),
    draw: (stream) => geometric(stream)(1 / parts[pick(stream)].mean),
  };
}
