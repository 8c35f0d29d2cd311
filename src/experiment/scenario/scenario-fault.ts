import { InputError } from '../../sim/input-error.ts';
import { fieldText } from '../schema-fault.ts';
import type { Path } from '../yaml-text.ts';

/** Something in a scenario that cannot be, told by its path; whoever knows the file turns it into an InputError. */
export class ScenarioFault extends Error {
  readonly path: Path;
  /** The fault without the path's words. */
  readonly sentence: string;

  constructor(path: Path, sentence: string) {
    super(`${fieldText(path)}: ${sentence}`);
    this.path = path;
    this.sentence = sentence;
  }
}

/** Does it; an InputError then tells where in the scenario it arose. */
export function at<T>(path: Path, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof InputError) throw new ScenarioFault(path, error.message);
    throw error;
  }
}
