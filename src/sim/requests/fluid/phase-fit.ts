import { hyperexponentialParts } from '../../duration-spec.ts';

/** Exponential phases that stand for a service time of mean 1. */
export type PhaseFit =
  | { readonly kind: 'exponential' }
  /** `phases` of them one after the other, each at `rate`; with chance `skip` the first is left out. */
  | { readonly kind: 'erlang'; readonly phases: number; readonly skip: number; readonly rate: number }
  /** Of the first kind with this chance. */
  | { readonly kind: 'hyper'; readonly chance: number; readonly firstRate: number; readonly secondRate: number };

/** More phases in a row than this are not kept: the variance is 1/24 at least. */
export const MOST_PHASES = 24;
/** Within this of 1 a squared coefficient of variation counts as that of an exponential. */
const NEAR_ONE = 0.02;

/**
 * Phases with this squared coefficient of variation and mean 1: a mixture of Erlangs of k - 1 and k phases below 1
 * (Tijms, A First Course in Stochastic Models, 2003, section B.3), a hyperexponential with balanced means above.
 */
export function phaseFit(squaredCv: number, mostPhases: number = MOST_PHASES): PhaseFit {
  if (squaredCv > 1 + NEAR_ONE) {
    const { chance, firstUs, secondUs } = hyperexponentialParts(1, Math.min(squaredCv, 1000));
    return { kind: 'hyper', chance, firstRate: 1 / firstUs, secondRate: 1 / secondUs };
  }
  if (squaredCv > 1 - NEAR_ONE) return { kind: 'exponential' };
  const cv = Math.max(squaredCv, 1 / mostPhases);
  const phases = Math.ceil(1 / cv - 1e-9);
  const skip = Math.max(0, (phases * cv - Math.sqrt(Math.max(0, phases * (1 + cv) - phases * phases * cv))) / (1 + cv));
  return { kind: 'erlang', phases, skip, rate: phases - skip };
}
