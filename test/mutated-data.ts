import { stream, type RandomStream } from '../src/sim/random.ts';

type Path = (string | number)[];

/** Plain data with one thing wrong (or merely different) somewhere, and what was done, for the name of the test. */
export interface Mutant {
  readonly data: unknown;
  readonly what: string;
}

/** Values nobody means, of every kind that YAML can write. */
const ODD: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  -0.5,
  Infinity,
  -Infinity,
  NaN,
  1e18,
  9_007_199_254_740_991,
  '',
  ' ',
  '-5s',
  '1e99',
  '100y',
  '-10%',
  '1000%',
  'nonsense',
  'NaN',
  '${x}',
  '../../etc/passwd',
  '\u0000',
  'ä'.repeat(500),
  [],
  {},
  [[]],
  { oneOf: [] },
  { oneOf: 7 },
  { oneOf: [1, 2], other: 3 },
  { constructor: 1 },
];

/** So many mutants of the data; the same seed gives the same ones. */
export function mutantsOf(data: unknown, seed: string, count: number): Mutant[] {
  const random = stream(seed, 'mutants');
  const paths = pathsOf(data, []);
  return Array.from({ length: count }, () => {
    const path = pick(random, paths);
    const [what, change] = pick(random, MUTATIONS);
    return {
      data: changed(data, path, (value, parent) => change(value, random, parent)),
      what: `${what} at ${path.join('.')}`,
    };
  });
}

const DELETED = Symbol('deleted');
type Change = (value: unknown, random: RandomStream, key: string | number) => unknown;

const MUTATIONS: readonly (readonly [string, Change])[] = [
  ['deleted', () => DELETED],
  ['renamed', () => ({ renamed: true })],
  ['odd value', (_value, random) => pick(random, ODD)],
  ['odd value', (_value, random) => pick(random, ODD)],
  [
    'huge',
    (value) =>
      typeof value === 'number'
        ? value * 1e12
        : typeof value === 'string'
          ? value.replace(/\d+/, (digits) => `${digits}000000000`)
          : value,
  ],
  [
    'negative',
    (value) =>
      typeof value === 'number'
        ? -value
        : typeof value === 'string'
          ? value.replace(/\d/, (digit) => `-${digit}`)
          : value,
  ],
  ['as a list', (value) => [value]],
  ['twice in a list', (value) => [value, value]],
  ['a long list', (value) => Array.from({ length: 120 }, () => value)],
  ['nested', (value) => ({ inner: value })],
  ['deeply nested', (value) => Array.from({ length: 60 }).reduce<unknown>((inner) => [inner], value)],
  ['as text', (value) => JSON.stringify(value) ?? 'undefined'],
  ['letters swapped', (value, random) => (typeof value === 'string' ? swapped(value, random) : String(value))],
  ['cut', (value) => (typeof value === 'string' ? value.slice(0, Math.floor(value.length / 2)) : value)],
  ['another unit', (value) => (typeof value === 'string' ? value.replace(/(\d)[a-zA-Z%]+/, '$1parsec') : value)],
];

function swapped(text: string, random: RandomStream): string {
  const k = random.below(Math.max(1, text.length - 1));
  return text.slice(0, k) + (text[k + 1] ?? '') + (text[k] ?? '') + text.slice(k + 2);
}

function pathsOf(value: unknown, path: Path): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, one]) =>
    pathsOf(one, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return path.length === 0 ? inner : [path, ...inner];
}

/** A copy with the value at the path changed; `renamed` is told by what the change returns. */
function changed(value: unknown, path: Path, change: (value: unknown, key: string | number) => unknown): unknown {
  const [key, ...rest] = path;
  const copy: unknown[] | Record<string, unknown> = Array.isArray(value)
    ? [...(value as unknown[])]
    : { ...(value as Record<string, unknown>) };
  const map = copy as Record<string | number, unknown>;
  if (rest.length > 0) {
    map[key] = changed(map[key], rest, change);
    return copy;
  }
  const old = map[key];
  const next = change(old, key);
  const isRename = typeof next === 'object' && next !== null && Object.keys(next).join() === 'renamed';
  if (next === DELETED || (isRename && !Array.isArray(copy))) {
    if (Array.isArray(copy)) copy.splice(Number(key), 1);
    else delete map[key];
    if (isRename) map[`${key}x`] = old;
  } else map[key] = next;
  return copy;
}

function pick<T>(random: RandomStream, list: readonly T[]): T {
  return list[random.below(list.length)];
}
