import { InputError } from '../sim/input-error.ts';
import { readFully, type ByteSource } from './byte-source.ts';

const FIRST_BYTES = 65_536;
/** A line longer than this is not a trace row but a sign that the file is something else. */
export const MAX_LINE_BYTES = 1_048_576;

/**
 * The part of a source that is in memory: `bytes[start]` to `bytes[end - 1]` have not been consumed. Line and CSV
 * scanners walk over it and ask for `more` when they reach the end, so no file is ever held as a whole.
 */
export class ByteWindow {
  readonly name: string;
  bytes = new Uint8Array(FIRST_BYTES);
  start = 0;
  end = 0;
  private readonly source: ByteSource;
  private ended = false;
  private opened = false;

  constructor(source: ByteSource) {
    this.name = source.name;
    this.source = source;
  }

  /**
   * Moves what is not consumed to the front and reads on; false when the source has no more. Places noted relative to
   * `start` stay right, absolute ones do not. `line` is only for the sentence about a line without end.
   */
  more(line: number): boolean {
    if (this.ended) return false;
    const held = this.end - this.start;
    if (held > MAX_LINE_BYTES)
      throw new InputError(
        `${this.name}:${line}: the line is longer than ${MAX_LINE_BYTES} bytes; is this a text file with one row a line?`,
      );
    // A half-full window is doubled, so that a long row is scanned again only a few times.
    const wider = held > this.bytes.length / 2 ? new Uint8Array(this.bytes.length * 2) : this.bytes;
    wider.set(this.bytes.subarray(this.start, this.end));
    this.bytes = wider;
    this.start = 0;
    const count = readFully(this.source, wider.subarray(held));
    this.end = held + count;
    if (!this.opened) this.checkBeginning();
    this.ended = this.end < wider.length;
    return count > 0;
  }

  /** Skips UTF-8's byte order mark and names the kinds of file that are often handed in by mistake. */
  private checkBeginning(): void {
    this.opened = true;
    const [first, second, third] = this.bytes.subarray(0, Math.min(3, this.end));
    if (first === 0xef && second === 0xbb && third === 0xbf) this.start = 3;
    if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
      throw new InputError(`${this.name}: the file is UTF-16 text; save it as UTF-8`);
    if (first === 0x50 && second === 0x4b && third === 0x03)
      throw new InputError(
        `${this.name}: the file is a zip archive; unpack it and give the file inside (.gz is read as it is)`,
      );
  }
}
