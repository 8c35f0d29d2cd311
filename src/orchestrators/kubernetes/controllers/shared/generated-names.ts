import type { RandomStream } from '../../../../sim/random.ts';

/** Letters of generated names: no vowels and nothing that looks like another (`apimachinery/pkg/util/rand`). */
export const NAME_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
/** A name has at most 63 characters, five of which are drawn (`apiserver/pkg/storage/names`). */
const MAX_PREFIX = 58;

/** A name as the API server completes it: the prefix, cut to fit, and five letters. */
export function generatedName(prefix: string, names: RandomStream): string {
  let name = prefix.slice(0, MAX_PREFIX);
  for (let k = 0; k < 5; k++) name += NAME_LETTERS[names.below(NAME_LETTERS.length)];
  return name;
}
