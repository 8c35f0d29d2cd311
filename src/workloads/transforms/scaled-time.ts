import { InputError } from '../../sim/input-error.ts';

/** A time multiplied by a factor, in whole microseconds (nearest, halves up); Infinity stays. Throws InputError beyond 2^53. */
export function scaledTime(us: number, factor: number): number {
  if (us === Infinity) return Infinity;
  const scaled = Math.floor(us * factor + 0.5);
  if (scaled <= Number.MAX_SAFE_INTEGER) return scaled;
  throw new InputError(`${us / 1e6}s times ${factor} is beyond 2^53 microseconds; use a smaller factor`);
}
