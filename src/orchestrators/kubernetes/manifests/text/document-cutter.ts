import { InputError } from '../../../../sim/input-error.ts';
import { JsonScan } from './json-scan.ts';

/** A part of a file that is parsed by itself. */
export interface TextPart {
  /** One item of a List, the rest of that List, or any other document. */
  readonly role: 'document' | 'item' | 'list-head';
  readonly text: string;
  readonly json: boolean;
  /** Where it begins in the file, from 1. */
  readonly line: number;
  readonly column: number;
  /** Number of the item in its List, from 0. */
  readonly item: number;
}

/** No object of a cluster is larger: etcd takes 1.5 MB. */
const LARGEST_PART = 32_000_000;

/**
 * Cuts a file into documents, and the `items` of a large List into one part each, while it comes in: no more is held
 * than one part and one chunk. The rest of a List (`kind`, `metadata`) comes before its items if it stands there, and
 * once more behind them, as what follows them.
 */
export function* cutDocuments(chunks: Iterable<string>, file: string): Generator<TextPart> {
  const cutter = new DocumentCutter(file);
  for (const chunk of chunks) yield* cutter.take(chunk);
  yield* cutter.finish();
}

class DocumentCutter {
  private readonly file: string;
  /** What has come and is not part of a finished line. */
  private rest = '';
  private atStart = true;
  private line = 1;
  private column = 1;
  private mode: 'yaml' | 'json' = 'yaml';
  /** The part that is being collected, and where it began. */
  private parts: string[] = [];
  private size = 0;
  private partLine = 1;
  private blank = true;
  /** YAML: how far in the dashes of `items` are; -1: the key was read and no dash yet; -2: not in `items`. */
  private dashes = -2;
  private list = false;
  private items = 0;
  private json = new JsonScan();

  constructor(file: string) {
    this.file = file;
  }

  *take(chunk: string): Generator<TextPart> {
    if (chunk === '') return;
    this.rest = this.rest === '' ? chunk : this.rest + chunk;
    if (this.atStart) {
      this.atStart = false;
      if (this.rest.charCodeAt(0) === 0xfeff) this.rest = this.rest.slice(1);
    }
    yield* this.scan(false);
  }

  *finish(): Generator<TextPart> {
    yield* this.scan(true);
    if (this.mode === 'json') yield this.jsonPart('document', this.rest, this.line, this.column);
    else yield* this.endDocument();
  }

  private *scan(last: boolean): Generator<TextPart> {
    for (;;) {
      if (this.mode === 'yaml') {
        if (!(yield* this.scanLines(last))) return;
      }
      if (!(yield* this.scanJson())) return;
    }
  }

  /** Reads lines; true: JSON follows. */
  private *scanLines(last: boolean): Generator<TextPart, boolean> {
    const text = this.rest;
    let from = 0;
    let partFrom = 0;
    while (from < text.length) {
      const json = this.blank ? beginsJson(text, from) : false;
      if (json === undefined && !last) break;
      let end = text.indexOf('\n', from);
      if (end < 0) {
        if (!last && json !== true) break;
        end = text.length;
      }
      const first = text.charCodeAt(from);
      if (json === true) {
        this.rest = text.slice(from);
        this.column = 1;
        this.mode = 'json';
        this.json = new JsonScan();
        this.parts = [];
        this.size = 0;
        return true;
      }
      const boundary = this.boundaryAt(text, from, end, first);
      if (boundary !== undefined) {
        this.keep(text.slice(partFrom, from));
        yield* this.endPart(boundary);
        partFrom = from;
        if (boundary === 'document') {
          // What stands behind the dashes belongs to the document that begins.
          const behind = text.slice(from + 3, end).trim();
          if (behind !== '' && first === 0x2d) {
            this.keep(`   ${text.slice(from + 3, Math.min(end + 1, text.length))}`);
            this.blank = behind.startsWith('#');
          } else this.partLine = this.line + 1;
          partFrom = Math.min(end + 1, text.length);
        } else if (boundary === 'item') {
          this.keep(`${text.slice(from, from + this.dashes)} `);
          partFrom = from + this.dashes + 1;
          this.blank = false;
        }
      } else if (this.blank && first !== 0x25 && !blankLine(text, from, end)) this.blank = false;
      this.line++;
      from = end + 1;
    }
    from = Math.min(from, text.length);
    this.keep(text.slice(partFrom, from));
    this.rest = text.slice(from);
    if (this.rest.length > LARGEST_PART) this.tooLarge();
    return false;
  }

  /** Whether a part ends before this line, and what begins with it. */
  private boundaryAt(
    text: string,
    from: number,
    end: number,
    first: number,
  ): 'document' | 'item' | 'list-head' | undefined {
    if (first === 0x2d && text.startsWith('---', from) && endsWord(text, from + 3, end)) return 'document';
    if (first === 0x2e && text.startsWith('...', from) && endsWord(text, from + 3, end)) return 'document';
    if (this.dashes === -2) {
      if (first === 0x69 && !this.list && ITEMS.test(text.slice(from, Math.min(end, from + 200)))) {
        this.dashes = -1;
        this.list = true;
        this.items = 0;
      }
      return undefined;
    }
    let start = from;
    while (text.charCodeAt(start) === 0x20) start++;
    if (start >= end || text.charCodeAt(start) === 0x23 || text.charCodeAt(start) === 0x0d) return undefined;
    const dash = text.charCodeAt(start) === 0x2d && endsWord(text, start + 1, end);
    if (this.dashes === -1) {
      // `items:` with something else than a list below it is left to the parser.
      this.dashes = dash ? start - from : -2;
      this.list = dash;
      return dash ? 'item' : undefined;
    }
    if (start - from > this.dashes) return undefined;
    if (dash && start - from === this.dashes) return 'item';
    this.dashes = -2;
    return 'list-head';
  }

