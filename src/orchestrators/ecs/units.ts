/** ECS counts CPU in units, 1,024 a vCPU, and memory in MiB. */
const MIB = 1024 * 1024;

/** Whole millicores, rounded down, so that tasks that fit by units fit by millicores too. */
export function milliOfUnits(units: number): number {
  return Math.floor((units * 1000) / 1024);
}

export function unitsOfMilli(cpuMilli: number): number {
  return Math.floor((cpuMilli * 1024) / 1000);
}

export const bytesOfMib = (mib: number): number => mib * MIB;

export const mibOfBytes = (bytes: number): number => Math.floor(bytes / MIB);
