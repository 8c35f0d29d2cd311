/**
 * Holm's step-down correction (Holm 1979, Scand. J. Statist. 6): adjusted p values, in the order given. Rejecting where
 * the adjusted value is below 0.05 keeps the chance of any false alarm among all of them below 0.05.
 */
export function holm(pValues: readonly number[]): number[] {
  const count = pValues.length;
  const order = pValues.map((_, index) => index).sort((a, b) => pValues[a] - pValues[b] || a - b);
  const adjusted = new Array<number>(count).fill(1);
  let running = 0;
  order.forEach((index, rank) => {
    running = Math.max(running, Math.min(1, (count - rank) * pValues[index]));
    adjusted[index] = running;
  });
  return adjusted;
}
