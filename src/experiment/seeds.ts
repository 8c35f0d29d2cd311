import { InputError } from '../sim/input-error.ts';

const MOST_SEEDS = 100_000;

/** Seeds from text: `7`, `1,2,5`, `1..10`, or a mixture such as `1..3,9`. In the order given, each once. */
export function parseSeeds(text: string, where: string): number[] {
  const seeds = new Set<number>();
  for (const part of text.split(',')) {
    const range = /^\s*(\d+)\s*(?:\.\.\s*(\d+)\s*)?$/.exec(part);
    if (!range)
      throw new InputError(
        `${where}: cannot read "${part.trim()}" as a seed; write whole numbers like "1,2" or "1..10"`,
      );
    const first = Number(range[1]);
    const last = range[2] === undefined ? first : Number(range[2]);
    if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last))
      throw new InputError(`${where}: the seed "${part.trim()}" is beyond 2^53; write a smaller one`);
    if (last < first)
      throw new InputError(`${where}: the range "${part.trim()}" runs backwards; write "${last}..${first}"`);
    if (last - first >= MOST_SEEDS)
      throw new InputError(`${where}: "${part.trim()}" is more than ${MOST_SEEDS} seeds; write fewer`);
    for (let seed = first; seed <= last; seed++) seeds.add(seed);
  }
  return [...seeds];
}