  /** Gives out what was collected, as the next boundary says what begins. */
  private *endPart(next: 'document' | 'item' | 'list-head'): Generator<TextPart> {
    if (next === 'document') {
      yield* this.endDocument();
      this.partLine = this.line;
      return;
    }
    const wasItem = this.items > 0;
    yield* this.give(wasItem ? 'item' : 'list-head');
    this.blank = false;
    if (next === 'item') this.items++;
    else this.items = 0;
    this.partLine = this.line;
  }

  private *endDocument(): Generator<TextPart> {
    if (this.dashes === -1) this.list = false;
    if (this.items > 0) yield* this.give('item');
    else yield* this.give(this.list ? 'list-head' : 'document');
    if (this.list && this.items > 0) yield this.part('list-head', '', this.line);
    this.dashes = -2;
    this.list = false;
    this.items = 0;
    this.blank = true;
  }

  private *give(role: TextPart['role']): Generator<TextPart> {
    let text = this.parts.length === 1 ? this.parts[0] : this.parts.join('');
    this.parts = [];
    this.size = 0;
    // What stands above the first dash says `items:` with nothing below.
    if (role === 'list-head' && this.dashes >= 0) text = text.replace(/^items:.*$/m, '');
    if (this.blank && role === 'document') return;
    yield this.part(role, text, this.partLine);
  }

  private part(role: TextPart['role'], text: string, line: number): TextPart {
    const plain = text.includes('\r') ? text.replaceAll('\r\n', '\n') : text;
    return { role, text: plain, json: false, line, column: 1, item: Math.max(0, this.items - 1) };
  }

  private keep(text: string): void {
    if (text === '') return;
    this.parts.push(text);
    this.size += text.length;
    if (this.size > LARGEST_PART) this.tooLarge();
  }

  private tooLarge(): never {
    throw new InputError(
      `${this.file}:${this.partLine}:1: this object has more than ${LARGEST_PART / 1e6} million characters; is the file a manifest?`,
    );
  }

  /** Reads JSON on; true: the value has ended and lines follow. */
  private *scanJson(): Generator<TextPart, boolean> {
    const { json } = this;
    for (;;) {
      const found = json.next(this.rest);
      if (found === undefined) {
        if (this.rest.length > LARGEST_PART) this.tooLarge();
        return false;
      }
      if (found === 'items') {
        const head = this.rest.slice(0, json.at);
        yield this.jsonPart('list-head', `${head}]}`, this.line, this.column);
        this.list = true;
        this.items = 0;
        this.skip(json.at);
      } else if (found === 'item') {
        const text = this.rest.slice(json.itemFrom, json.at);
        this.items++;
        const [line, column] = this.placeOf(json.itemFrom);
        yield this.jsonPart('item', text, line, column);
        this.skip(json.at);
      } else {
        const text = this.rest.slice(0, json.at);
        if (this.list) yield this.jsonPart('list-head', `{${text.replace(/^\s*\]?\s*,?/, '')}`, this.line, this.column);
        else yield this.jsonPart('document', text, this.line, this.column);
        this.skip(json.at);
        this.list = false;
        this.items = 0;
        this.mode = 'yaml';
        this.blank = true;
        this.partLine = this.line;
        return true;
      }
    }
  }

  private skip(length: number): void {
    [this.line, this.column] = this.placeOf(length);
    this.rest = this.rest.slice(length);
    this.json.shift(length);
  }

  private placeOf(offset: number): [line: number, column: number] {
    let { line, column } = this;
    let from = 0;
    for (let at = this.rest.indexOf('\n'); at >= 0 && at < offset; at = this.rest.indexOf('\n', from)) {
      line++;
      column = 1;
      from = at + 1;
    }
    return [line, column + offset - from];
  }

  private jsonPart(role: TextPart['role'], text: string, line: number, column: number): TextPart {
    return { role, text, json: true, line, column, item: Math.max(0, this.items - 1) };
  }
}

/** Whether JSON stands here; undefined: that depends on what follows. */
function beginsJson(text: string, from: number): boolean | undefined {
  const begin = /[ \t\r]*\{/y;
  begin.lastIndex = from;
  if (!begin.test(text)) return false;
  const behind = /\s*(\S)/y;
  behind.lastIndex = begin.lastIndex;
  const sign = behind.exec(text)?.[1];
  return sign === undefined ? undefined : sign === '"' || sign === '}';
}

const ITEMS = /^items:[ \t]*(?:#.*)?\r?$/;

function endsWord(text: string, at: number, end: number): boolean {
  if (at >= end) return true;
  const sign = text.charCodeAt(at);
  return sign === 0x20 || sign === 0x09 || sign === 0x0d;
}

function blankLine(text: string, from: number, end: number): boolean {
  for (let at = from; at < end; at++) {
    const sign = text.charCodeAt(at);
    if (sign === 0x23) return true;
    if (sign !== 0x20 && sign !== 0x09 && sign !== 0x0d) return false;
  }
  return true;
}
