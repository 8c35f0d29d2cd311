import { InputError } from '../../sim/input-error.ts';
import { fieldText, shownValue } from '../schema-fault.ts';
import type { Path } from '../yaml-text.ts';
import { alternativesOf, isOneOf, LIST_FIELDS } from './list-fields.ts';

/** One alternative taken at one place of the file. */
export interface Pick {
  /** Where in the file the alternatives stand. */
  readonly path: Path;
  readonly index: number;
  /** How many there were. */
  readonly of: number;
  readonly value: unknown;
}

/** One scenario without alternatives, and which were taken to get it. */
export interface Variant {
  readonly data: unknown;
  readonly picks: readonly Pick[];
}

/** Each variant is checked and planned by itself; more than this nobody compares. */
const MOST_VARIANTS = 2000;

/** A choice of nothing (`oneOf: [null, ...]`): the field or the item is left out. */
const NOTHING = Symbol('nothing');

/**
 * Multiplies the lists of a scenario out: every combination of alternatives, the first ones first. `at` names places
 * in the file for sentences. Throws an InputError for empty lists and for more than anybody can have meant.
 */
export function variantsOf(data: unknown, at: (path: Path) => string): Variant[] {
  const count = countOf(data, [], false, at);
  if (count > MOST_VARIANTS)
    throw new InputError(
      `${at([])}: its lists multiply to ${count < 1e15 ? count : 'countless'} variants, and ${MOST_VARIANTS} are the most; shorten a list`,
    );
  return expand(data, [], false).map(({ data: one, picks }) => ({ data: one === NOTHING ? null : one, picks }));
}

/** Where in the file the value at this path of a variant stands: the same path, with the alternatives taken put in. */
export function pathInFile(data: unknown, picks: readonly Pick[], path: Path): Path {
  const taken = new Map(picks.map((pick) => [keyOf(pick.path), pick.index]));
  const here: PropertyKey[] = [];
  let value = data;
  let isList = false;
  const throughChoices = (): void => {
    for (;;) {
      const alternatives = alternativesOf(value, isList);
      const index = taken.get(keyOf(here));
      if (alternatives === undefined || index === undefined) return;
      if (isOneOf(value)) here.push('oneOf');
      here.push(index);
      value = alternatives[index];
    }
  };
  throughChoices();
  for (const part of path) {
    let own = part;
    // Items that were left out shift those after them.
    if (Array.isArray(value) && typeof part === 'number') own = keptItem(value, here, taken, part);
    here.push(own);
    if (typeof part === 'string') isList = LIST_FIELDS.has(part);
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, own)
        ? (value as Record<PropertyKey, unknown>)[own]
        : undefined;
    throughChoices();
  }
  return here;
}

function keptItem(list: readonly unknown[], at: Path, taken: ReadonlyMap<string, number>, wanted: number): number {
  let kept = -1;
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    const pick = isOneOf(item) ? taken.get(keyOf([...at, index])) : undefined;
    const isNothing = pick !== undefined && (item as { oneOf: unknown[] }).oneOf[pick] === null;
    if (!isNothing && ++kept === wanted) return index;
  }
  return wanted;
}

const keyOf = (path: Path): string => JSON.stringify(path);

function countOf(value: unknown, path: Path, isList: boolean, at: (path: Path) => string): number {
  const alternatives = checkedAlternatives(value, path, isList, at);
  if (alternatives !== undefined) {
    const inside = isOneOf(value) ? [...path, 'oneOf'] : path;
    return alternatives.reduce<number>(
      (sum, one, index) => sum + (isRepeated(alternatives, index) ? 0 : countOf(one, [...inside, index], isList, at)),
      0,
    );
  }
  if (Array.isArray(value))
    return value.reduce<number>((product, one, index) => product * countOf(one, [...path, index], true, at), 1);
  if (typeof value !== 'object' || value === null) return 1;
  return Object.entries(value).reduce(
    (product, [key, one]) => product * countOf(one, [...path, key], LIST_FIELDS.has(key), at),
    1,
  );
}

/** Whether the same scalar stands among the alternatives before: it would be the same variant once more. */
function isRepeated(alternatives: readonly unknown[], index: number): boolean {
  const value = alternatives[index];
  return (typeof value !== 'object' || value === null) && alternatives.indexOf(value) < index;
}

function checkedAlternatives(
  value: unknown,
  path: Path,
  isList: boolean,
  at: (path: Path) => string,
): readonly unknown[] | undefined {
  const field = fieldText(path) || 'the scenario';
  if (isOneOf(value)) {
    const others = Object.keys(value).filter((key) => key !== 'oneOf');
    if (others.length > 0)
      throw new InputError(
        `${at([...path, others[0]])}: ${field} has "${others[0]}" beside oneOf; put it into each of the alternatives`,
      );
    if (!Array.isArray(value.oneOf))
      throw new InputError(
        `${at([...path, 'oneOf'])}: ${field}: oneOf must be a list of alternatives, not ${shownValue(value.oneOf)}`,
      );
    if (value.oneOf.length === 0)
      throw new InputError(`${at([...path, 'oneOf'])}: ${field}: oneOf is empty; write at least one alternative`);
  } else if (Array.isArray(value) && !isList && value.length === 0)
    throw new InputError(`${at(path)}: ${field}: the list is empty; write at least one value, or leave the field out`);
  return alternativesOf(value, isList);
}

function expand(value: unknown, path: Path, isList: boolean): Variant[] {
  const alternatives = alternativesOf(value, isList);
  if (alternatives !== undefined) {
    const inside = isOneOf(value) ? [...path, 'oneOf'] : path;
    const of = alternatives.filter((_, index) => !isRepeated(alternatives, index)).length;
    return alternatives.flatMap((one, index) =>
      isRepeated(alternatives, index)
        ? []
        : expand(one, [...inside, index], isList).map(({ data, picks }) => ({
            data: data === null ? NOTHING : data,
            picks: [{ path, index, of, value: one }, ...picks],
          })),
    );
  }
  if (typeof value !== 'object' || value === null) return [{ data: value, picks: [] }];
  const list = Array.isArray(value);
  let variants: { entries: [string, unknown][]; picks: readonly Pick[] }[] = [{ entries: [], picks: [] }];
  for (const [key, one] of Object.entries(value)) {
    const inner = expand(one, [...path, list ? Number(key) : key], list || LIST_FIELDS.has(key));
    variants = variants.flatMap(({ entries, picks }) =>
      inner.map((variant): { entries: [string, unknown][]; picks: readonly Pick[] } => ({
        entries: variant.data === NOTHING ? entries : [...entries, [key, variant.data]],
        picks: variant.picks.length === 0 ? picks : [...picks, ...variant.picks],
      })),
    );
  }
  return variants.map(({ entries, picks }) => ({
    data: list ? entries.map(([, one]) => one) : Object.fromEntries(entries),
    picks,
  }));
}
