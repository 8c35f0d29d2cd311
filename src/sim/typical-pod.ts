/**
 * A class of pods that ask for the same, with its share of the workload: what a policy may know about pods that have
 * not arrived yet. Memory is not part of it, as in the FGD paper (Weng et al., USENIX ATC 2023).
 */
export interface TypicalPod {
  readonly cpuMilli: number;
  /** Devices; 0 for pods that ask for CPU only. */
  readonly gpuCount: number;
  /** Milli-GPU on each device; 0 without GPUs. */
  readonly gpuMilli: number;
  /** Models that will do; empty: any. */
  readonly gpuModels: readonly string[];
  /** Its share of the classes' pods, 0 to 1. */
  readonly share: number;
}
