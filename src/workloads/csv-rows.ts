import { InputError } from '../sim/input-error.ts';
import { ByteWindow } from './byte-window.ts';
import type { ByteSource } from './byte-source.ts';
import { textOf } from './text-of.ts';

const LF = 10;
const CR = 13;
const QUOTE = 34;
const DOT = 46;
const ZERO = 48;
const LETTER_S = 115;
const MAX_FIELDS = 4096;
const POWERS_OF_TEN = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000];

export interface CsvOptions {
  /** What separates fields, one ASCII character; a comma by default. */
  readonly delimiter?: string;
  /** Lines that begin with this ASCII character are skipped; by default none are. */
  readonly comment?: string;
}

/**
 * The rows of a CSV file (RFC 4180: quotes, doubled quotes, line ends inside quotes; LF or CRLF; blank lines are
 * skipped), scanned where they lie in the buffer. A field becomes text or a number only when it is asked for.
 */
export class CsvRows {
  readonly name: string;
  /** The line on which the current row begins, from 1. */
  line = 0;
  /** Fields in the current row. */
  count = 0;
  private readonly window: ByteWindow;
  private readonly delimiter: number;
  private readonly comment: number;
  private readonly starts = new Int32Array(MAX_FIELDS);
  private readonly ends = new Int32Array(MAX_FIELDS);
  private nextLine = 1;

  constructor(source: ByteSource, options: CsvOptions = {}) {
    this.name = source.name;
    this.window = new ByteWindow(source);
    this.delimiter = (options.delimiter ?? ',').charCodeAt(0);
    this.comment = options.comment === undefined ? -1 : options.comment.charCodeAt(0);
  }

  /** Goes to the next row; false after the last. Throws InputError for quotes that do not match. */
  next(): boolean {
    for (;;) {
      const found = this.scan(false) || (this.window.more(this.nextLine) ? undefined : this.scan(true));
      if (found === undefined) continue;
      if (!found) return false;
      const blank = this.count === 1 && this.starts[0] === this.ends[0];
      const skipped = blank || this.count === 0;
      if (!skipped) return true;
    }
  }

  /** Whether the field is empty. */
  isEmpty(field: number): boolean {
    return this.starts[field] === this.ends[field];
  }

  text(field: number): string {
    return textOf(this.window.bytes, this.starts[field], this.ends[field]);
  }

  /** The field as a whole number of up to 15 plain digits, or -1 when it is anything else. */
  wholeNumber(field: number): number {
    const bytes = this.window.bytes;
    const start = this.starts[field];
    const end = this.ends[field];
    if (end - start > 15 || end === start) return -1;
    let value = 0;
    for (let p = start; p < end; p++) {
      const digit = bytes[p] - ZERO;
      if (digit < 0 || digit > 9) return -1;
      value = value * 10 + digit;
    }
    return value;
  }

  /** The field, written as plain seconds or like `12.5s`, in microseconds, or -1 when it is anything else. */
  microseconds(field: number): number {
    const bytes = this.window.bytes;
    const start = this.starts[field];
    let end = this.ends[field];
    if (end > start && bytes[end - 1] === LETTER_S) end--;
    if (end === start || end - start > 16) return -1;
    let value = 0;
    let dot = end;
    for (let p = start; p < end; p++) {
      const digit = bytes[p] - ZERO;
      if (digit >= 0 && digit <= 9) value = value * 10 + digit;
      else if (bytes[p] === DOT && dot === end && p > start && p < end - 1) dot = p;
      else return -1;
    }
    const places = dot === end ? 0 : end - dot - 1;
    if (places > 6) return -1;
    const microseconds = value * POWERS_OF_TEN[6 - places];
    return microseconds <= Number.MAX_SAFE_INTEGER ? microseconds : -1;
  }

  /** A number made of the bytes of these fields, equal for equal fields (FNV-1a, 32 bits). */
  hash(fields: readonly number[]): number {
    const bytes = this.window.bytes;
    let hash = 0x811c9dc5;
    for (let k = 0; k < fields.length; k++) {
      const end = this.ends[fields[k]];
      for (let p = this.starts[fields[k]]; p < end; p++) hash = Math.imul(hash ^ bytes[p], 0x01000193);
      hash = Math.imul(hash ^ 0xff, 0x01000193);
    }
    return hash;
  }

