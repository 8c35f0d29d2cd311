import type { Cluster } from './cluster.ts';
import type { Pods } from './pods.ts';
import type { PodCounts } from './result.ts';
import type { ShapeTable } from './shapes.ts';

/** A law of the simulated world was broken: a bug of ours, never of the input. The command line exits with 70. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** Where the pods are, by number; every pod that has entered is counted in exactly one part. */
export class Ledger {
  readonly counts: PodCounts = { arrived: 0, finished: 0, running: 0, pending: 0, refused: 0, killed: 0 };

  /** Throws unless the parts add up to the pods that entered, and those alive to the slots in use. */
  check(pods: Pods, nowUs: number): void {
    const { arrived, finished, running, pending, refused, killed } = this.counts;
    const sum = finished + running + pending + refused + killed;
    if (sum !== arrived)
      throw new Violation(`at ${nowUs} µs ${arrived} pods have arrived but ${sum} are accounted for: ${this.text()}`);
    if (running + pending !== pods.alive)
      throw new Violation(`at ${nowUs} µs ${pods.alive} pods are alive but ${this.text()}`);
  }

  private text(): string {
    return Object.entries(this.counts)
      .map(([part, count]) => `${part} ${count}`)
      .join(', ');
  }
}

/**
 * Throws unless on every node what is free and what its pods ask for add up to its capacity. Pods whose resources were
 * given away at the instant of their end hold nothing.
 */
export function checkNodes(
  cluster: Cluster,
  pods: Pods,
  shapes: ShapeTable,
  hasLent: (slot: number) => boolean = () => false,
): void {
  const cpuMilli = cluster.cpuFreeMilli.slice();
  const memBytes = cluster.memFreeBytes.slice();
  const gpuMilli = Float64Array.from(cluster.gpuFreeMilli);
  for (const slot of pods.slots()) {
    const node = pods.node[slot];
    if (node < 0 || hasLent(slot)) continue;
    const shape = pods.shape[slot];
    cpuMilli[node] += shapes.cpuMilli[shape];
    memBytes[node] += shapes.memBytes[shape];
    gpuMilli[node] += shapes.gpuCount[shape] * shapes.gpuMilli[shape];
  }
  for (let node = 0; node < cluster.count; node++) {
    const name = `node "${cluster.specs[node].name}" (id ${node})`;
    if (cluster.overCapacity(node)) throw new Violation(`${name} is over its capacity`);
    if (cpuMilli[node] !== cluster.cpuMilli[node])
      throw new Violation(`${name} has ${cluster.cpuMilli[node]}m of CPU but ${cpuMilli[node]}m free and requested`);
    if (memBytes[node] !== cluster.memBytes[node])
      throw new Violation(
        `${name} has ${cluster.memBytes[node]} B of memory but ${memBytes[node]} B free and requested`,
      );
    if (gpuMilli[node] !== cluster.gpuCount[node] * 1000)
      throw new Violation(
        `${name} has ${cluster.gpuCount[node]} GPUs but ${gpuMilli[node]} milli-GPU free and requested`,
      );
  }
}
