/**
 * Arrival rate at a replica of each level when `rate` requests arrive per replica and each goes to the lowest of
 * `choices` replicas (the supermarket equations of Vvedenskaya, Dobrushin and Karpelevich 1996, and Mitzenmacher 1996):
 * rate (s_k^d - s_{k+1}^d) / (s_k - s_{k+1}), with s_k the share of replicas at level k or above.
 * Choices between two whole numbers are a mixture of both.
 */
export function levelRates(
  into: Float64Array,
  shareAt: Float64Array,
  levels: number,
  rate: number,
  choices: number,
): void {
  if (choices <= 1) {
    into.fill(rate, 0, levels);
    return;
  }
  let above = 0;
  let aboveChosen = 0;
  for (let level = levels - 1; level >= 0; level--) {
    const share = shareAt[level] > 0 ? shareAt[level] : 0;
    const from = Math.min(1, above + share);
    const chosen = chosenAt(from, choices);
    // Where the difference would lose its digits, the quotient is the derivative in the middle.
    into[level] =
      share > 1e-5 * above && share > 0
        ? (rate * (chosen - aboveChosen)) / share
        : rate * chosenSlope((from + above) / 2, choices);
    above = from;
    aboveChosen = chosen;
  }
}

/** Chance that all that are looked at are among a share x of replicas. */
export function chosenAt(x: number, choices: number): number {
  const whole = Math.floor(choices);
  const power = wholePower(x, whole);
  return whole === choices ? power : power * (1 + (choices - whole) * (x - 1));
}

/** Its derivative. */
export function chosenSlope(x: number, choices: number): number {
  const whole = Math.floor(choices);
  const power = wholePower(x, whole - 1);
  const part = choices - whole;
  return (1 - part) * whole * power + part * (whole + 1) * power * x;
}

/**
 * Choices that make many independent queues as long as few dependent ones: when all replicas are busy at once, both that
 * are looked at are. For two choices, one place and exponential service the number there is longer by
 * load² / (2 (1 - load)) / replicas (Gast and Van Houdt, A refined mean field approximation, 2017); a chance to look
 * at one less that does the same is taken, whatever the service.
 */
export function choicesAmong(choices: number, replicas: number, load: number): number {
  const rho = Math.floor(Math.min(MOST_LOAD, Math.max(0.02, load)) * 50 + 0.5) / 50;
  // How much longer the queue of two choices gets per chance: s_k = rho s_{k-1}^2 differentiated.
  let tail = rho;
  let longer = 0;
  let change = 0;
  while (tail > 1e-9) {
    change = rho * tail * (2 * change + 1 - tail);
    longer += change;
    tail = rho * tail * tail;
  }
  const wanted = (rho * rho) / (2 * (1 - rho)) / longer;
  return choices - Math.floor(Math.min(MOST_LESS, wanted / (replicas + DAMPING * wanted)) * 128 + 0.5) / 128;
}

const MOST_LOAD = 0.96;
const MOST_LESS = 0.6;
/** For the second order in 1 / replicas: fitted to ten replicas. */
const DAMPING = 0.45;

/** x to a whole power >= 0. */
export function wholePower(x: number, power: number): number {
  let result = 1;
  let square = x;
  for (let left = power; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
