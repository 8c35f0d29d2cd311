import { stringify } from 'yaml';

/** Documents as YAML that readers of versions 1.1 and 1.2 both take as it is meant. */
export function yamlText(documents: readonly unknown[]): string {
  return documents
    .map((one) => stringify(one, { version: '1.1', lineWidth: 0, singleQuote: true, aliasDuplicateObjects: false }))
    .join('---\n');
}

/** An object without what is undefined, an empty list, or an empty map. */
export function compact<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => !isNothing(one))) as Partial<T>;
}

/** The same, or undefined when nothing is left. */
export function compactOrNothing<T extends object>(value: T): Partial<T> | undefined {
  const left = compact(value);
  return Object.keys(left).length === 0 ? undefined : left;
}

function isNothing(value: unknown): boolean {
  if (value === undefined) return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** Every property may be absent, but none is there and undefined. */
export type Said<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** An object without what is undefined. */
export function said<T extends object>(value: T): Said<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Said<T>;
}
