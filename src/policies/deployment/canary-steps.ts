import { InputError } from '../../sim/input-error.ts';

/**
 * Reads "5% 25% 50%": the shares of traffic of the stages, growing, each above 0 and at most 1. All of it is the last
 * stage, written or not. Throws an InputError.
 */
export function canarySteps(text: string): number[] {
  const shares: number[] = [];
  for (const word of text.split(/[\s;/]+/).filter((part) => part !== '')) {
    const match = /^(\d+(?:\.\d+)?)%$/.exec(word);
    const share = match ? Number(match[1]) / 100 : NaN;
    if (!(share > (shares.at(-1) ?? 0)) || share > 1)
      throw new InputError(
        `cannot read "${text}" as the stages of a canary; write growing percentages, like "5% 25% 50%"`,
      );
    shares.push(share);
  }
  if (shares.at(-1) !== 1) shares.push(1);
  return shares;
}
