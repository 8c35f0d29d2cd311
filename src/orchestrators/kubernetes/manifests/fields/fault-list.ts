import { InputError } from '../../../../sim/input-error.ts';

/** More than anyone reads at once. */
const MOST_SHOWN = 20;
const LONGEST = 600;
/** A file with so many faults is no manifest, or one fault has caused them. */
const MOST_COLLECTED = 200;

/** Faults of all files, told together. */
export class FaultList {
  private readonly faults: string[] = [];

  get count(): number {
    return this.faults.length;
  }

  add(sentence: string): void {
    // What the user wrote is quoted in it and may be of any length.
    const line = sentence.replace(/\s*[\n\r]+\s*/g, ' ');
    const fault = line.length > LONGEST ? `${line.slice(0, LONGEST)} ...` : line;
    if (this.faults.includes(fault)) return;
    this.faults.push(fault);
    if (this.faults.length >= MOST_COLLECTED) this.throwAny();
  }

  /** Throws one InputError with a line for each fault, if there are any. */
  throwAny(): void {
    if (this.faults.length === 0) return;
    const shown = this.faults.slice(0, MOST_SHOWN);
    const more = this.faults.length - shown.length;
    if (more > 0) shown.push(`and ${more} more like these`);
    throw new InputError(shown.join('\n'));
  }
}
