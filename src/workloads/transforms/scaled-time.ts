import { InputError } from '../../sim/input-error.ts';

/** A time times `times` over `per`, in whole microseconds (nearest, halves up); Infinity stays. Throws InputError beyond 2^53. */
export function scaledTime(us: number, times: number, per = 1): number {
  if (us === Infinity) return Infinity;
  const scaled = Math.floor((us * times) / per + 0.5);
  if (scaled <= Number.MAX_SAFE_INTEGER) return scaled;
  throw new InputError(`${us / 1e6}s times ${times / per} is beyond 2^53 microseconds; use a smaller factor`);
}
