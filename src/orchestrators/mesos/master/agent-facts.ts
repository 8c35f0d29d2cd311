import { InputError } from '../../../sim/input-error.ts';
import { nearestName } from '../../../sim/nearest-name.ts';
import { NO_RESOURCES, type MachineSpec, type Resources } from '../../data-plane/machine-spec.ts';
import type { Bundle } from '../allocator/bundle.ts';
import type { AgentAttributes } from '../allocator/offer-constraints.ts';
import type { PortRanges } from '../allocator/port-ranges.ts';
import { FIELD, minus, notNegative, plus, SCALARS, times, type ScalarName } from '../allocator/quantities.ts';
import type { MesosValues } from '../constants.ts';
import { megabytes, milliCpus } from '../text/amount-fields.ts';

/** Label of a machine with reservations as the agent's flag --resources has them: `cpus(batch):4;mem(batch):8192`. */
export const RESERVED_LABEL = 'mesos-resources';

/** A machine as an agent presents it: its labels are attributes; its region is a label or the zone without its letter. */
export function attributesOf({ name, zone, labels }: MachineSpec): AgentAttributes {
  const region = labels['region'] ?? /^(.*-\d+)[a-z]$/.exec(zone)?.[1] ?? '';
  return { hostname: name, region, zone, attributes: labels };
}

/** What an agent offers: all of its machine, reserved as its label says, and what an estimator adds as revocable. */
export function totalOf(spec: MachineSpec, values: MesosValues): Bundle {
  const all: Resources = {
    cpuMilli: spec.cpuMilli,
    memBytes: spec.memBytes,
    diskBytes: spec.diskBytes,
    gpuCount: spec.gpuCount,
  };
  const reserved = readReservations(spec);
  let left = all;
  for (const amount of reserved.values()) left = minus(left, amount);
  if (SCALARS.some((name) => left[FIELD[name]] < 0))
    throw new InputError(`machine ${spec.name}: its label ${RESERVED_LABEL} reserves more than it has; write less`);
  const ports: PortRanges = [[values.firstPort, values.lastPort]];
  const { cpuMilli } = times(all, values.fixedRevocableShare);
  return { unreserved: notNegative(left), reserved, revocable: { ...NO_RESOURCES, cpuMilli }, ports };
}

function readReservations({ name, labels }: MachineSpec): Map<string, Resources> {
  const reserved = new Map<string, Resources>();
  const text = labels[RESERVED_LABEL] ?? '';
  for (const part of text.split(';').filter((one) => one.trim() !== '')) {
    const match = /^\s*([a-z]+)\(([^()]+)\):([0-9.]+)\s*$/.exec(part);
    const scalar = SCALARS.find((one) => one === match?.[1]);
    if (match === null || scalar === undefined) {
      const near = match === null ? undefined : nearestName(match[1], SCALARS);
      throw new InputError(
        `machine ${name}: label ${RESERVED_LABEL}: cannot read "${part.trim()}"${near === undefined ? '' : `; did you mean "${near}"?`}; write it like "cpus(batch):4;mem(batch):8192"`,
      );
    }
    const amount = { ...NO_RESOURCES, [FIELD[scalar]]: amountOf(scalar, Number(match[3])) };
    reserved.set(match[2], plus(reserved.get(match[2]) ?? NO_RESOURCES, amount));
  }
  return reserved;
}

function amountOf(name: ScalarName, value: number): number {
  if (name === 'cpus') return milliCpus(value);
  return name === 'gpus' ? value : megabytes(value);
}
