import type { SchedulerWorld } from './scheduler-world.ts';

/** What is free on one node from now on, as steps: `free[k]` holds from `timesUs[k]` until the next time. */
interface NodeProfile {
  readonly timesUs: number[];
  readonly free: Float64Array[];
}

/** Amounts in the profile's order: CPU, memory, storage, GPU, pods, then the extended resources. */
export type Amounts = Float64Array;

const FIXED = 5;

/**
 * The predicted future of every node's free resources. GPUs count as one sum of milli-GPU: whether devices can be
 * split so is only known when the pod starts.
 */
export class CapacityProfile {
  private readonly world: SchedulerWorld;
  private readonly nodes: NodeProfile[] = [];

  /** Begins with what is free at this moment. */
  constructor(world: SchedulerWorld) {
    this.world = world;
    const { cluster, nowUs } = world;
    for (let node = 0; node < cluster.count; node++) {
      const free = new Float64Array(FIXED + cluster.extendedNames.length);
      free[0] = cluster.cpuFreeMilli[node]!;
      free[1] = cluster.memFreeBytes[node]!;
      free[2] = cluster.storageFreeBytes[node]!;
      free[3] = cluster.gpuFreeMilli[node]!;
      free[4] = cluster.ready[node] === 1 ? cluster.podRoom[node] : 0;
      cluster.extendedFree.forEach((column, k) => (free[FIXED + k] = column[node]!));
      this.nodes.push({ timesUs: [nowUs], free: [free] });
    }
  }

  /** What one pod of the shape takes. */
  amountsOf(shape: number): Amounts {
    const { shapes, cluster } = this.world;
    const amounts = new Float64Array(FIXED + cluster.extendedNames.length);
    amounts[0] = shapes.cpuMilli[shape]!;
    amounts[1] = shapes.memBytes[shape]!;
    amounts[2] = shapes.storageBytes[shape]!;
    amounts[3] = shapes.gpuCount[shape] * shapes.gpuMilli[shape];
    amounts[4] = 1;
    shapes.extended[shape]?.forEach((ask, k) => (amounts[FIXED + k] = ask));
    return amounts;
  }

  /** Adds the amounts (or takes them, with sign -1) on the node from one time until another. */
  change(node: number, fromUs: number, untilUs: number, amounts: Amounts, sign: 1 | -1): void {
    const profile = this.nodes[node];
    const first = split(profile, fromUs);
    const end = untilUs === Infinity ? profile.timesUs.length : split(profile, untilUs);
    for (let step = first; step < end; step++) {
      const free = profile.free[step];
      for (let k = 0; k < amounts.length; k++) free[k] += sign * amounts[k];
    }
  }

  /** Whether the node has the amounts free all through the span. */
  fits(node: number, shape: number, fromUs: number, forUs: number, amounts: Amounts): boolean {
    return this.earliest(node, shape, fromUs, forUs, amounts, fromUs) === fromUs;
  }

  /** The first time from `fromUs` on at which the node has the amounts free for so long; Infinity when beyond `latestUs`. */
  earliest(
    node: number,
    shape: number,
    fromUs: number,
    forUs: number,
    amounts: Amounts,
    latestUs: number = Infinity,
  ): number {
    const allowed = this.world.shapes.allowed[shape];
    if (allowed && allowed[node] === 0) return Infinity;
    const { timesUs, free } = this.nodes[node];
    let startUs = fromUs;
    for (let step = 0; step < timesUs.length; step++) {
      const endUs = timesUs[step + 1] ?? Infinity;
      if (endUs <= startUs) continue;
      if (timesUs[step] >= startUs + forUs) break;
      if (has(free[step], amounts)) continue;
      startUs = endUs;
      if (startUs > latestUs) return Infinity;
    }
    return startUs;
  }

  /**
   * Nodes for so many pods of one shape through the span, one entry a pod, each node filled before the next is taken;
   * undefined when there is not so much room. What placing them one by one on the first node with room would give.
   */
  firstNodes(count: number, shape: number, fromUs: number, forUs: number): number[] | undefined {
    const amounts = this.amountsOf(shape);
    const nodes: number[] = [];
    for (let node = 0; node < this.nodes.length && nodes.length < count; node++) {
      if (!this.fits(node, shape, fromUs, forUs, amounts)) continue;
      for (let room = Math.min(count - nodes.length, this.room(node, fromUs, forUs, amounts)); room > 0; room--)
        nodes.push(node);
    }
    return nodes.length === count ? nodes : undefined;
  }

  /** How many pods of these amounts the node holds all through the span. */
  private room(node: number, fromUs: number, forUs: number, amounts: Amounts): number {
    const { timesUs, free } = this.nodes[node];
    let room = Infinity;
    for (let step = 0; step < timesUs.length && timesUs[step] < fromUs + forUs; step++) {
      if ((timesUs[step + 1] ?? Infinity) <= fromUs) continue;
      for (let k = 0; k < amounts.length; k++)
        if (amounts[k] > 0) room = Math.min(room, Math.floor(free[step][k] / amounts[k]));
    }
    return room;
  }

  /** All times at which something changes anywhere, ascending. */
  changeTimesUs(): number[] {
    return [...new Set(this.nodes.flatMap(({ timesUs }) => timesUs))].sort((one, other) => one - other);
  }
}

function has(free: Float64Array, amounts: Amounts): boolean {
  for (let k = 0; k < amounts.length; k++) if (free[k] < amounts[k] && amounts[k] > 0) return false;
  return true;
}

/** Makes a step begin at this time and returns its place. */
function split(profile: NodeProfile, atUs: number): number {
  const { timesUs, free } = profile;
  let step = timesUs.length - 1;
  while (step > 0 && timesUs[step] > atUs) step--;
  if (timesUs[step] >= atUs) return step;
  timesUs.splice(step + 1, 0, atUs);
  free.splice(step + 1, 0, free[step].slice());
  return step + 1;
}
