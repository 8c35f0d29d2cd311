import type { PodRequest } from '../../sim/pod-request.ts';
import type { TypicalPod } from '../../sim/typical-pod.ts';

interface PodClass {
  readonly cpuMilli: number;
  readonly gpuMilli: number;
  readonly gpuCount: number;
  readonly gpuSpec: string;
  count: number;
}

/**
 * The workload's typical pods: requests grouped by CPU, milli-GPU, number of GPUs and models (memory does not count),
 * most frequent first, as many classes as it takes to cover `coverage` of the pods; shares are among the covered.
 * Groups of one size are ordered by CPU, milli-GPU, number of GPUs and models, all descending. With the default these
 * are the lists of the FGD experiment (Weng et al., USENIX ATC 2023).
 */
export function typicalPods(requests: Iterable<PodRequest>, coverage = 0.95): TypicalPod[] {
  const classes = new Map<string, PodClass>();
  let pods = 0;
  for (const request of requests) {
    pods++;
    const one = classOf(request);
    const key = `${one.cpuMilli} ${one.gpuMilli} ${one.gpuCount} ${one.gpuSpec}`;
    const known = classes.get(key);
    if (known) known.count++;
    else classes.set(key, one);
  }
  const ordered = [...classes.values()].sort(mostFrequentFirst);
  let covered = 0;
  let kept = 0;
  while (kept < ordered.length && covered < coverage * pods) covered += ordered[kept++].count;
  return ordered.slice(0, kept).map((one) => ({
    cpuMilli: one.cpuMilli,
    gpuCount: one.gpuCount,
    gpuMilli: one.gpuMilli,
    gpuModels: one.gpuSpec === '' ? [] : one.gpuSpec.split('|'),
    // Both over all pods first, as the experiment did: its published scores depend on the last bit.
    share: one.count / pods / (covered / pods),
  }));
}

function classOf(request: PodRequest): PodClass {
  const gpuCount = request.gpuCount ?? 0;
  return {
    cpuMilli: request.cpuMilli,
    gpuMilli: gpuCount > 0 ? (request.gpuMilli ?? 1000) : 0,
    gpuCount,
    gpuSpec: gpuCount > 0 ? (request.gpuModels ?? []).join('|') : '',
    count: 1,
  };
}

function mostFrequentFirst(a: PodClass, b: PodClass): number {
  return (
    b.count - a.count ||
    b.cpuMilli - a.cpuMilli ||
    b.gpuMilli - a.gpuMilli ||
    b.gpuCount - a.gpuCount ||
    (a.gpuSpec < b.gpuSpec ? 1 : a.gpuSpec > b.gpuSpec ? -1 : 0)
  );
}
