/** The highest score that a plugin may give a node. */
export const MAX_NODE_SCORE = 100;

/**
 * Scales scores so that the highest becomes 100, in whole numbers; reversed, that one becomes 0. When all are 0, they
 * stay so, or all become 100 (upstream plugins/helper/normalize_score.go, DefaultNormalizeScore).
 */
export function normaliseByMaximum(scores: readonly number[], reversed: boolean): number[] {
  const highest = largest(scores, 0);
  if (highest === 0) return scores.map((score) => (reversed ? MAX_NODE_SCORE : score));
  return scores.map((score) => {
    const share = Math.trunc((MAX_NODE_SCORE * score) / highest);
    return reversed ? MAX_NODE_SCORE - share : share;
  });
}

/** The largest of the numbers, at least `floor`; unlike Math.max(...), for any number of nodes. */
export function largest(numbers: readonly number[], floor: number): number {
  let most = floor;
  for (const number of numbers) if (number > most) most = number;
  return most;
}

/** The smallest of the numbers, at most `ceiling`. */
export function smallest(numbers: readonly number[], ceiling: number): number {
  let least = ceiling;
  for (const number of numbers) if (number < least) least = number;
  return least;
}
