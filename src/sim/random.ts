import seedrandom from 'seedrandom';

/**
 * A named stream of random numbers. Every purpose has its own (`arrivals`, `failures/node-7`), so that changing a
 * policy never changes the weather: policies that are compared meet the same storms.
 */
export interface RandomStream {
  /** The next number, uniform in [0, 1), a multiple of 2^-32. */
  next(): number;
  /** A whole number, uniform in [0, bound); bound up to 2^32. */
  below(bound: number): number;
  /** Uniform in [0, 1) with 53 random bits. */
  fine(): number;
}

/** The stream of this name under this seed. seedrandom's Alea (J. Baagøe), 10 ns a number. */
export function stream(seed: number | string, name: string): RandomStream {
  const generator = seedrandom.alea(`${seed}/${name}`);
  return {
    next: generator,
    below: (bound) => Math.floor(generator() * bound),
    fine: () => generator.double(),
  };
}
