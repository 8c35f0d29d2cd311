import type { z } from 'zod';
import { suggestion } from '../sim/nearest-name.ts';
import { lowerFirst, type Path } from './yaml-text.ts';

type Issue = z.core.$ZodIssue;

/** What is wrong with some data, and where. */
export interface Fault {
  readonly path: Path;
  /** The key in the map at `path` that should not be there. */
  readonly key?: string;
  /** Without its place: what, and what to write instead. */
  readonly sentence: string;
}

/** What sentences call things. */
export interface FaultWords {
  /** "an experiment", "a scenario": what has no such field. */
  readonly whole: string;
  /** The end of "the field "x" is missing; ...". */
  readonly missing: string;
}

/** The one fault that says most about why the schema refused the data. */
export function schemaFault(
  schema: z.core.$ZodType,
  issues: readonly Issue[],
  data: unknown,
  words: FaultWords,
): Fault {
  const issue = deepest(issues, [], data);
  const isKey = issue.code === 'invalid_key';
  return {
    path: isKey ? issue.path.slice(0, -1) : issue.path,
    ...(issue.code === 'unrecognized_keys' && { key: issue.keys[0] }),
    ...(isKey && { key: String(issue.path.at(-1)) }),
    sentence: sentence(schema, issue, data, words),
  };
}

/** A union fails in all its branches; the one that got furthest is the one that was meant. */
function deepest(issues: readonly Issue[], base: Path, data: unknown): Issue {
  const candidates = issues.map((issue): Issue => {
    const path = [...base, ...issue.path];
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      const branches = issue.errors.map((branch) => deepest(branch, path, data));
      const best = branches.reduce((a, b) => (rank(b, data) > rank(a, data) ? b : a));
      const atSamePlace = branches.every((one) => one.path.length === path.length && one.code === 'invalid_type');
      return atSamePlace ? { ...issue, path, message: branches.map((one) => expectation(one)).join(' or ') } : best;
    }
    return { ...issue, path };
  });
  return candidates.reduce((a, b) => (rank(b, data) > rank(a, data) ? b : a));
}

/** Deeper is nearer to what was meant; at one depth, a misspelt key says more than the field it left missing. */
function rank(issue: Issue, data: unknown): number {
  if (valueAt(data, issue.path) === undefined) return issue.path.length - 0.9;
  if (issue.code === 'unrecognized_keys') return issue.path.length + 0.5 + 0.3 / (issue.keys.length + 1);
  return issue.path.length + (issue.code === 'invalid_type' ? 0 : 0.25);
}

function expectation(issue: Issue): string {
  if (issue.code !== 'invalid_type') return lowerFirst(issue.message);
  const words: Record<string, string> = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'an object',
    record: 'an object',
  };
  return words[issue.expected] ?? issue.expected;
}

function sentence(schema: z.core.$ZodType, issue: Issue, data: unknown, words: FaultWords): string {
  const field = fieldText(issue.path);
  const value = valueAt(data, issue.path);
  const shown = ` ${shownValue(value)}`;
  if (value === undefined && issue.code !== 'custom') return `the field "${field}" is missing; ${words.missing}`;
  switch (issue.code) {
    case 'unrecognized_keys': {
      const key = issue.keys[0];
      return `${field === '' ? words.whole : field} has no field "${key}"${suggestion(key, keysAt(schema, issue.path))}`;
    }
    case 'invalid_union':
      return `${field || 'the file'} must be ${[...new Set(issue.message.split(' or '))].join(' or ')}, not${shown}`;
    case 'invalid_type':
      return `${field || 'the file'} must be ${expectation(issue)}, not${shown}`;
    case 'invalid_value':
      return `${field} cannot be${shown}; write ${issue.values.map((one) => JSON.stringify(one)).join(' or ')}`;
    case 'invalid_key':
      return `${fieldText(issue.path.slice(0, -1)) || 'the file'}: ${JSON.stringify(String(issue.path.at(-1)))} ${lowerFirst(issue.issues[0]?.message ?? issue.message)}`;
    case 'invalid_format':
      return `${field}:${shown} ${issue.message}`;
    case 'custom':
      return field === '' ? lowerFirst(issue.message) : `${field}: ${issue.message}`;
    case 'too_small':
      if (issue.origin === 'number' || issue.origin === 'int')
        return `${field} must be ${issue.inclusive ? 'at least' : 'above'} ${String(issue.minimum)}, not${shown}`;
      return `${field} is not right: ${lowerFirst(issue.message)}, not${shown}`;
    case 'too_big':
      if (issue.origin === 'number' || issue.origin === 'int')
        return `${field} must be ${issue.inclusive ? 'at most' : 'below'} ${String(issue.maximum)}, not${shown}`;
      return `${field} is not right: ${lowerFirst(issue.message)}, not${shown}`;
    default:
      return `${field} is not right: ${lowerFirst(issue.message)}, not${shown}`;
  }
}

/** A path as one writes it: `services.web.calls[0]`. */
export function fieldText(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

/** A value as a sentence can show it. */
export function shownValue(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return JSON.stringify(value)?.slice(0, 60) ?? String(value);
}

export function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

/** The fields that may stand in the map at this path; of all branches where the schema has several. */
function keysAt(schema: z.core.$ZodType, path: Path): string[] {
  let places = opened(schema);
  for (const part of path)
    places = places.flatMap((place) => {
      const inner = place.type === 'object' ? place.shape?.[String(part)] : (place.valueType ?? place.element);
      return inner === undefined ? [] : opened(inner);
    });
  return [...new Set(places.flatMap((place) => Object.keys(place.shape ?? {})))];
}

/** What is read of a schema's own description. */
interface SchemaParts {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly valueType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
  readonly innerType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
}

/** A schema without its wrappers (optional, default, transformed), one for each branch. */
function opened(schema: z.core.$ZodType): SchemaParts[] {
  const { def } = schema as unknown as { def: SchemaParts };
  if (def.options) return def.options.flatMap(opened);
  const inner = def.innerType ?? def.in;
  return inner === undefined ? [def] : opened(inner);
}
