import type { TypicalPod } from '../../sim/typical-pod.ts';

/** Where a node's idle milli-GPU stand for the typical pods, each weighted with the pod's share; the paper's regions. */
export const FRAGMENT_CATEGORIES = [
  'lackBoth',
  'lackGpu',
  'satisfied',
  'lackCpu',
  'noGpuWanted',
  'noGpuWantedLackCpu',
  'noAccess',
] as const;

/**
 * Adds one node's idle milli-GPU to `into`, seven numbers in the order of `FRAGMENT_CATEGORIES`. What a typical pod
 * cannot use is a fragment: all of it if the pod cannot run there (CPU or GPUs short, wrong model) or wants no GPU,
 * else what lies on devices that have too little left for it.
 * Source: Weng et al., Beware of fragmentation, USENIX ATC 2023, section 3. Sums run in the order of the list, since
 * the published scores depend on the last bit.
 */
export function addFragments(
  typical: readonly TypicalPod[],
  cpuFreeMilli: number,
  devicesFreeMilli: ArrayLike<number>,
  gpuModel: string,
  into: Float64Array,
): void {
  let idle = 0;
  for (let device = 0; device < devicesFreeMilli.length; device++) idle += devicesFreeMilli[device];
  if (idle === 0) return;
  for (const pod of typical) {
    const hasCpu = cpuFreeMilli >= pod.cpuMilli;
    if (pod.gpuCount === 0) {
      into[hasCpu ? 4 : 5] += pod.share * idle;
      continue;
    }
    if (pod.gpuModels.length > 0 && !pod.gpuModels.includes(gpuModel)) {
      into[6] += pod.share * idle;
      continue;
    }
    let fitting = 0;
    let tooLittle = 0;
    for (let device = 0; device < devicesFreeMilli.length; device++) {
      const left = devicesFreeMilli[device];
      if (left >= pod.gpuMilli) fitting++;
      else tooLittle += left;
    }
    if (fitting < pod.gpuCount) into[hasCpu ? 1 : 0] += pod.share * idle;
    else if (!hasCpu) into[3] += pod.share * idle;
    else {
      into[1] += pod.share * tooLittle;
      into[2] += pod.share * (idle - tooLittle);
    }
  }
}

/** Fragmented milli-GPU: everything but what is satisfied. */
export function fragmentsOf(categories: ArrayLike<number>): number {
  return categories[0] + categories[1] + categories[3] + categories[4] + categories[5] + categories[6];
}

/** F of a node in this state, in milli-GPU: idle GPU that a pod drawn from the workload could not use, on average. */
export function fragmentation(
  typical: readonly TypicalPod[],
  cpuFreeMilli: number,
  devicesFreeMilli: ArrayLike<number>,
  gpuModel: string,
): number {
  const categories = new Float64Array(FRAGMENT_CATEGORIES.length);
  addFragments(typical, cpuFreeMilli, devicesFreeMilli, gpuModel, categories);
  return fragmentsOf(categories);
}
