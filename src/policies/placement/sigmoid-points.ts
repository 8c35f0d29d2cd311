import { exp } from '../../sim/exact-math.ts';

/** `thresholds[k-1]` is the smallest change, in milli-GPU, that earns k points. */
const thresholds = Float64Array.from({ length: 100 }, (_, k) => smallestEarning(k + 1));

/**
 * FGD's score of a change in fragmentation, in milli-GPU: 100 * sigmoid(change / 1000) in whole points, truncated. The
 * truncation is part of the published policy (a whole point of allocation hangs on it); ties it makes are settled by
 * the order of nodes.
 *
 * Looked up among thresholds, so no exponential is computed while deciding. The result equals that of Go's float64
 * arithmetic unless a change is within a rounding error of a threshold other than that of 50 points. That does not
 * happen: those thresholds are 1000 times a logarithm of a fraction, changes are whole numbers over the number of pods.
 * Near 0 changes do differ from 0 by rounding errors, and there exp(x) is 1 + x, correctly rounded, here and in Go.
 */
export function sigmoidPoints(change: number): number {
  let low = 0;
  let high = thresholds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (thresholds[middle] <= change) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** By bisection of the doubles between two changes whose points are beyond doubt (sigmoid(-50) and sigmoid(50)). */
function smallestEarning(points: number): number {
  let below = -50_000;
  let above = 50_000;
  for (;;) {
    const middle = below + (above - below) / 2;
    if (middle <= below || middle >= above) return above;
    if (Math.trunc(100 * (1 / (1 + exp(-middle / 1000)))) >= points) above = middle;
    else below = middle;
  }
}
