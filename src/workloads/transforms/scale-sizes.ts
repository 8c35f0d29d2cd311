import { InputError } from '../../sim/input-error.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import type { PodSource } from '../../sim/pod-source.ts';

/** A factor for each resource; 1 when absent. */
export interface SizeFactors {
  readonly cpu?: number;
  readonly mem?: number;
  readonly storage?: number;
  readonly gpu?: number;
}

const WHOLE_GPU_MILLI = 1000;
const MAX_GPUS = 31;

/**
 * Pods ask for `factors` times as much, rounded up. GPUs are scaled as a total: a share that grows beyond a device
 * becomes whole devices, and whole devices shrink to fewer or to a share of one. Throws InputError beyond 31 GPUs.
 */
export function scaleSizes(source: PodSource, factors: SizeFactors): PodSource {
  const scaled = new WeakMap<PodRequest, PodRequest>();
  return {
    next(row) {
      if (!source.next(row)) return false;
      let request = scaled.get(row.request);
      if (request === undefined) scaled.set(row.request, (request = scaleRequest(row.request, factors)));
      row.request = request;
      return true;
    },
  };
}

function scaleRequest(request: PodRequest, factors: SizeFactors): PodRequest {
  return {
    ...request,
    cpuMilli: amount(request.cpuMilli, factors.cpu),
    memBytes: amount(request.memBytes, factors.mem),
    ...(request.storageBytes !== undefined && { storageBytes: amount(request.storageBytes, factors.storage) }),
    ...(request.gpuCount && factors.gpu !== undefined && gpus(request, factors.gpu)),
  };
}

function gpus(request: PodRequest, factor: number): Pick<PodRequest, 'gpuCount' | 'gpuMilli'> {
  const milli = amount((request.gpuCount ?? 0) * (request.gpuMilli ?? WHOLE_GPU_MILLI), factor);
  if (milli <= WHOLE_GPU_MILLI) return { gpuCount: 1, gpuMilli: milli };
  const gpuCount = Math.ceil(milli / WHOLE_GPU_MILLI);
  if (gpuCount <= MAX_GPUS) return { gpuCount, gpuMilli: WHOLE_GPU_MILLI };
  throw new InputError(
    `scaled by ${factor} a pod asks for ${gpuCount} GPUs, and a node has at most ${MAX_GPUS}; use a smaller factor`,
  );
}

function amount(before: number, factor = 1): number {
  // The product of a whole number and a factor such as 1.1 may lie a rounding error above a whole number.
  const product = before * factor;
  const nearest = Math.floor(product + 0.5);
  const scaled = Math.abs(product - nearest) <= nearest * 1e-12 ? nearest : Math.ceil(product);
  if (scaled <= Number.MAX_SAFE_INTEGER) return before > 0 ? Math.max(1, scaled) : 0;
  throw new InputError(`${before} scaled by ${factor} is beyond 2^53; use a smaller factor`);
}
