import type { NodeSpec } from '../../sim/node-spec.ts';

/** One kind of machine and its weight in the mix. */
export interface MachineKind extends Omit<NodeSpec, 'name' | 'zone'> {
  readonly weight: number;
}

/** What a job asks for on average, in resource-seconds; or what a machine has, in resources. */
export interface Amounts {
  readonly cpuMilli: number;
  readonly memBytes: number;
  readonly gpuMilli: number;
}

const ZONES = ['a', 'b', 'c'];

/** So many nodes in the proportions of the mix (largest remainders first), each kind spread over three zones. */
export function machines(mix: readonly MachineKind[], count: number): NodeSpec[] {
  const total = mix.reduce((sum, kind) => sum + kind.weight, 0);
  const exact = mix.map((kind) => (kind.weight * count) / total);
  const counts = exact.map(Math.floor);
  const missing = count - counts.reduce((sum, one) => sum + one, 0);
  const byRemainder = exact
    .map((share, k) => ({ k, remainder: share - Math.floor(share) }))
    .sort((a, b) => b.remainder - a.remainder || a.k - b.k);
  for (const { k } of byRemainder.slice(0, missing)) counts[k]++;
  const nodes: NodeSpec[] = [];
  mix.forEach(({ weight: _weight, ...kind }, k) => {
    for (let z = 0; z < ZONES.length; z++) {
      const inZone = Math.floor((counts[k] + ZONES.length - 1 - z) / ZONES.length);
      for (let n = 0; n < inZone; n++)
        nodes.push({ name: `kind-${k + 1}${ZONES[z]}-${n}`, ...kind, zone: `zone-${ZONES[z]}` });
    }
  });
  return nodes;
}

/** The whole of a cluster. */
export function capacity(nodes: readonly NodeSpec[]): Amounts {
  const sum = { cpuMilli: 0, memBytes: 0, gpuMilli: 0 };
  for (const node of nodes) {
    sum.cpuMilli += node.cpuMilli;
    sum.memBytes += node.memBytes;
    sum.gpuMilli += 1000 * (node.gpuCount ?? 0);
  }
  return sum;
}

/** Jobs per second that offer this load to the scarcest resource of the cluster. */
export function rateForLoad(load: number, cluster: Amounts, perJob: Amounts): number {
  const rates = [cluster.cpuMilli / perJob.cpuMilli, cluster.memBytes / perJob.memBytes];
  if (perJob.gpuMilli > 0) rates.push(cluster.gpuMilli / perJob.gpuMilli);
  return load * Math.min(...rates);
}

/** Nodes of this mix on which jobs at this rate offer this load, at least 1. */
export function nodesForLoad(
  load: number,
  mix: readonly MachineKind[],
  jobsPerSecond: number,
  perJob: Amounts,
): number {
  // The average machine, from a cluster large enough to hold every kind in proportion.
  const sample = 10_000;
  const perNode = rateForLoad(load, capacity(machines(mix, sample)), perJob) / sample;
  return Math.max(1, Math.ceil(jobsPerSecond / perNode));
}
