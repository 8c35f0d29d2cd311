import type { Resources } from '../../data-plane/machine-spec.ts';
import type { JsonField } from './json-field.ts';

const MIB = 1024 * 1024;

/** Megabytes of Mesos, which are 2^20 bytes, as whole bytes. */
export const megabytes = (count: number): number => Math.round(count * MIB);
export const milliCpus = (count: number): number => Math.round(count * 1000);

/** `cpus`, `mem`, `disk` and `gpus` of an app or job. */
export function readResources(of: JsonField, cpus: number, mem: number): Resources {
  return {
    cpuMilli: milliCpus(of.child('cpus').number(cpus, 0, 1e6)),
    memBytes: megabytes(of.child('mem').number(mem, 0, 1e9)),
    diskBytes: megabytes(of.child('disk').number(0, 0, 1e9)),
    gpuCount: of.child('gpus').whole(0, 0, 1e5),
  };
}
