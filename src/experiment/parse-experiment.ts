import { LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { InputError } from '../sim/input-error.ts';
import { experimentSchema, type ExperimentText } from './experiment-schema.ts';
import { suggestion } from '../sim/nearest-name.ts';

type Issue = z.core.$ZodIssue;

/**
 * Reads an experiment from YAML (or JSON, which is YAML too).
 * Throws an InputError whose sentence names the first fault as file:line:column.
 */
export function parseExperiment(text: string, file: string): ExperimentText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const where = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const broken = document.errors[0];
  if (broken) throw new InputError(`${where(broken.pos[0])}: this is not YAML: ${lowerFirst(broken.message)}`);
  const data = plainData(document, file);
  if (data === null || data === undefined)
    throw new InputError(`${file}: the file holds no experiment; \`baton init\` writes one to begin with`);
  const parsed = experimentSchema.safeParse(data);
  if (parsed.success) return data as ExperimentText;
  const issue = deepest(parsed.error.issues, [], data);
  throw new InputError(`${where(offsetOf(document, issue))}: ${sentence(issue, data)}`);
}

/** The document as plain data. Aliases may make it endless, or so large that nobody can have meant it. */
function plainData(document: Document.Parsed, file: string): unknown {
  try {
    const data: unknown = document.toJS();
    JSON.stringify(data);
    return data;
  } catch {
    throw new InputError(`${file}: its aliases (*name) stand for themselves or for far too much; write it out`);
  }
}

/** A union fails in all its branches; the one that got furthest is the one that was meant. */
function deepest(issues: readonly Issue[], base: readonly PropertyKey[], data: unknown): Issue {
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

function sentence(issue: Issue, data: unknown): string {
  const field = issue.path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
  const value = valueAt(data, issue.path);
  const shown = ` ${JSON.stringify(value)?.slice(0, 60)}`;
  if (value === undefined) return `the field "${field}" is missing; \`baton init\` shows how to write it`;
  switch (issue.code) {
    case 'unrecognized_keys': {
      const key = issue.keys[0];
      const place = field === '' ? 'an experiment' : field;
      return `${place} has no field "${key}"${suggestion(key, knownKeys(issue.path))}`;
    }
    case 'invalid_union':
      return `${field || 'the file'} must be ${[...new Set(issue.message.split(' or '))].join(' or ')}, not${shown}`;
    case 'invalid_type':
      return `${field || 'the file'} must be ${expectation(issue)}, not${shown}`;
    case 'invalid_value':
      return `${field} cannot be${shown}; write ${issue.values.map((one) => JSON.stringify(one)).join(' or ')}`;
    default:
      return `${field} is not right: ${lowerFirst(issue.message)}, not${shown}`;
  }
}

/** What may stand at a place where an unknown field was found. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  const fields: Record<string, string[]> = {
    '': ['name', 'clusters', 'workloads', 'policies', 'seeds', 'whenFull', 'stopAfter'],
    clusters: ['name', 'nodes', 'file', 'format', 'generate', 'options'],
    nodes: ['count', 'cpu', 'memory', 'gpus', 'gpuModel', 'zone'],
    workloads: ['name', 'file', 'format', 'generate', 'options', 'transforms'],
    policies: ['name', 'placement', 'queue', 'backfill'],
  };
  const names = path.filter((part) => typeof part === 'string');
  return fields[names.at(-1) ?? ''] ?? [];
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let value = data;
  for (const part of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[part];
  return value;
}

function offsetOf(document: Document.Parsed, issue: Issue): number {
  const path = [...issue.path] as (string | number)[];
  if (issue.code === 'unrecognized_keys') {
    const parent = path.length === 0 ? document.contents : document.getIn(path, true);
    const pairs =
      (parent as { items?: { key?: { value?: unknown; range?: [number, number, number] } }[] } | null)?.items ?? [];
    const pair = pairs.find((one) => one.key?.value === issue.keys[0]);
    if (pair?.key?.range) return pair.key.range[0];
  }
  for (; path.length > 0; path.pop()) {
    const range = (document.getIn(path, true) as { range?: [number, number, number] } | undefined)?.range;
    if (range) return range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
