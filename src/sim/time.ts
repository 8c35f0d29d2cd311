/**
 * Simulated time: a whole number of microseconds in a double, exact for 285 years.
 * Input in other units is converted once, at the edge, by the functions here.
 */

export const US_PER_SECOND = 1_000_000;

/** Whole microseconds in so many seconds; rounds to the nearest microsecond, halves up. */
export function seconds(count: number): number {
  return Math.floor(count * US_PER_SECOND + 0.5);
}

export const minutes = (count: number): number => seconds(count * 60);
export const hours = (count: number): number => seconds(count * 3600);
export const days = (count: number): number => seconds(count * 86_400);