  /** A copy of the bytes of these fields, each followed by 0xff, which no UTF-8 text contains. */
  copy(fields: readonly number[]): Uint8Array {
    const parts = fields.map((field) => this.window.bytes.subarray(this.starts[field], this.ends[field]));
    const copy = new Uint8Array(parts.reduce((sum, part) => sum + part.length + 1, 0)).fill(0xff);
    let at = 0;
    for (const part of parts) {
      copy.set(part, at);
      at += part.length + 1;
    }
    return copy;
  }

  /** Whether the fields hold just the bytes of a `copy`. */
  equals(fields: readonly number[], copy: Uint8Array): boolean {
    const bytes = this.window.bytes;
    let at = 0;
    for (let k = 0; k < fields.length; k++) {
      const end = this.ends[fields[k]];
      for (let p = this.starts[fields[k]]; p < end; p++) if (bytes[p] !== copy[at++]) return false;
      if (copy[at++] !== 0xff) return false;
    }
    return at === copy.length;
  }

  /**
   * Scans one row from the window's start. True when there is one (`count` 0: a comment), false when more bytes are
   * needed or, if `last`, when nothing is left. Nothing is consumed unless the row is whole.
   */
  private scan(last: boolean): boolean {
    const window = this.window;
    const bytes = window.bytes;
    const end = window.end;
    const delimiter = this.delimiter;
    let p = window.start;
    if (p === end) return false;
    if (bytes[p] === this.comment) return this.skipComment(last);
    let count = 0;
    let line = this.nextLine;
    let quotes = false;
    for (;;) {
      if (count === MAX_FIELDS)
        throw new InputError(`${this.name}:${line}: the row has more than ${MAX_FIELDS} fields; is this a CSV file?`);
      if (p < end && bytes[p] === QUOTE) {
        quotes = true;
        const close = this.closingQuote(p + 1, last);
        if (close < 0) return false;
        for (let q = p; q < close; q++) if (bytes[q] === LF) line++;
        this.starts[count] = p + 1;
        this.ends[count++] = close;
        p = close + 1;
        if (p < end && bytes[p] === CR) {
          if (p + 1 === end && !last) return false;
          if (p + 1 === end || bytes[p + 1] === LF) p++;
        }
        if (p >= end && !last) return false;
        if (p < end && bytes[p] !== delimiter && bytes[p] !== LF)
          throw new InputError(
            `${this.name}:${line}: there is text after the closing quote of field ${count}; write quotes inside a quoted field twice ("")`,
          );
      } else {
        const start = p;
        while (p < end && bytes[p] !== delimiter && bytes[p] !== LF) p++;
        if (p === end && !last) return false;
        this.starts[count] = start;
        const isLineEnd = p === end || bytes[p] === LF;
        this.ends[count++] = isLineEnd && p > start && bytes[p - 1] === CR ? p - 1 : p;
      }
      if (p >= end || bytes[p] === LF) break;
      p++;
    }
    if (quotes) this.unquote(count);
    this.count = count;
    this.line = this.nextLine;
    this.nextLine = line + 1;
    window.start = Math.min(p + 1, end);
    return true;
  }

  private skipComment(last: boolean): boolean {
    const window = this.window;
    const found = window.bytes.subarray(0, window.end).indexOf(LF, window.start);
    if (found < 0 && !last) return false;
    window.start = found < 0 ? window.end : found + 1;
    this.count = 0;
    this.nextLine++;
    return true;
  }

  /** Where the quote that closes the field is, or -1 when more bytes are needed to know. */
  private closingQuote(from: number, last: boolean): number {
    const { bytes, end } = this.window;
    for (let p = from; p < end; p++) {
      if (bytes[p] !== QUOTE) continue;
      if (p + 1 === end && !last) return -1;
      if (p + 1 === end || bytes[p + 1] !== QUOTE) return p;
      p++;
    }
    if (last)
      throw new InputError(
        `${this.name}:${this.nextLine}: a quoted field is not closed; every opening " needs a closing one`,
      );
    return -1;
  }

  /** Makes single quotes of the doubled ones, in place; only quoted fields can have any. */
  private unquote(count: number): void {
    const bytes = this.window.bytes;
    for (let field = 0; field < count; field++) {
      const start = this.starts[field];
      if (start === 0 || bytes[start - 1] !== QUOTE) continue;
      let to = start;
      for (let from = start; from < this.ends[field]; from++) {
        bytes[to++] = bytes[from];
        if (bytes[from] === QUOTE) from++;
      }
      this.ends[field] = to;
    }
  }
}
