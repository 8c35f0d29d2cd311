/**
 * What a pod asks for and where it may run. Pods that ask for the same share one shape (see shapes.ts), so a
 * workload should hand out the same object for the same request: the table then recognises it by identity.
 */
export interface PodRequest {
  /** Millicores, a whole number >= 0. */
  readonly cpuMilli: number;
  /** Bytes, a whole number >= 0. */
  readonly memBytes: number;
  /** Ephemeral storage in bytes. */
  readonly storageBytes?: number;
  /** GPU devices, 0 to 31. */
  readonly gpuCount?: number;
  /** Milli-GPU on each of those devices, 1 to 1000; below 1000 the device is shared. Default 1000. */
  readonly gpuMilli?: number;
  /** GPU models that will do; empty or absent means any. */
  readonly gpuModels?: readonly string[];
  /** Extended resources by name, whole numbers in the resource's own unit. */
  readonly extended?: Readonly<Record<string, number>>;
  /** Labels the node must carry, each with exactly this value. */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** Taints that do not keep the pod away: `key`, or `key=value`. */
  readonly tolerations?: readonly string[];
}

/** The one text that says the whole request; equal requests have equal texts. Also the order of shapes in reports. */
export function requestKey(request: PodRequest): string {
  const parts = [`cpu=${request.cpuMilli}m`, `mem=${request.memBytes}`];
  if (request.storageBytes) parts.push(`storage=${request.storageBytes}`);
  if (request.gpuCount) parts.push(`gpu=${request.gpuCount}x${request.gpuMilli ?? 1000}m`);
  if (request.gpuCount && request.gpuModels?.length)
    parts.push(`models=${[...request.gpuModels].sort().map(encodeURIComponent).join('|')}`);
  for (const [kind, record] of [
    ['extended', request.extended],
    ['selector', request.nodeSelector],
  ] as const) {
    for (const key of Object.keys(record ?? {}).sort()) {
      const value = record![key];
      if (kind === 'selector' || value) parts.push(`${kind}.${encodeURIComponent(key)}=${encodeURIComponent(value)}`);
    }
  }
  if (request.tolerations?.length)
    parts.push(`tolerates=${[...request.tolerations].sort().map(encodeURIComponent).join('|')}`);
  return parts.join(' ');
}
