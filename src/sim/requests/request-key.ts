import { stirred } from './endpoints.ts';

/** 2^32 divided by the golden ratio: its multiples spread evenly. */
const GOLDEN = 0x9e3779b9;

/** What the keys of a traffic's requests differ by from those of other traffics. */
export function keySalt(traffic: number): number {
  return stirred(traffic + 1);
}

/** The key, 32 bits, of the request of this number. */
export function keyOf(salt: number, number: number): number {
  return stirred(salt ^ Math.imul(number + 1, GOLDEN));
}
