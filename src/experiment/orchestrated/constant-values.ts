import type { Orchestrator } from '../../orchestrators/orchestrator.ts';
import { InputError } from '../../sim/input-error.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import { durationUs, quoted } from '../../sim/quantity.ts';
import { shareOf } from '../../sim/unit-text.ts';

/** Constants as a scenario writes them, in the unit of each: `10s`, `50%`, `3`. Throws an InputError. */
export function constantValues(
  { constants, title }: Pick<Orchestrator, 'constants' | 'title'>,
  written: Readonly<Record<string, string | number>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(written).map(([name, value]) => {
      if (!Object.hasOwn(constants, name))
        throw new InputError(`${title}: there is no constant "${name}"${suggestion(name, Object.keys(constants))}`);
      const { unit } = constants[name];
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
}
