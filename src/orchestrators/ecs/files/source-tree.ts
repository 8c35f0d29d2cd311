import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Document, type Node } from 'yaml';
import { InputError } from '../../../sim/input-error.ts';

/** A value of a file, and where it stands. `tag`: `!Ref` and the like of CloudFormation, '' elsewhere. */
export type SourceNode = SourceMap | SourceList | SourceScalar;

export interface SourceMap {
  readonly kind: 'map';
  readonly where: string;
  readonly tag: string;
  readonly entries: ReadonlyMap<string, SourceEntry>;
}

export interface SourceEntry {
  /** `file:line` of the key. */
  readonly where: string;
  readonly value: SourceNode;
}

export interface SourceList {
  readonly kind: 'list';
  readonly where: string;
  readonly tag: string;
  readonly items: readonly SourceNode[];
}

export interface SourceScalar {
  readonly kind: 'scalar';
  readonly where: string;
  readonly tag: string;
  readonly value: string | number | boolean | null;
}

const MOST_CHARACTERS = 8_000_000;
const MOST_LEVELS = 60;
const MOST_VALUES = 300_000;

/** The documents of a file of JSON or YAML; none when it is empty. Throws an InputError with file and line for anything else. */
export function readSource(text: string, file: string): SourceNode[] {
  if (text.length > MOST_CHARACTERS)
    throw new InputError(`${file}: the file has ${text.length} characters; split it into files of one object each`);
  requireFlat(text, file);
  const lines = new LineCounter();
  const where = (offset: number): string => `${file}:${Math.max(1, lines.linePos(offset).line)}`;
  let documents: Document.Parsed[];
  try {
    const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
    documents = Array.isArray(parsed) ? parsed : [];
  } catch (error) {
    if (error instanceof RangeError) throw new InputError(`${file}:1: ${TOO_DEEP}`);
    throw error;
  }
  const left = { values: MOST_VALUES };
  return documents.flatMap((document) => {
    const broken = document.errors[0];
    if (broken)
      throw new InputError(
        `${where(broken.pos[0])}: this is neither JSON nor YAML: ${broken.message.replace(/\.$/, '')}; mend it or leave the file out`,
      );
    const top = document.contents as Node | null;
    return top === null ? [] : [nodeOf(top, document, where, 0, left)];
  });
}

const TOO_DEEP = `maps and lists are nested more than ${MOST_LEVELS} levels deep; write it flatter`;

/** The parser takes minutes for brackets that are open beyond all measure. */
function requireFlat(text: string, file: string): void {
  let depth = 0;
  for (let k = 0; k < text.length; k++) {
    const sign = text.charCodeAt(k);
    if (sign === 0x5b || sign === 0x7b) {
      if (++depth > 500) throw new InputError(`${file}:${text.slice(0, k).split('\n').length}: ${TOO_DEEP}`);
    } else if ((sign === 0x5d || sign === 0x7d) && depth > 0) depth--;
  }
}

function nodeOf(
  node: Node,
  document: Document,
  whereIs: (offset: number) => string,
  depth: number,
  left: { values: number },
): SourceNode {
  const where = whereIs(node.range?.[0] ?? 0);
  if (depth > MOST_LEVELS) throw new InputError(`${where}: ${TOO_DEEP}`);
  if (--left.values < 0)
    throw new InputError(`${where}: the file stands for more than ${MOST_VALUES} values; its aliases may repeat it`);
  if (isAlias(node)) {
    const target = node.resolve(document);
    if (target === undefined) throw new InputError(`${where}: nothing is called "${node.source}"; write the value out`);
    return nodeOf(target, document, whereIs, depth + 1, left);
  }
  const tag = node.tag?.startsWith('!') === true ? node.tag : '';
  if (isMap(node)) {
    const entries = new Map<string, SourceEntry>();
    for (const { key, value } of node.items) {
      const keyNode = key as Node;
      const keyWhere = whereIs(keyNode.range?.[0] ?? 0);
      if (!isScalar(keyNode)) throw new InputError(`${keyWhere}: a key must be a text; write it in quotes`);
      const empty: SourceScalar = { kind: 'scalar', where: keyWhere, tag: '', value: null };
      entries.set(String(keyNode.value), {
        where: keyWhere,
        value: value === null ? empty : nodeOf(value as Node, document, whereIs, depth + 1, left),
      });
    }
    return { kind: 'map', where, tag, entries };
  }
  if (isSeq(node))
    return {
      kind: 'list',
      where,
      tag,
      items: node.items.map((one) => nodeOf(one as Node, document, whereIs, depth + 1, left)),
    };
  const value: unknown = isScalar(node) ? node.value : null;
  if (value === null || value === undefined) return { kind: 'scalar', where, tag, value: null };
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return { kind: 'scalar', where, tag, value };
  throw new InputError(`${where}: this value is neither text nor number; write it plainly`);
}
