/** The highest score that a plugin may give a node. */
export const MAX_NODE_SCORE = 100;

/**
 * Scales scores so that the highest becomes 100, in whole numbers; reversed, that one becomes 0. When all are 0, they
 * stay so, or all become 100 (upstream plugins/helper/normalize_score.go, DefaultNormalizeScore).
 */
export function normaliseByMaximum(scores: readonly number[], reversed: boolean): number[] {
  const highest = Math.max(0, ...scores);
  if (highest === 0) return scores.map((score) => (reversed ? MAX_NODE_SCORE : score));
  return scores.map((score) => {
    const share = Math.trunc((MAX_NODE_SCORE * score) / highest);
    return reversed ? MAX_NODE_SCORE - share : share;
  });
}
