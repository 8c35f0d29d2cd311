import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Document, type Node } from 'yaml';
import { InputError } from '../../../sim/input-error.ts';
import type { NativeFile } from '../../native-file.ts';
import { listNode, mapNode, scalarNode, type ComposeMember, type ComposeNode } from './compose-node.ts';
import { plainValue } from './plain-value.ts';

const MOST_LEVELS = 40;
const MOST_VALUES = 100_000;
const MOST_CHARACTERS = 4_000_000;
const TOO_DEEP = `maps and lists are nested more than ${MOST_LEVELS} levels deep; write it flatter`;

/** A compose file as it is written, with anchors and merge keys resolved. */
export interface ComposeText {
  readonly root: ComposeNode;
  /** What docker's reader passes over: documents after the first. */
  readonly notes: readonly string[];
}

/** Reads the YAML of a compose file. Throws an InputError with file, line and column for what is no map in YAML. */
export function readComposeText({ file, text }: NativeFile): ComposeText {
  if (text.length > MOST_CHARACTERS)
    throw new InputError(`${file}: the file has ${text.length} characters; nobody writes so much by hand`);
  const lines = new LineCounter();
  const where = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  const deep = depthEnd(text);
  if (deep !== undefined) {
    const above = text.slice(0, deep).split('\n');
    throw new InputError(`${file}:${above.length}:${above[above.length - 1].length + 1}: ${TOO_DEEP}`);
  }
  const documents = parsed(text, lines, file);
  const first = documents[0];
  const broken = first?.errors[0];
  if (broken !== undefined)
    throw new InputError(`${where(broken.pos[0])}: this is not YAML: ${lowerFirst(broken.message)}`);
  const contents = first?.contents ?? null;
  if (!isMap(contents))
    throw new InputError(
      `${where(contents?.range?.[0] ?? 0)}: a compose file is a map; write "services:" and the services below it`,
    );
  const notes = documents
    .slice(1)
    .map(
      (one) =>
        `${where(one.range[0])}: docker stack deploy reads the first document of a file only; this one is not read`,
    );
  return { root: new Nodes(first, where).of(contents, 0), notes: notes.slice(0, 1) };
}

function parsed(text: string, lines: LineCounter, file: string): readonly Document.Parsed[] {
  try {
    const documents = parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'error',
      schema: 'failsafe',
    });
    return Array.isArray(documents) ? documents : [];
  } catch (error) {
    // The parser recurses and says no more than that its stack is full.
    if (error instanceof RangeError) throw new InputError(`${file}:1:1: ${TOO_DEEP}`);
    throw error;
  }
}

/** Nodes of one document. */
class Nodes {
  private readonly document: Document.Parsed;
  private readonly where: (offset: number) => string;
  /** What aliases being resolved stand for, to notice one that stands for itself. */
  private readonly open = new Set<Node>();
  private values = 0;

  constructor(document: Document.Parsed, where: (offset: number) => string) {
    this.document = document;
    this.where = where;
  }

  of(node: Node | null | undefined, level: number): ComposeNode {
    const at = this.where(node?.range?.[0] ?? 0);
    if (level > MOST_LEVELS) throw new InputError(`${at}: ${TOO_DEEP}`);
    if (++this.values > MOST_VALUES)
      throw new InputError(`${at}: the file's aliases (*name) stand for far too much; write it out`);
    if (isAlias(node)) return this.aliased(node.source, at, node, (target) => this.of(target, level + 1));
    if (isMap(node)) return mapNode(this.members(node.items as readonly Pair[], level), at);
    if (isSeq(node))
      return listNode(
        node.items.map((item) => this.of(item as Node, level + 1)),
        at,
      );
    if (isScalar(node)) {
      // The schema without types keeps every scalar as text; an unquoted one still has to be read.
      const text = typeof node.value === 'string' ? node.value : '';
      return scalarNode(node.type === 'PLAIN' && node.tag === undefined ? plainValue(text) : text, at);
    }
    return scalarNode(null, at);
  }

  private members(pairs: readonly Pair[], level: number): ReadonlyMap<string, ComposeMember> {
    const own = new Map<string, ComposeMember>();
    const merged = new Map<string, ComposeMember>();
    for (const { key, value } of pairs) {
      const keyAt = this.where(key?.range?.[0] ?? 0);
      if (!isScalar(key)) throw new InputError(`${keyAt}: a key must be a text; write a name and a colon`);
      const name = typeof key.value === 'string' ? key.value : '';
      if (name === '__proto__') throw new InputError(`${keyAt}: nothing can be called "__proto__"; rename it`);
      if (name === '<<' && key.type === 'PLAIN') {
        for (const [inherited, member] of this.merge(value, keyAt, level))
          if (!merged.has(inherited)) merged.set(inherited, member);
        continue;
      }
      const node = this.of(value, level + 1);
      // `key:` has no text of its own; its key has.
      const isEmpty = value === null || value === undefined || (isScalar(value) && value.source === '');
      own.set(name, { keyAt, node: isEmpty ? { ...node, where: keyAt } : node });
    }
    // What a map says itself comes before what it takes over.
    for (const [name, member] of merged) if (!own.has(name)) own.set(name, member);
    return own;
  }

  /** Members of the maps that a merge key names, nearest first. */
  private *merge(value: Node | null | undefined, keyAt: string, level: number): Generator<[string, ComposeMember]> {
    const taken = this.of(value, level + 1);
    for (const map of taken.kind === 'list' ? taken.items : [taken]) {
      if (map.kind !== 'map')
        throw new InputError(`${keyAt}: "<<" takes over a map, and this is none; write an alias of one, such as *name`);
      yield* map.members;
    }
  }

  private aliased(name: string, at: string, alias: Node, read: (target: Node) => ComposeNode): ComposeNode {
    const target = isAlias(alias) ? alias.resolve(this.document) : undefined;
    if (target === undefined)
      throw new InputError(`${at}: nothing above is called "${name}"; write &${name} where it is defined`);
    if (this.open.has(target)) throw new InputError(`${at}: the alias *${name} stands for itself; write it out`);
    this.open.add(target);
    const node = read(target);
    this.open.delete(target);
    return node;
  }
}

interface Pair {
  readonly key: Node | null;
  readonly value: Node | null;
}

/** Where brackets are open beyond all measure, whatever they mean: the parser would take minutes for them. */
function depthEnd(text: string): number | undefined {
  let depth = 0;
  for (let k = 0; k < text.length; k++) {
    const sign = text.charCodeAt(k);
    if (sign === 0x5b || sign === 0x7b) {
      if (++depth > 500) return k;
    } else if ((sign === 0x5d || sign === 0x7d) && depth > 0) depth--;
  }
  return undefined;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
