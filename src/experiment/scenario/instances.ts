import { InputError } from '../../sim/input-error.ts';
import { instanceCatalogue, mergeCatalogue } from '../../workloads/catalogue/index.ts';
import type { InstanceType } from '../../workloads/catalogue/instance-type.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import { quoted } from '../../sim/quantity.ts';
import type { OwnInstanceText } from './cluster-schema.ts';

const known: ReadonlyMap<string, InstanceType> = new Map(instanceCatalogue.map((type) => [type.name, type]));

/** The instance type of this name: one of the scenario's own, or of the catalogue. Throws an InputError. */
export function instanceOf(name: string, own: Readonly<Record<string, OwnInstanceText>> = {}): InstanceType {
  if (Object.hasOwn(own, name)) return ownInstance(name, own[name]);
  const type = known.get(name);
  if (type !== undefined) return type;
  const names = [...Object.keys(own), ...known.keys()];
  const hint = suggestion(name, names);
  throw new InputError(
    `there is no instance type ${quoted(name)}${hint.startsWith('; known') ? `; the catalogue has ${known.size}, such as m5.xlarge, n2-standard-4 and Standard_D4s_v5; write another one, or cpu and memory` : hint}`,
  );
}

function ownInstance(name: string, own: OwnInstanceText): InstanceType {
  const base = known.get(name);
  if (base === undefined && (own.cpu === undefined || own.memory === undefined))
    throw new InputError(`the instance type ${quoted(name)} does not say its cpu and memory; write both`);
  const merged = mergeCatalogue(
    [
      {
        name,
        cpuMilli: own.cpu ?? base?.cpuMilli ?? 0,
        memBytes: own.memory ?? base?.memBytes ?? 0,
        usdPerHour: own.price ?? base?.usdPerHour ?? 0,
        ...(own.spotPrice !== undefined && { spotUsdPerHour: own.spotPrice }),
        ...(own.gpus !== undefined && { gpuCount: own.gpus }),
        ...(own.gpuModel !== undefined && { gpuModel: own.gpuModel }),
        ...(own.idleWatts !== undefined && { idleWatts: own.idleWatts }),
        ...(own.busyWatts !== undefined && { busyWatts: own.busyWatts }),
      },
    ],
    base === undefined ? [] : [base],
  );
  return merged[0];
}
