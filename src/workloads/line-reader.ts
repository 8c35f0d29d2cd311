import { ByteWindow } from './byte-window.ts';
import type { ByteSource } from './byte-source.ts';
import { textOf } from './text-of.ts';

const LF = 10;
const CR = 13;

/** The lines of a source, one after the other, without LF or CRLF and without copying: `bytes[start]` to `bytes[end - 1]`. */
export class LineReader {
  readonly name: string;
  /** Number of the current line, from 1. */
  line = 0;
  start = 0;
  end = 0;
  private readonly window: ByteWindow;

  constructor(source: ByteSource) {
    this.name = source.name;
    this.window = new ByteWindow(source);
  }

  /** The buffer the current line lies in; another one may take its place at the next line. */
  get bytes(): Uint8Array {
    return this.window.bytes;
  }

  /** Goes to the next line; false after the last. A file need not end with a line end. */
  next(): boolean {
    const window = this.window;
    let scanned = 0;
    let lineEnd = -1;
    for (;;) {
      const found = window.bytes.subarray(0, window.end).indexOf(LF, window.start + scanned);
      if (found >= 0) {
        lineEnd = found;
        break;
      }
      scanned = window.end - window.start;
      if (!window.more(this.line + 1)) break;
    }
    if (lineEnd < 0 && window.start === window.end) return false;
    this.line++;
    this.start = window.start;
    this.end = lineEnd < 0 ? window.end : lineEnd;
    window.start = lineEnd < 0 ? window.end : lineEnd + 1;
    if (this.end > this.start && window.bytes[this.end - 1] === CR) this.end--;
    return true;
  }

  /** The current line as text. */
  text(): string {
    return textOf(this.bytes, this.start, this.end);
  }
}
