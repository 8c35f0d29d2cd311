import { expect, test } from 'vitest';
import { GoRandom } from './go-random.ts';
import { GO_SEED_TABLE } from './go-seed-table.ts';

// Vectors of Go 1.19.8 with rand.Seed(42), each on a fresh generator.
test('draws what Go draws: Int63', () => {
  const go = new GoRandom(42);
  expect(Array.from({ length: 4 }, () => go.int63())).toEqual([
    3440579354231278675n,
    608747136543856411n,
    5571782338101878760n,
    1926012586526624009n,
  ]);
});

test('draws what Go draws: Intn, Perm, Shuffle', () => {
  const intn = new GoRandom(42);
  expect(Array.from({ length: 10 }, () => intn.intn(100))).toEqual([5, 87, 68, 50, 23, 45, 57, 76, 28, 43]);
  expect([...new GoRandom(42).perm(10)]).toEqual([7, 5, 8, 9, 2, 1, 6, 0, 3, 4]);
  const list = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  new GoRandom(42).shuffle(list);
  expect(list).toEqual([2, 5, 7, 9, 6, 8, 1, 4, 0, 3]);
});

test('the seed table is the recurrence run 7.8e12 steps from seed 1', () => {
  expect(deriveTable()).toBe(GO_SEED_TABLE);
});

const LENGTH = 607;
const TAP = 273;
const STEPS = 7_800_000_000_000n;
const MASK = (1n << 64n) - 1n;

/** x^steps modulo x^607 = x^334 + 1 over the 64-bit integers, applied to the simple seed. */
function deriveTable(): string {
  const state = simpleSeed();
  const power = polynomialPower(STEPS);
  // After the jump, word n is the sum of power[k] times word n+k of the plain sequence.
  const words = [...state];
  while (words.length < 2 * LENGTH) words.push((words.at(-LENGTH)! + words.at(-TAP)!) & MASK);
  const jumped = Array.from({ length: LENGTH }, (_, n) =>
    power.reduce((sum, factor, k) => (sum + factor * words[n + k]) & MASK, 0n),
  );
  const bytes = new DataView(new ArrayBuffer(8 * LENGTH));
  tableOrder(jumped).forEach((word, k) => bytes.setBigUint64(8 * k, word, true));
  return Buffer.from(bytes.buffer).toString('base64');
}

function simpleSeed(): bigint[] {
  let x = 1n;
  const next = (): bigint => (x = (48271n * x) % 2147483647n);
  for (let k = 0; k < 20; k++) next();
  const vec = Array.from({ length: LENGTH }, () => {
    const [a, b, c] = [next(), next(), next()];
    return ((a << 20n) ^ (b << 10n) ^ c) & MASK;
  });
  // The generator walks downwards from feed 334 and tap 0: in the order of time the state is read as below.
  return Array.from({ length: LENGTH }, (_, n) => vec[(LENGTH - TAP - 1 - n + 2 * LENGTH) % LENGTH]);
}

/** After so many steps the generator stands elsewhere in its table. */
function tableOrder(inTime: readonly bigint[]): bigint[] {
  const vec: bigint[] = [];
  const walked = Number(STEPS % BigInt(LENGTH));
  inTime.forEach((word, n) => (vec[(LENGTH - TAP - 1 - n - walked + 3 * LENGTH) % LENGTH] = word));
  return vec;
}

function polynomialPower(steps: bigint): bigint[] {
  let result = [1n, ...Array<bigint>(LENGTH - 1).fill(0n)];
  for (const bit of steps.toString(2)) {
    result = reduce(multiply(result, result));
    if (bit === '1') result = reduce([0n, ...result]);
  }
  return result;
}

function multiply(one: readonly bigint[], other: readonly bigint[]): bigint[] {
  const product = Array<bigint>(one.length + other.length - 1).fill(0n);
  one.forEach((a, i) => other.forEach((b, j) => (product[i + j] = (product[i + j] + a * b) & MASK)));
  return product;
}

/** x[n] = x[n-607] + x[n-273], so x^607 = x^334 + 1. */
function reduce(polynomial: bigint[]): bigint[] {
  for (let k = polynomial.length - 1; k >= LENGTH; k--) {
    const factor = polynomial[k];
    polynomial[k - LENGTH] = (polynomial[k - LENGTH] + factor) & MASK;
    polynomial[k - TAP] = (polynomial[k - TAP] + factor) & MASK;
  }
  const rest = polynomial.slice(0, LENGTH);
  while (rest.length < LENGTH) rest.push(0n);
  return rest;
}
