import type { ContainerLimits } from './engine.ts';

/** The least memory that Docker takes as a limit. */
export const LEAST_MEM_LIMIT_BYTES = 6 * 1024 * 1024;
/** The least weight that Linux knows. */
export const LEAST_CPU_SHARES = 2;

/**
 * Limits as an engine can set them: whole numbers, at least 1 millicore, 2 shares and 6 MiB; less is raised to that.
 * Absent ones stay absent.
 */
export function settableLimits(limits: ContainerLimits): ContainerLimits {
  const { cpuLimitMilli, cpuShares, memLimitBytes } = limits;
  return {
    ...(cpuLimitMilli !== undefined && { cpuLimitMilli: Math.max(1, Math.round(cpuLimitMilli)) }),
    ...(cpuShares !== undefined && { cpuShares: Math.max(LEAST_CPU_SHARES, Math.round(cpuShares)) }),
    ...(memLimitBytes !== undefined && { memLimitBytes: Math.max(LEAST_MEM_LIMIT_BYTES, Math.round(memLimitBytes)) }),
  };
}
