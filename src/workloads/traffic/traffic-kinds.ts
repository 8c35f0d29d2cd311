import { InputError } from '../../sim/input-error.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import { quoted } from '../../sim/quantity.ts';
import { BATCH_KINDS, type BatchKind } from './batch-kinds.ts';
import { RECORDED_KINDS } from './recorded-kinds.ts';
import { SYNTHETIC_KINDS } from './synthetic-kinds.ts';
import type { TrafficKind } from './traffic-kind.ts';

/** Every kind of traffic that a scenario can name. */
export const trafficKinds: readonly TrafficKind[] = [...SYNTHETIC_KINDS, ...RECORDED_KINDS];

/** The kind of this name; throws InputError with a suggestion when there is none that makes one of these things. */
export function trafficKind(name: string, makes: readonly TrafficKind['makes'][]): TrafficKind {
  const fitting = trafficKinds.filter((kind) => makes.includes(kind.makes));
  const found = fitting.find((kind) => kind.name === name);
  if (found !== undefined) return found;
  const other = trafficKinds.find((kind) => kind.name === name);
  const known = fitting.map((kind) => kind.name);
  if (other !== undefined)
    throw new InputError(
      `${quoted(name)} makes ${MADE[other.makes]}, and ${makes.map((made) => MADE[made]).join(' or ')} is wanted here; known: ${known.join(', ')}`,
    );
  throw new InputError(`there is no traffic called ${quoted(name)}${suggestion(name, known)}`);
}

/** The kind of batches of this name; throws InputError with a suggestion when there is none. */
export function batchKind(name: string): BatchKind {
  const found = BATCH_KINDS.find((kind) => kind.name === name);
  if (found !== undefined) return found;
  throw new InputError(
    `there are no batches called ${quoted(name)}${suggestion(
      name,
      BATCH_KINDS.map((kind) => kind.name),
    )}`,
  );
}

const MADE: Readonly<Record<TrafficKind['makes'], string>> = {
  rate: 'a rate',
  factor: 'a factor',
  requests: 'single requests',
};
