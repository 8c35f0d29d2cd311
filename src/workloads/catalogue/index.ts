import { InputError } from '../../sim/input-error.ts';
import { nearestName } from '../../sim/nearest-name.ts';
import { awsTypes } from './aws.ts';
import { azureTypes } from './azure.ts';
import { gcpTypes } from './gcp.ts';
import type { InstanceType } from './instance-type.ts';

/** The machines that ship with Baton: three clouds, one region each, with the origin of every price. */
export const instanceCatalogue: readonly InstanceType[] = [...awsTypes, ...gcpTypes, ...azureTypes];

/** A machine of one's own: what is left out is unknown or as on demand. */
export type OwnInstanceType = Pick<InstanceType, 'name' | 'cpuMilli' | 'memBytes' | 'usdPerHour'> &
  Partial<InstanceType>;

/** The machine of this name. Throws an InputError that names the nearest one otherwise. */
export function instanceType(name: string, catalogue: readonly InstanceType[] = instanceCatalogue): InstanceType {
  const found = catalogue.find((type) => type.name === name);
  if (found) return found;
  const near = nearestName(
    name,
    catalogue.map((type) => type.name),
  );
  const help =
    near === undefined ? `the catalogue has ${catalogue.length}, such as "m7i.large"` : `did you mean "${near}"?`;
  throw new InputError(`no instance type called "${name}"; ${help}`);
}

/**
 * A catalogue with machines of one's own: one with a known name replaces what is given of it (a negotiated price, say),
 * others are added. Throws an InputError for what cannot be a machine.
 */
export function mergeCatalogue(own: readonly OwnInstanceType[], base = instanceCatalogue): readonly InstanceType[] {
  const merged = new Map(base.map((type) => [type.name, type]));
  const seen = new Set<string>();
  for (const given of own) {
    if (seen.has(given.name)) throw new InputError(`the instance type "${given.name}" is given twice`);
    seen.add(given.name);
    const known = merged.get(given.name);
    const type = { ...(known ?? blank(given)), ...given, price: { ...OWN_PRICE, ...given.price } };
    // A new price on demand without one for spot: the old discount is kept.
    const spotShare = known && known.usdPerHour > 0 ? known.spotUsdPerHour / known.usdPerHour : 1;
    merged.set(given.name, check({ ...type, spotUsdPerHour: given.spotUsdPerHour ?? given.usdPerHour * spotShare }));
  }
  return [...merged.values()];
}

const OWN_PRICE = { region: '', date: '', source: 'own list', onDemand: 'own', spot: 'own' } as const;

function blank(given: OwnInstanceType): InstanceType {
  return {
    cloud: 'own',
    family: 'own',
    kind: 'own',
    arch: 'x86',
    gpuCount: 0,
    gpuModel: '',
    spotUsdPerHour: given.usdPerHour,
    podLimit: 0,
    idleWatts: 0,
    busyWatts: 0,
    price: OWN_PRICE,
    ...given,
  };
}

function check(type: InstanceType): InstanceType {
  const whole = ['cpuMilli', 'memBytes', 'gpuCount', 'podLimit'] as const;
  for (const field of [...whole, 'usdPerHour', 'spotUsdPerHour', 'idleWatts', 'busyWatts'] as const) {
    const value: unknown = type[field];
    const where = `${field} of the instance type "${type.name}" is ${JSON.stringify(value)}`;
    if (typeof value !== 'number' || !(value >= 0) || !Number.isFinite(value))
      throw new InputError(`${where}; give a number from 0 on`);
    if (whole.some((one) => one === field) && !Number.isInteger(value))
      throw new InputError(`${where}; give a whole number`);
  }
  if (type.name === '') throw new InputError('an instance type has no name');
  return type;
}
