import { InputError } from '../sim/input-error.ts';
import { suggestion } from '../sim/nearest-name.ts';

/** One number that decides when an orchestrator does something. */
export interface Constant {
  /** Microseconds, or a plain number. */
  readonly value: number;
  readonly unit: 'us' | 'count' | 'share';
  /** What runs for so long, or what is limited to it. */
  readonly meaning: string;
  /** Upstream's file or page, or why it was chosen. */
  readonly source: string;
  /** True where upstream publishes nothing and we had to choose. */
  readonly isModellingChoice: boolean;
  /** A scenario may not write less: what is done again and again after so long would otherwise never let time pass. */
  readonly least?: number;
}

/** An orchestrator's constants by name: `heartbeatPeriod`. All of its control loops read them from here. */
export type Constants = Readonly<Record<string, Constant>>;

/** The values, with what a scenario has set otherwise. Throws an InputError for a name that there is not. */
export function valuesOf<C extends Constants>(
  constants: C,
  otherwise: Readonly<Record<string, number>> = {},
): Readonly<Record<keyof C, number>> {
  for (const name of Object.keys(otherwise))
    if (!Object.hasOwn(constants, name))
      throw new InputError(`there is no constant "${name}"${suggestion(name, Object.keys(constants))}`);
  return Object.fromEntries(
    Object.entries(constants).map(([name, { value }]) => [name, otherwise[name] ?? value]),
  ) as Record<keyof C, number>;
}
