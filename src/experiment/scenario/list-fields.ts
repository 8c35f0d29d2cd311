/**
 * The fields that are lists by nature: a list there is that list. Everywhere else a list means "one of these", and
 * `{ oneOf: [...] }` means it everywhere.
 */
export const LIST_FIELDS: ReadonlySet<string> = new Set([
  'zones',
  'taints',
  'tolerates',
  'gpuModels',
  'startsAfter',
  'calls',
  'weather',
  'deployments',
  'objectives',
  'transforms',
  'between',
  'seeds',
  'shapes',
  'points',
  'states',
  'factors',
  'values',
  'sizes',
  'weights',
  'manifests',
  'files',
  'steps',
  'launch',
]);

/** Alternatives of one field: a list where none is by nature, or `{ oneOf: [...] }`. undefined: it is no choice. */
export function alternativesOf(value: unknown, isList: boolean): readonly unknown[] | undefined {
  if (Array.isArray(value)) return isList ? undefined : value;
  return isOneOf(value) ? (value.oneOf as readonly unknown[]) : undefined;
}

export function isOneOf(value: unknown): value is { oneOf: unknown } {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'oneOf');
}
