import type { Constant } from '../../orchestrators/constants.ts';
import type { Orchestrator } from '../../orchestrators/orchestrator.ts';
import { InputError } from '../../sim/input-error.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import { durationUs, quoted } from '../../sim/quantity.ts';
import { shareOf } from '../../sim/unit-text.ts';
import { durationText } from '../../workloads/quantity-text.ts';
import { at } from '../scenario/scenario-fault.ts';
import type { Path } from '../yaml-text.ts';

type Named = Pick<Orchestrator, 'constants' | 'title'>;
type Written = Readonly<Record<string, string | number>>;

/** Constants as a scenario writes them, in the unit of each: `10s`, `50%`, `3`. Throws an InputError. */
export function constantValues(orchestrator: Named, written: Written): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(written).map(([name, value]) => [name, constantValue(orchestrator, name, value)]),
  );
}

/** Throws a ScenarioFault for the first constant that cannot be. `path`: where they stand. */
export function checkConstants(orchestrator: Named, written: Written, path: Path): void {
  for (const [name, value] of Object.entries(written))
    at([...path, name], () => constantValue(orchestrator, name, value));
}

function constantValue({ constants, title }: Named, name: string, value: string | number): number {
  if (!Object.hasOwn(constants, name))
    throw new InputError(`${title}: there is no constant "${name}"${suggestion(name, Object.keys(constants))}`);
  const { unit, least = 0 } = constants[name];
  try {
    const read = valueIn(unit, String(value).trim());
    if (read < least)
      throw new InputError(`${quoted(String(value))} is too short; write at least ${durationText(least)}`);
    return read;
  } catch (error) {
    throw error instanceof InputError ? new InputError(`constant ${name}: ${error.message}`) : error;
  }
}

function valueIn(unit: Constant['unit'], text: string): number {
  if (unit === 'us') return durationUs(text);
  if (unit === 'share') return shareOf(text, 0, 100);
  const number = Number(text);
  if (text === '' || !Number.isFinite(number) || number < 0)
    throw new InputError(`${quoted(text)} is no number; write one such as 3`);
  return number;
}
