import { InputError } from '../../../../sim/input-error.ts';

/** More than anyone reads at once. */
const MOST_SHOWN = 20;
/** A file with so many faults is no manifest, or one fault has caused them. */
const MOST_COLLECTED = 200;

/** Faults of all files, told together. */
export class FaultList {
  private readonly faults: string[] = [];

  get count(): number {
    return this.faults.length;
  }

  add(fault: string): void {
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
