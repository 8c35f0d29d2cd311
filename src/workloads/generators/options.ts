import { InputError } from '../../sim/input-error.ts';
import type { GeneratorOptions } from './preset.ts';

/** The defaults with the user's changes, checked; throws an InputError that names the knob. */
export function withDefaults(
  preset: string,
  defaults: GeneratorOptions,
  changes: Partial<GeneratorOptions> = {},
): GeneratorOptions {
  for (const name of Object.keys(changes)) {
    if (!Object.hasOwn(defaults, name))
      throw new InputError(`${preset} has no option "${name}"; it has ${Object.keys(defaults).join(', ')}`);
  }
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const options: GeneratorOptions = { ...defaults, ...given };
  const check = (name: keyof GeneratorOptions, good: boolean, want: string): void => {
    if (!good) throw new InputError(`${preset}: option ${name} is ${options[name]}; write ${want}`);
  };
  const whole = (value: number, least: number): boolean => Number.isSafeInteger(value) && value >= least;
  check('pods', whole(options.pods, 1) || options.pods === Infinity, 'a whole number from 1');
  check('days', options.days > 0, 'a number of days above 0');
  check('load', options.load > 0 && options.load < Infinity, 'a share such as 0.9');
  check('nodes', whole(options.nodes, 0) && options.nodes <= 1_000_000, 'a whole number up to 1000000, or 0');
  check('shapes', whole(options.shapes, 1) && options.shapes <= 65_536, 'a whole number from 1 to 65536');
  check('batch', whole(options.batch, 1), 'a whole number from 1');
  check('longestHours', options.longestHours > 0 && options.longestHours < Infinity, 'a number of hours above 0');
  if (options.pods === Infinity && options.days === Infinity)
    throw new InputError(`${preset}: pods and days are both without limit; give one of them`);
  return options;
}
