import { InputError } from '../../sim/input-error.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import type { PlacementFactory } from '../../sim/policy.ts';
import { balancedAllocation } from './balanced-allocation.ts';
import { bestFit } from './best-fit.ts';
import type { BuiltInPlacement } from './built-in.ts';
import { dotProduct } from './dot-product.ts';
import { fgd } from './fgd.ts';
import { fgdBestFit } from './fgd-best-fit.ts';
import { fgdDotProduct } from './fgd-dot-product.ts';
import { fgdRandom } from './fgd-random.ts';
import { firstFit } from './first-fit.ts';
import { gpuClustering } from './gpu-clustering.ts';
import { gpuPacking } from './gpu-packing.ts';
import { l2Norm } from './l2-norm.ts';
import { leastAllocated } from './least-allocated.ts';
import { mostAllocated } from './most-allocated.ts';
import { nextFit } from './next-fit.ts';
import { nodeSpread } from './node-spread.ts';
import { powerOf } from './power-of-d.ts';
import { random } from './random.ts';
import { tetris } from './tetris.ts';
import { worstFit } from './worst-fit.ts';
import { zoneSpread } from './zone-spread.ts';

export type { BuiltInPlacement } from './built-in.ts';

/** Every placement policy that ships with Baton, in the order of `baton policies`. */
export const placementPolicies: readonly BuiltInPlacement[] = [
  firstFit,
  nextFit,
  bestFit,
  worstFit,
  random,
  powerOf(2),
  leastAllocated,
  mostAllocated,
  balancedAllocation,
  nodeSpread,
  zoneSpread,
  dotProduct,
  l2Norm,
  tetris,
  gpuClustering,
  gpuPacking,
  fgd,
  fgdBestFit,
  fgdDotProduct,
  fgdRandom,
];

/** The policy of this name (`power-of-3` and so on too), to be created once per run. Throws an InputError otherwise. */
export function placementPolicy(name: string): PlacementFactory {
  return builtInPlacement(name).create;
}

/** As `placementPolicy`, with its description. */
export function builtInPlacement(name: string): BuiltInPlacement {
  const known = placementPolicies.find((policy) => policy.name === name);
  if (known) return known;
  const choices = /^power-of-(\d+|d)$/i.exec(name)?.[1];
  if (choices !== undefined) return powerOf(choicesFrom(name, choices));
  const names = placementPolicies.map((policy) => policy.name);
  throw new InputError(`no placement policy called "${name}"${suggestion(name, names)}`);
}

function choicesFrom(name: string, digits: string): number {
  const choices = digits.toLowerCase() === 'd' ? 2 : Number(digits);
  if (choices >= 1 && choices <= 1000) return choices;
  throw new InputError(
    `policy "${name}" draws ${digits} nodes; write a number from 1 to 1000, for example "power-of-2"`,
  );
}
