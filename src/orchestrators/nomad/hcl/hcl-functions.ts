import type { HclValue } from './hcl-syntax.ts';

type HclFunction = (...args: HclValue[]) => HclValue;

export const textOf = (value: HclValue): string =>
  value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
const listOf = (value: HclValue): HclValue[] =>
  Array.isArray(value) ? value : value !== null && typeof value === 'object' ? Object.values(value) : [value];
const mapOf = (value: HclValue): { [key: string]: HclValue } =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
const numbersOf = (args: HclValue[]): number[] => args.flatMap((arg) => listOf(arg)).map(Number);
const sameValue = (a: HclValue, b: HclValue): boolean => JSON.stringify(a) === JSON.stringify(b);
const unique = (items: HclValue[]): HclValue[] =>
  items.filter((item, place) => items.findIndex((other) => sameValue(item, other)) === place);

/** Functions that job files use (developer.hashicorp.com, Nomad, "HCL2 functions"), those that read files or clocks left out. */
export const HCL_FUNCTIONS: Readonly<Record<string, HclFunction>> = {
  abs: (x) => Math.abs(Number(x)),
  ceil: (x) => Math.ceil(Number(x)),
  floor: (x) => Math.floor(Number(x)),
  max: (...xs) => Math.max(...numbersOf(xs)),
  min: (...xs) => Math.min(...numbersOf(xs)),
  parseint: (text, base) => parseInt(textOf(text), Number(base)),
  chomp: (text) => textOf(text).replace(/[\r\n]+$/, ''),
  format: (pattern, ...rest) => {
    let place = 0;
    return textOf(pattern).replace(/%(?:%|0?(\d*)([sdvqf]))/g, (whole: string, width: string, kind: string) => {
      if (whole === '%%') return '%';
      const value = rest[place++] ?? '';
      const text = kind === 'q' ? JSON.stringify(textOf(value)) : textOf(value);
      return whole.startsWith('%0') ? text.padStart(Number(width), '0') : text.padStart(Number(width));
    });
  },
  join: (between, ...lists) =>
    lists
      .flatMap((list) => listOf(list))
      .map(textOf)
      .join(textOf(between)),
  lower: (text) => textOf(text).toLowerCase(),
  upper: (text) => textOf(text).toUpperCase(),
  title: (text) => textOf(text).replace(/\b[a-z]/g, (letter) => letter.toUpperCase()),
  replace: (text, from, to) => textOf(text).replaceAll(textOf(from), textOf(to)),
  split: (between, text) => textOf(text).split(textOf(between)),
  substr: (text, from, length) => textOf(text).substr(Number(from), Number(length)),
  trim: (text, signs) => {
    const [whole, away] = [textOf(text), textOf(signs)];
    let from = 0;
    let to = whole.length;
    while (from < to && away.includes(whole[from])) from++;
    while (to > from && away.includes(whole[to - 1])) to--;
    return whole.slice(from, to);
  },
  trimspace: (text) => textOf(text).trim(),
  trimprefix: (text, prefix) => {
    const whole = textOf(text);
    return whole.startsWith(textOf(prefix)) ? whole.slice(textOf(prefix).length) : whole;
  },
  trimsuffix: (text, suffix) => {
    const whole = textOf(text);
    return whole.endsWith(textOf(suffix)) ? whole.slice(0, whole.length - textOf(suffix).length) : whole;
  },
  startswith: (text, prefix) => textOf(text).startsWith(textOf(prefix)),
  endswith: (text, suffix) => textOf(text).endsWith(textOf(suffix)),
  coalesce: (...values) => values.find((value) => value !== null && value !== '') ?? null,
  compact: (list) => listOf(list).filter((item) => item !== null && item !== ''),
  concat: (...lists) => lists.flatMap((list) => listOf(list)),
  contains: (list, value) => listOf(list).some((item) => sameValue(item, value)),
  distinct: (list) => unique(listOf(list)),
  element: (list, place) => {
    const items = listOf(list);
    return items.length === 0 ? null : items[((Number(place) % items.length) + items.length) % items.length];
  },
  flatten: (list) =>
    listOf(list).flatMap((item) => (Array.isArray(item) ? listOf(HCL_FUNCTIONS['flatten'](item)) : [item])),
  index: (list, value) => listOf(list).findIndex((item) => sameValue(item, value)),
  keys: (map) => Object.keys(mapOf(map)).sort(),
  values: (map) =>
    Object.keys(mapOf(map))
      .sort()
      .map((key) => mapOf(map)[key]),
  length: (value) => (typeof value === 'string' ? [...value].length : listOf(value).length),
  lookup: (map, key, otherwise) => {
    const entries = mapOf(map);
    return Object.hasOwn(entries, textOf(key)) ? entries[textOf(key)] : (otherwise ?? null);
  },
  merge: (...maps) => Object.assign({}, ...maps.map(mapOf)) as HclValue,
  range: (...bounds) => {
    const [from, to, by] = bounds.length === 1 ? [0, Number(bounds[0]), 1] : [...bounds.map(Number), 1];
    const items: number[] = [];
    if (by > 0) for (let value = from; value < to && items.length < 1024; value += by) items.push(value);
    return items;
  },
  reverse: (list) => [...listOf(list)].reverse(),
  setunion: (...lists) => unique(lists.flatMap((list) => listOf(list))),
  slice: (list, from, to) => listOf(list).slice(Number(from), Number(to)),
  sort: (list) => listOf(list).map(textOf).sort(),
  zipmap: (keys, values) =>
    Object.fromEntries(listOf(keys).map((key, place) => [textOf(key), listOf(values)[place] ?? null])),
  jsonencode: (value) => JSON.stringify(value),
  tostring: (value) => textOf(value),
  tonumber: (value) => Number(value),
  tobool: (value) => value === true || value === 'true',
  tolist: (value) => listOf(value),
  toset: (value) => unique(listOf(value)),
  tomap: (value) => mapOf(value),
};

/** Known to Nomad, but what they give lies outside of the file or the run. */
export const OUTSIDE_FUNCTIONS: ReadonlySet<string> = new Set([
  'file',
  'fileexists',
  'fileset',
  'abspath',
  'basename',
  'dirname',
  'pathexpand',
  'timestamp',
  'timeadd',
  'formatdate',
  'uuidv4',
  'uuidv5',
  'bcrypt',
  'md5',
  'sha1',
  'sha256',
  'sha512',
  'base64encode',
  'base64decode',
  'urlencode',
  'yamlencode',
  'yamldecode',
  'jsondecode',
  'csvdecode',
  'regex',
  'regexall',
  'regex_replace',
]);
