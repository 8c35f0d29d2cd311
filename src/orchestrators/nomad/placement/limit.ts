/** How many candidates with a bad score are put aside, and up to which score that is (scheduler/feasible/stack.go). */
const MOST_SKIPPED = 3;
const BAD_SCORE = 0;

/**
 * The first candidates of a source, `limit` of them. Up to three with a score of 0 or less are put aside and come only
 * when the source has no others.
 */
export function limited<T extends { readonly score: number }>(next: () => T | undefined, limit: number): T[] {
  const taken: T[] = [];
  const aside: T[] = [];
  while (taken.length < limit) {
    const candidate = next();
    if (candidate === undefined) {
      taken.push(...aside.slice(0, limit - taken.length));
      return taken;
    }
    if (candidate.score <= BAD_SCORE && aside.length < MOST_SKIPPED) aside.push(candidate);
    else taken.push(candidate);
  }
  return taken;
}

/** The first of those with the highest score. */
export function best<T extends { readonly score: number }>(candidates: readonly T[]): T | undefined {
  let top: T | undefined;
  for (const candidate of candidates) if (top === undefined || candidate.score > top.score) top = candidate;
  return top;
}
