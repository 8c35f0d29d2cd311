import {
  LineCounter,
  isCollection,
  isMap,
  isPair,
  isScalar,
  parseDocument,
  visit,
  type Document,
  type ScalarTag,
} from 'yaml';
import { InputError } from '../../../../sim/input-error.ts';
import type { TextPart } from './document-cutter.ts';
import { readJson } from './plain-json.ts';
import { resolvePlain } from './plain-scalar.ts';
import { parsePlainYaml, UNUSUAL } from './plain-yaml.ts';

export type Path = readonly (string | number)[];

/** A document (or an item of a List) as plain data, and where each part of it stands in its file. */
export interface ManifestDocument {
  readonly file: string;
  /** Maps, lists, texts, numbers, booleans and null; undefined: nothing but comments. */
  readonly data: unknown;
  /** `file:line:column` of its first line. */
  readonly begins: string;
  /** `file:line:column` of the value at this path, or of what is nearest to it. */
  at(path: Path): string;
  /** How the scalar at this path is written; undefined: there is none. */
  source(path: Path): string | undefined;
}

/** Deeper than any object of the API. */
const MOST_LEVELS = 60;

/** Reads one part of a file. Throws an InputError with file, line and column for what is neither YAML nor JSON. */
export function readDocument(part: TextPart, file: string): ManifestDocument {
  const lookup = new Lookup(part, file);
  const fast = part.json ? readJson(part.text) : parsePlainYaml(part.text);
  const data = fast === UNUSUAL ? lookup.whole() : fast;
  const begins = `${file}:${part.line}:${part.column}`;
  return { file, data, begins, at: (path) => lookup.at(path), source: (path) => lookup.source(path) };
}

/** The full parser's view of a part: made when the part is unusual, or when someone asks where something stands. */
class Lookup {
  private readonly part: TextPart;
  private readonly file: string;
  private readonly lines = new LineCounter();
  private parsed: Document.Parsed | undefined;

  constructor(part: TextPart, file: string) {
    this.part = part;
    this.file = file;
  }

  at(path: Path): string {
    return this.where(offsetOf(this.document(), path));
  }

  source(path: Path): string | undefined {
    const node = this.document().getIn(path, true);
    return isScalar(node) && node.range ? this.part.text.slice(node.range[0], node.range[1]) : undefined;
  }

  /** All of it as data, with aliases resolved. */
  whole(): unknown {
    const { text } = this.part;
    const deep = depthEnd(text);
    if (deep !== undefined) throw this.error(this.whereInText(deep), TOO_DEEP);
    const document = this.document();
    const fault = document.errors[0];
    if (fault !== undefined)
      throw this.error(this.where(fault.pos[0]), yamlFault(fault.message, this.part, fault.pos[0]));
    const warning = document.warnings[0];
    if (warning !== undefined) throw this.error(this.where(warning.pos[0]), yamlFault(warning.message, this.part, 0));
    visit(document, {
      Pair: (_key, pair) => {
        if (!isCollection(pair.key)) return undefined;
        const offset = pair.key.range?.[0] ?? 0;
        const what = text.slice(0, offset + 1).endsWith('{{') ? HELM : 'a map or list cannot be a key; write a text';
        throw this.error(this.where(offset), what);
      },
    });
    let data: unknown;
    try {
      data = document.toJS({ maxAliasCount: 100 });
      requireEnd(data, 0, { values: 0 });
    } catch (error) {
      const alias = firstAlias(document);
      if (alias === undefined) throw this.error(this.where(0), TOO_DEEP);
      const what = String(error).includes('Unresolved alias')
        ? `no anchor of this document (or item) is called "${alias.name}"; write the value out`
        : `the alias *${alias.name} stands for itself or for far too much; write it out`;
      throw this.error(this.where(alias.offset), what);
    }
    return data;
  }

  private document(): Document.Parsed {
    if (this.parsed !== undefined) return this.parsed;
    try {
      this.parsed = parseDocument(this.part.text, {
        lineCounter: this.lines,
        prettyErrors: false,
        logLevel: 'error',
        schema: 'failsafe',
        customTags: [PLAIN],
        merge: true,
      });
    } catch (error) {
      // The parser recurses and says no more than that its stack is full.
      if (error instanceof RangeError) throw this.error(`${this.file}:${this.part.line}:1`, TOO_DEEP);
      throw error;
    }
    return this.parsed;
  }

