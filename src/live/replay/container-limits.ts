import { LEAST_CPU_SHARES, LEAST_MEM_LIMIT_BYTES } from '../engine/engine-limits.ts';
import type { ContainerLimits, EngineInfo } from '../engine/engine.ts';

/** What a pod asks for: requests, and limits where it has some. */
export interface PodResources {
  readonly cpuMilli: number;
  readonly memBytes: number;
  readonly cpuLimitMilli?: number;
  readonly memLimitBytes?: number;
}

/** How much of the simulated cluster the engine stands for. */
export interface Scale {
  /** Requests and limits are multiplied by it; `shares`: CPU has weights and no hard limits. */
  readonly scaleCpu: number | 'shares';
  readonly scaleMem: number;
}

/** No container is given less: it would not even boot in time. */
export const LEAST_CPU_MILLI = 10;

/**
 * Limits of a pod's container on a node whose CPU works at `speed` (1: as it should). A pod without limits gets its
 * request as one, since that is what the simulator reckons with. A slow node slows weights down by a hard limit, as
 * nothing else would, and that limit becomes the whole engine when the node is well again: none cannot be said.
 */
export function containerLimits(
  pod: PodResources,
  { scaleCpu, scaleMem }: Scale,
  engine: Pick<EngineInfo, 'cpuMilli' | 'memBytes' | 'canLimitCpu' | 'canLimitMem'>,
  speed = 1,
  wasSlow = false,
): ContainerLimits {
  const cpuMilli = pod.cpuLimitMilli ?? pod.cpuMilli;
  const memBytes = pod.memLimitBytes ?? pod.memBytes;
  const between = (value: number): number => Math.round(Math.min(engine.cpuMilli, Math.max(LEAST_CPU_MILLI, value)));
  const hardMilli =
    scaleCpu !== 'shares'
      ? cpuMilli > 0
        ? between(cpuMilli * scaleCpu * speed)
        : undefined
      : speed < 1 && cpuMilli > 0
        ? between(cpuMilli * speed)
        : wasSlow
          ? between(engine.cpuMilli)
          : undefined;
  return {
    ...(engine.canLimitCpu && hardMilli !== undefined && { cpuLimitMilli: hardMilli }),
    ...(pod.cpuMilli > 0 && { cpuShares: Math.max(LEAST_CPU_SHARES, Math.round((pod.cpuMilli * 1024) / 1000)) }),
    ...(engine.canLimitMem &&
      memBytes > 0 && { memLimitBytes: Math.max(LEAST_MEM_LIMIT_BYTES, Math.round(memBytes * scaleMem)) }),
  };
}
