import type { RandomStream } from '../../sim/random.ts';
import type { ExamRun } from './exam-run.ts';

/**
 * Asks the policy about the probe, a node with the capacities of a real one: with as much free it must score as the
 * real node does, with less CPU and memory it must not score on the wrong side of that. Says what is wrong, or undefined.
 */
export function breaksPrefers(run: ExamRun, shape: number, node: number, random: RandomStream): string | undefined {
  const { cluster, shapes, policy, score } = run;
  if (policy.prefers === undefined || score === undefined || shapes.gpuCount[shape] > 0) return undefined;
  const probe = cluster.count;
  const columns = [cluster.cpuMilli, cluster.memBytes, cluster.cpuFreeMilli, cluster.memFreeBytes];
  for (const column of columns) column[probe] = column[node]!;
  try {
    const real = score(shape, node);
    const same = score(shape, probe);
    if (real !== same)
      return (
        `it says prefers: '${policy.prefers}', which promises that for a pod without GPUs its score depends on ` +
        `capacities, free CPU and free memory only, but a node equal in these to node ${node} gets ${same}, not ${real}`
      );
    const cpuFree = between(random, shapes.cpuMilli[shape], cluster.cpuFreeMilli[node]);
    const memFree = between(random, shapes.memBytes[shape], cluster.memFreeBytes[node]);
    cluster.cpuFreeMilli[probe] = cpuFree;
    cluster.memFreeBytes[probe] = memFree;
    const fuller = score(shape, probe);
    if (policy.prefers === 'less-free' ? fuller >= real : fuller <= real) return undefined;
    return (
      `it says prefers: '${policy.prefers}', but a node with ${cpuFree} millicores and ${memFree} bytes free gets ` +
      `${fuller} and the same node with ${cluster.cpuFreeMilli[node]} and ${cluster.memFreeBytes[node]} gets ${real}`
    );
  } finally {
    for (const column of columns) column[probe] = 0;
  }
}

function between(random: RandomStream, low: number, high: number): number {
  return low + Math.floor(random.next() * (high - low + 1));
}
