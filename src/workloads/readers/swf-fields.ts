import { InputError } from '../../sim/input-error.ts';
import { LineReader } from '../line-reader.ts';
import { quoted } from '../../sim/quantity.ts';
import { textOf } from '../text-of.ts';
import { addHeaderLine } from './swf-header.ts';
import type { ByteSource } from '../byte-source.ts';

/** The fields of the Standard Workload Format, in its order; field 1 is the first. */
const FIELD_NAMES = [
  'job number',
  'submit time',
  'wait time',
  'run time',
  'allocated processors',
  'average CPU time',
  'used memory',
  'requested processors',
  'requested time',
  'requested memory',
  'status',
  'user',
  'group',
  'executable',
  'queue',
  'partition',
  'preceding job',
  'think time',
];
export const SWF_FIELDS = FIELD_NAMES.length;

const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const SEMICOLON = 59;

/** The job lines of an SWF log, each as 18 numbers; comment lines go to `header`. */
export class SwfFields {
  /** Comment fields met so far; complete once the first job has been read. */
  readonly header = new Map<string, string>();
  /** The current job; `values[0]` is field 1. -1 means unknown. */
  readonly values = new Float64Array(SWF_FIELDS);
  private readonly lines: LineReader;

  constructor(source: ByteSource) {
    this.lines = new LineReader(source);
  }

  /** Goes to the next job; false after the last. Throws InputError for a line that is not 18 numbers. */
  next(): boolean {
    const lines = this.lines;
    while (lines.next()) {
      const start = firstInk(lines.bytes, lines.start, lines.end);
      if (start === lines.end) continue;
      if (lines.bytes[start] === SEMICOLON) {
        addHeaderLine(this.header, textOf(lines.bytes, start + 1, lines.end));
        continue;
      }
      this.split(start);
      return true;
    }
    return false;
  }

  /** `file:line` of the current job. */
  where(): string {
    return `${this.lines.name}:${this.lines.line}`;
  }

  /** Throws the InputError about this field (from 1) of the current job. */
  fail(field: number, problem: string): never {
    throw new InputError(`${this.where()}: field ${field} (${FIELD_NAMES[field - 1]}): ${problem}`);
  }

  private split(from: number): void {
    const { bytes, end } = this.lines;
    let field = 0;
    for (let p = from; p < end; p = firstInk(bytes, p, end)) {
      let to = p;
      while (to < end && !isBlank(bytes[to])) to++;
      if (field < SWF_FIELDS) this.values[field] = this.number(field, p, to);
      field++;
      p = to;
    }
    if (field !== SWF_FIELDS)
      throw new InputError(
        `${this.where()}: the line has ${field} fields; a job of the Standard Workload Format has ${SWF_FIELDS} numbers, -1 where unknown`,
      );
  }

  private number(field: number, start: number, end: number): number {
    const bytes = this.lines.bytes;
    const negative = bytes[start] === MINUS;
    let value = 0;
    let p = negative ? start + 1 : start;
    const firstDigit = p;
    for (; p < end && bytes[p] >= ZERO && bytes[p] <= ZERO + 9; p++) value = value * 10 + (bytes[p] - ZERO);
    if (p > firstDigit && p === end && value <= Number.MAX_SAFE_INTEGER) return negative ? -value : value;
    // Averages such as the CPU time have a fraction in some logs.
    const text = textOf(bytes, start, end);
    if (p < end && bytes[p] === DOT && /^-?\d{1,15}\.\d{1,15}$/.test(text)) return Number(text);
    const problem = value > Number.MAX_SAFE_INTEGER ? 'is beyond 2^53' : 'is not a number';
    return this.fail(field + 1, `${quoted(text)} ${problem}; write a whole number, -1 where unknown`);
  }
}

function isBlank(byte: number): boolean {
  return byte === 32 || byte === 9;
}

function firstInk(bytes: Uint8Array, start: number, end: number): number {
  let p = start;
  while (p < end && isBlank(bytes[p])) p++;
  return p;
}
