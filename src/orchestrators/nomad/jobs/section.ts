import type { HclValue } from '../hcl/hcl-syntax.ts';

/** A block of a job file, whichever syntax it was written in. Names are HCL's: `max_parallel`. */
export interface Section {
  readonly type: string;
  readonly labels: readonly string[];
  readonly line: number;
  readonly fields: ReadonlyMap<string, SectionField>;
  readonly sections: readonly Section[];
}

export interface SectionField {
  readonly name: string;
  /** As the file calls it: `MaxParallel`. */
  readonly shown: string;
  readonly line: number;
  readonly value: HclValue;
}

/** One job of a file. */
export interface JobSection {
  readonly file: string;
  readonly job: Section;
}
