import { valuesOf } from '../../orchestrators/constants.ts';
import type { Orchestrator } from '../../orchestrators/orchestrator.ts';
import { InputError } from '../../sim/input-error.ts';
import { durationUs, quoted } from '../../sim/quantity.ts';
import { shareOf } from '../../sim/unit-text.ts';

/** Constants as a scenario writes them, in the unit of each: `10s`, `50%`, `3`. Throws an InputError. */
export function constantValues(
  { constants, title }: Pick<Orchestrator, 'constants' | 'title'>,
  written: Readonly<Record<string, string | number>>,
): Readonly<Record<string, number>> {
  const values = Object.fromEntries(
    Object.entries(written).map(([name, value]) => {
      const { unit } = constants[name] ?? { unit: 'count' };
      const text = String(value).trim();
      try {
        if (unit === 'us') return [name, durationUs(text)];
        if (unit === 'share') return [name, shareOf(text, 0, 100)];
      } catch (error) {
        throw error instanceof InputError ? new InputError(`constant ${name}: ${error.message}`) : error;
      }
      const number = Number(text);
      if (text === '' || !Number.isFinite(number) || number < 0)
        throw new InputError(`constant ${name}: ${quoted(text)} is no number; write one such as 3`);
      return [name, number];
    }),
  );
  try {
    valuesOf(constants, values);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${title}: ${error.message}`) : error;
  }
  return values;
}
