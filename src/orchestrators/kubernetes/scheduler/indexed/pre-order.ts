let ranks = new Int32Array(0);

/**
 * When each place of a list comes up in pre-order, the list taken as a binary tree (children of i: 2i+1 and 2i+2): of
 * equal highest scores the lowest rank wins (see `winsTie` of `tie-break.ts`). The order of two places does not depend
 * on how long the list is, so one table serves all.
 */
export function preOrderRanks(places: number): Int32Array {
  if (places <= ranks.length) return ranks;
  let length = 1024;
  while (length < places) length *= 2;
  ranks = new Int32Array(length);
  let rank = 0;
  const stack = [0];
  for (let place = stack.pop(); place !== undefined; place = stack.pop()) {
    ranks[place] = rank++;
    if (2 * place + 2 < length) stack.push(2 * place + 2);
    if (2 * place + 1 < length) stack.push(2 * place + 1);
  }
  return ranks;
}
