/**
 * A dual feasible function f: [0,1] -> [0,1]: whatever items fit into one bin together (sizes x, Σ x <= 1), Σ f(x) <= 1
 * as well. So Σ f over all items is a lower bound on the number of bins, and Σ f · run time one on the time of bins.
 */
export interface DualFeasible {
  readonly name: string;
  /** `ask` of `capacity`, whole numbers, 0 <= ask <= capacity. */
  readonly of: (ask: number, capacity: number) => number;
}

export const IDENTITY: DualFeasible = { name: 'L1', of: (ask, capacity) => ask / capacity };

/** u(k) of Fekete & Schepers (2001): x itself when (k+1)x is whole, else the whole part of (k+1)x, over k. */
export function rounded(k: number): DualFeasible {
  return {
    name: `dual feasible u(${k})`,
    of: (ask, capacity) => {
      const scaled = (k + 1) * ask;
      const rest = scaled % capacity;
      return rest === 0 ? ask / capacity : (scaled - rest) / capacity / k;
    },
  };
}

/**
 * U(ε) of Fekete & Schepers (2001), ε = threshold / capacity <= 1/2: items above 1 - ε count as 1, those below ε as 0.
 * Its maximum over ε is the bound L2 of Martello & Toth (1990) before rounding.
 */
export function clipped(thresholdShare: number): DualFeasible {
  return {
    name: `dual feasible U(${thresholdShare})`,
    of: (ask, capacity) =>
      ask > capacity * (1 - thresholdShare) ? 1 : ask < capacity * thresholdShare ? 0 : ask / capacity,
  };
}

/**
 * The step function of Carlier, Clautiaux & Moukrim (2007) for ε = 1/parts: below 1/2 the whole part of parts·x, above
 * it parts minus the whole part of parts·(1-x), all over parts. Feasible: a bin has at most one item above 1/2, and
 * the rest of it, 1-x, holds at most the whole part of parts·(1-x) parts.
 */
export function stepped(parts: number): DualFeasible {
  return {
    name: `dual feasible steps of 1/${parts}`,
    of: (ask, capacity) => {
      if (2 * ask === capacity) return 0.5;
      const whole = (part: number): number => (part * parts - ((part * parts) % capacity)) / capacity;
      return 2 * ask < capacity ? whole(ask) / parts : (parts - whole(capacity - ask)) / parts;
    },
  };
}

/** The functions tried on streams of pods, where thresholds cannot be taken from the pods themselves. */
export const DUAL_FEASIBLE: readonly DualFeasible[] = [
  IDENTITY,
  ...[1, 2, 3, 4, 5].map(rounded),
  ...[1 / 2, 3 / 8, 1 / 3, 1 / 4, 1 / 8].map((share) => ({ ...clipped(share), name: `big items above ${1 - share}` })),
  ...[2, 3, 4, 5, 6, 8, 12].map(stepped),
];
