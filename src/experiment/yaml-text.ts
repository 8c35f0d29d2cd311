import { LineCounter, parseDocument, visit, type Document } from 'yaml';
import { InputError } from '../sim/input-error.ts';

export type Path = readonly PropertyKey[];

/** A file of plain data, and where each part of it stands in the text. */
export interface YamlText {
  readonly file: string;
  /** Maps, lists, texts, numbers, booleans and null; undefined when the file is empty. */
  readonly data: unknown;
  /** `file:line:column` of the value at this path, or of what is nearest to it. */
  readonly at: (path: Path) => string;
  /** The same of a key in the map at this path. */
  readonly atKey: (path: Path, key: string) => string;
}

/** Deeper than anything anybody writes by hand; whatever walks the data may then recurse. */
const MOST_LEVELS = 40;
const MOST_VALUES = 200_000;
const MOST_CHARACTERS = 8_000_000;

/**
 * Reads YAML (or JSON, which is YAML too). Throws an InputError that names file, line and column for text that is not
 * YAML, for aliases that stand for far too much, and for what is neither map, list, text nor number.
 */
export function readYaml(text: string, file: string): YamlText {
  if (text.length > MOST_CHARACTERS)
    throw new InputError(`${file}: the file has ${text.length} characters; nobody writes so much by hand`);
  const lines = new LineCounter();
  const where = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  const deep = depthEnd(text);
  if (deep !== undefined) throw new InputError(`${file}:${lineOf(text, deep)}: ${TOO_DEEP}`);
  let document: Document.Parsed;
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  } catch (error) {
    // The parser recurses and says no more than that its stack is full.
    if (error instanceof RangeError) throw new InputError(`${file}:1:1: ${TOO_DEEP}`);
    throw error;
  }
  const broken = document.errors[0];
  if (broken?.code === 'MULTIPLE_DOCS')
    throw new InputError(
      `${where(broken.pos[0])}: a second document begins here, and only one is read; split the file`,
    );
  if (broken) throw new InputError(`${where(broken.pos[0])}: this is not YAML: ${lowerFirst(broken.message)}`);
  const data = plainData(document, where);
  const at = (path: Path): string => where(offsetOf(document, path));
  checkPlain(data, [], { values: 0 }, at);
  return { file, data, at, atKey: (path, key) => where(offsetOfKey(document, path, key)) };
}

/** Where brackets are open beyond all measure, whatever they mean: the parser would take minutes for them. */
function depthEnd(text: string): number | undefined {
  let depth = 0;
  for (let k = 0; k < text.length; k++) {
    const sign = text.charCodeAt(k);
    if (sign === 0x5b || sign === 0x7b) {
      if (++depth > 1000) return k;
    } else if ((sign === 0x5d || sign === 0x7d) && depth > 0) depth--;
  }
  return undefined;
}

/** `line:column` of a place in the text. */
function lineOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `${before.length}:${before[before.length - 1].length + 1}`;
}

const TOO_DEEP = `maps and lists are nested more than ${MOST_LEVELS} levels deep; write it flatter`;

/** A message of a library as the end of a sentence. */
export const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');

/** The document as plain data. Aliases may make it endless, or so large that nobody can have meant it. */
function plainData(document: Document.Parsed, where: (offset: number) => string): unknown {
  try {
    const data: unknown = document.toJS();
    requireEnd(data, []);
    return data;
  } catch {
    throw new InputError(
      `${where(firstAlias(document))}: the file's aliases (*name) stand for themselves or for far too much; write it out`,
    );
  }
}

/** Throws when a value holds itself. */
function requireEnd(value: unknown, above: readonly unknown[]): void {
  if (typeof value !== 'object' || value === null || above.length > MOST_LEVELS) return;
  if (above.includes(value)) throw new Error('it holds itself');
  for (const one of Object.values(value)) requireEnd(one, [...above, value]);
}

function firstAlias(document: Document.Parsed): number {
  let offset = 0;
  visit(document, {
    Alias(_key, node) {
      offset = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

function checkPlain(value: unknown, path: Path, seen: { values: number }, at: (path: Path) => string): void {
  if (path.length > MOST_LEVELS) throw new InputError(`${at(path)}: ${TOO_DEEP}`);
  if (++seen.values > MOST_VALUES)
    throw new InputError(`${at([])}: the file stands for more than ${MOST_VALUES} values; its aliases may repeat it`);
  if (value === null || value === undefined || typeof value !== 'object') {
    if (typeof value === 'bigint') throw new InputError(`${at(path)}: this number is too large; write a smaller one`);
    return;
  }
  if (Array.isArray(value)) {
    value.forEach((one, index) => checkPlain(one, [...path, index], seen, at));
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw new InputError(`${at(path)}: a value with a tag such as !!binary is not known here; write plain text`);
  for (const [key, one] of Object.entries(value)) {
    if (key === '__proto__')
      throw new InputError(`${at([...path, key])}: nothing can be called "__proto__"; rename it`);
    checkPlain(one, [...path, key], seen, at);
  }
}

function offsetOf(document: Document.Parsed, whole: Path): number {
  const path = [...whole] as (string | number)[];
  for (; path.length > 0; path.pop()) {
    const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined;
    // An empty value (`key:`) has no text of its own; its key has.
    if (node?.range && node.range[0] < node.range[1]) return node.range[0];
    const key = path.at(-1);
    const ofKey = typeof key === 'string' ? keyOffset(document, path.slice(0, -1), key) : undefined;
    if (ofKey !== undefined) return ofKey;
    if (node?.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

function offsetOfKey(document: Document.Parsed, path: Path, key: string): number {
  return keyOffset(document, path, key) ?? offsetOf(document, path);
}

function keyOffset(document: Document.Parsed, path: Path, key: string): number | undefined {
  const parent = path.length === 0 ? document.contents : document.getIn(path as (string | number)[], true);
  const items = (parent as { items?: { key?: { value?: unknown; range?: [number, number, number] } }[] } | null)?.items;
  if (!Array.isArray(items)) return undefined;
  return items.find((one) => String(one.key?.value) === key)?.key?.range?.[0];
}