  private where(offset: number): string {
    const { line, col } = this.lines.linePos(offset);
    return this.place(Math.max(1, line), Math.max(1, col));
  }

  private whereInText(offset: number): string {
    const before = this.part.text.slice(0, offset).split('\n');
    return this.place(before.length, before[before.length - 1].length + 1);
  }

  private place(line: number, column: number): string {
    const { part } = this;
    return `${this.file}:${part.line + line - 1}:${line === 1 ? part.column + column - 1 : column}`;
  }

  private error(where: string, what: string): InputError {
    return new InputError(`${where}: ${what}`);
  }
}

const TOO_DEEP = `maps and lists are nested more than ${MOST_LEVELS} levels deep; write it flatter`;
const HELM = 'this is a Helm template that was not rendered; run "helm template" and read what it writes';
const PLAIN: ScalarTag = {
  tag: 'tag:yaml.org,2002:plain',
  default: true,
  test: /^(?:[-+.0-9~yYnNtTfFoO].*)?$/,
  resolve: (text) => resolvePlain(text),
};

/** What a parser's message means to someone who wrote a manifest. */
function yamlFault(message: string, { text, json }: TextPart, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1).split('\n', 1)[0];
  if (/\{\{/.test(line)) return HELM;
  if (/keys must be unique/i.test(message)) return 'the key stands here twice; delete one of them';
  if (!json && (/tab/i.test(message) || /^ *\t/.test(line)))
    return 'a tab indents this line, which YAML does not allow; indent with spaces';
  if (/unresolved tag/i.test(message)) return `${lower(message)}; write a plain value`;
  return `this is not ${json ? 'JSON' : 'YAML'}: ${lower(message)}`;
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
}

/**
 * Where brackets are open beyond all measure: the parser would take minutes for them. Lines that do not end in the middle
 * of a flow collection begin anew, since logs and scripts in block scalars leave brackets open.
 */
function depthEnd(text: string): number | undefined {
  let depth = 0;
  let last = 0;
  for (let k = 0; k < text.length; k++) {
    const sign = text.charCodeAt(k);
    if (sign === 0x5b || sign === 0x7b) {
      if (++depth > 1000) return k;
    } else if ((sign === 0x5d || sign === 0x7d) && depth > 0) depth--;
    else if (sign === 0x0a && last !== 0x5b && last !== 0x7b && last !== 0x2c && last !== 0x3a) depth = 0;
    if (sign > 0x20) last = sign;
  }
  return undefined;
}

/** Throws for data that is endless, larger than its text can mean, or deeper than anything. */
function requireEnd(value: unknown, depth: number, seen: { values: number }): void {
  if (++seen.values > 2_000_000) throw new Error('too many values');
  if (depth > MOST_LEVELS) throw new Error('too deep');
  if (typeof value !== 'object' || value === null) return;
  for (const one of Object.values(value)) requireEnd(one, depth + 1, seen);
}

function firstAlias(document: Document.Parsed): { offset: number; name: string } | undefined {
  let found: { offset: number; name: string } | undefined;
  visit(document, {
    Alias(_key, node) {
      found = { offset: node.range?.[0] ?? 0, name: node.source };
      return visit.BREAK;
    },
  });
  return found;
}

function offsetOf(document: Document.Parsed, whole: Path): number {
  const path = [...whole];
  for (; path.length > 0; path.pop()) {
    const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined;
    // An empty value (`key:`) has no text of its own; its key has.
    if (node?.range && node.range[0] < node.range[1]) return node.range[0];
    const key = path[path.length - 1];
    const ofKey = typeof key === 'string' ? keyOffset(document, path.slice(0, -1), key) : undefined;
    if (ofKey !== undefined) return ofKey;
    if (node?.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

function keyOffset(document: Document.Parsed, path: Path, key: string): number | undefined {
  const parent = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find((one) => isPair(one) && isScalar(one.key) && String(one.key.value) === key);
  return (pair?.key as { range?: [number, number, number] } | undefined)?.range?.[0];
}
