import type { Resources } from '../../data-plane/machine-spec.ts';
import type { NomadGroup, NomadTask } from './nomad-jobs.ts';

/**
 * A node's CPU is told in MHz; machines here have millicores. So many MHz are a core, everywhere (modelling choice: real
 * cores have 2000 to 4000, but job files written for one fleet would otherwise change their meaning on another).
 */
export const MHZ_PER_CORE = 1000;
export const MB = 1024 * 1024;

export const milliOfMhz = (mhz: number): number => Math.round((mhz * 1000) / MHZ_PER_CORE);

export function taskCpuMilli({ cpuMhz, cores }: NomadTask): number {
  return cores > 0 ? cores * 1000 : milliOfMhz(cpuMhz);
}

/**
 * What an allocation holds: of tasks that run one after another the largest, of those that run together the sum
 * (nomad/structs, `AllocatedResources.Comparable`).
 */
export function jobResources(group: NomadGroup): Resources {
  const parts = { prestart: zero(), main: zero(), poststop: zero(), sidecars: zero() };
  for (const task of group.tasks) {
    const runsAlong = task.sidecar && task.hook !== 'poststop';
    const part = runsAlong ? parts.sidecars : task.hook === 'poststart' ? parts.main : parts[task.hook];
    part.cpu += taskCpuMilli(task);
    part.mem += task.memoryMb * MB;
    part.gpu += gpusOf(task);
  }
  const most = (of: 'cpu' | 'mem' | 'gpu'): number =>
    parts.sidecars[of] + Math.max(parts.prestart[of], parts.main[of], parts.poststop[of]);
  return { cpuMilli: most('cpu'), memBytes: most('mem'), diskBytes: group.diskMb * MB, gpuCount: most('gpu') };
}

const zero = (): { cpu: number; mem: number; gpu: number } => ({ cpu: 0, mem: 0, gpu: 0 });

/** `gpu`, `nvidia/gpu`, `nvidia/gpu/1080ti`. */
export const isGpu = (name: string): boolean => name.split('/').includes('gpu');

function gpusOf(task: NomadTask): number {
  return task.devices.filter(({ name }) => isGpu(name)).reduce((sum, { count }) => sum + count, 0);
}
