/** A user of the fairness comparison: what one task takes of each resource. */
export interface FairUser {
  readonly name: string;
  readonly demand: readonly number[];
}

/** One step of progressive filling: who gets a task, and their dominant share then. */
export interface FillingStep {
  readonly user: string;
  readonly share: number;
}

/** Largest share that so many tasks of a user take of any resource. */
export function dominantShare({ demand }: FairUser, capacity: readonly number[], tasks: number): number {
  let share = 0;
  demand.forEach((amount, k) => (share = Math.max(share, (amount * tasks) / capacity[k])));
  return share;
}

/**
 * Algorithm 1 of the paper: one whole task at a time to the user with the lowest dominant share, the first named on a tie,
 * until that user's task does not fit (Ghodsi et al., Dominant Resource Fairness, NSDI 2011).
 */
export function fillByDominantShare(users: readonly FairUser[], capacity: readonly number[]): readonly FillingStep[] {
  const tasks = users.map(() => 0);
  const free = [...capacity];
  const steps: FillingStep[] = [];
  for (;;) {
    let next = 0;
    for (let k = 1; k < users.length; k++)
      if (dominantShare(users[k], capacity, tasks[k]) < dominantShare(users[next], capacity, tasks[next])) next = k;
    const { demand, name } = users[next];
    if (demand.some((amount, k) => amount > free[k]) || demand.every((amount) => amount === 0)) return steps;
    demand.forEach((amount, k) => (free[k] -= amount));
    tasks[next]++;
    steps.push({ user: name, share: dominantShare(users[next], capacity, tasks[next]) });
  }
}

/** Divisible tasks of each user when all dominant shares are equal and as large as they can be. */
export function dominantResourceFairness(users: readonly FairUser[], capacity: readonly number[]): readonly number[] {
  return filledTo(
    users.map((user) => 1 / dominantShare(user, capacity, 1)),
    users,
    capacity,
  );
}

/** Divisible tasks when the sums of each user's shares of all resources are equal (asset fairness, section 5.1). */
export function assetFairness(users: readonly FairUser[], capacity: readonly number[]): readonly number[] {
  return filledTo(
    users.map(({ demand }) => 1 / demand.reduce((sum, amount, k) => sum + amount / capacity[k], 0)),
    users,
    capacity,
  );
}

/** The multiple of these proportions at which the first resource is used up. */
function filledTo(
  proportions: readonly number[],
  users: readonly FairUser[],
  capacity: readonly number[],
): readonly number[] {
  let scale = Infinity;
  capacity.forEach((size, k) => {
    const used = users.reduce((sum, { demand }, j) => sum + demand[k] * proportions[j], 0);
    if (used > 0) scale = Math.min(scale, size / used);
  });
  return proportions.map((one) => one * scale);
}

/**
 * Competitive equilibrium from equal incomes for two users and two resources: the divisible tasks with the greatest
 * product (section 5.2). The product is concave in its logarithm, so it is greatest at a corner of the possible or where
 * one resource alone is split in halves.
 */
export function competitiveEquilibrium(
  [a, b]: readonly [FairUser, FairUser],
  capacity: readonly number[],
): readonly [number, number] {
  const candidates: (readonly [number, number])[] = capacity.map((size, k) => [
    size / (2 * a.demand[k]),
    size / (2 * b.demand[k]),
  ]);
  for (let k = 0; k < capacity.length; k++)
    for (let j = k + 1; j < capacity.length; j++) {
      const determinant = a.demand[k] * b.demand[j] - b.demand[k] * a.demand[j];
      if (determinant === 0) continue;
      candidates.push([
        (capacity[k] * b.demand[j] - b.demand[k] * capacity[j]) / determinant,
        (a.demand[k] * capacity[j] - capacity[k] * a.demand[j]) / determinant,
      ]);
    }
  const possible = candidates.filter(
    ([x, y]) =>
      x >= 0 && y >= 0 && capacity.every((size, k) => a.demand[k] * x + b.demand[k] * y <= size * (1 + 1e-12)),
  );
  let best = possible[0];
  for (const one of possible) if (one[0] * one[1] > best[0] * best[1]) best = one;
  return best;
}
