import type { RandomStream } from '../../../sim/random.ts';
import type { GroupPlacement, PlaceGroup } from '../scheduler/place-group.ts';
import type { NodeInfo } from '../scheduler/node-info.ts';

/** How a swarm chooses among nodes: SwarmKit's way, or one of those of classic Swarm (v1), before 2016. */
export const SWARM_STRATEGIES = ['swarmkit', 'classic-spread', 'classic-binpack', 'classic-random'] as const;
export type SwarmStrategy = (typeof SWARM_STRATEGIES)[number];

/** What classic Swarm looks at on one node. */
export interface ClassicNode {
  readonly totalCpuMilli: number;
  readonly totalMemBytes: number;
  readonly usedCpuMilli: number;
  readonly usedMemBytes: number;
  readonly containers: number;
}

/**
 * The weight of a node for a container that asks for so much; undefined: it does not fit. Shares of CPU and memory that
 * would be used, in whole percent and at 100 where nothing is asked for, and health, which counts for binpack and against
 * spread. (Classic Swarm scheduler/strategy/weighted_node.go.)
 */
export function classicWeight(
  node: ClassicNode,
  asked: { readonly cpuMilli: number; readonly memBytes: number },
  healthFactor: number,
  overcommit: number,
): number | undefined {
  const share = (used: number, more: number, total: number) =>
    more > 0 ? Math.floor(((used + more) * 100) / Math.floor(total * (1 + overcommit))) : 100;
  const cpu = share(node.usedCpuMilli, asked.cpuMilli, node.totalCpuMilli);
  const mem = share(node.usedMemBytes, asked.memBytes, node.totalMemBytes);
  if (cpu > 100 || mem > 100) return undefined;
  const health = 1;
  return cpu + mem + healthFactor * health;
}

/** The numbers of the nodes that fit, in the strategy's order; equal ones in the order in which they came. */
export function classicOrder(
  strategy: Exclude<SwarmStrategy, 'swarmkit'>,
  nodes: readonly ClassicNode[],
  asked: { readonly cpuMilli: number; readonly memBytes: number },
  overcommit: number,
  stream: Pick<RandomStream, 'below'>,
): number[] {
  const factor = strategy === 'classic-binpack' ? 10 : -10;
  const fit = nodes.flatMap((node, place) => {
    const weight = classicWeight(node, asked, factor, overcommit);
    return weight === undefined ? [] : [{ place, weight, containers: node.containers }];
  });
  if (strategy === 'classic-random') shuffle(fit, stream);
  else if (strategy === 'classic-spread') fit.sort((a, b) => a.weight - b.weight || a.containers - b.containers);
  else fit.sort((a, b) => b.weight - a.weight || b.containers - a.containers);
  return fit.map(({ place }) => place);
}

/** Each task on its own, on the first node of the strategy's order that the other filters allow. */
export function placeClassically(
  strategy: Exclude<SwarmStrategy, 'swarmkit'>,
  overcommit: number,
  stream: RandomStream,
): PlaceGroup {
  return ({ spec, tasks, nodes, passes, place }: GroupPlacement) => {
    for (let k = 0; k < tasks.length; k++) {
      const allowed = nodes.filter(passes);
      const [first] = classicOrder(strategy, allowed.map(classicNodeOf), spec.reservations, overcommit, stream);
      if (first === undefined) return;
      place(allowed[first]);
    }
  };
}

function classicNodeOf(info: NodeInfo): ClassicNode {
  const { cpuMilli, memBytes } = info.node.facts;
  return {
    totalCpuMilli: cpuMilli,
    totalMemBytes: memBytes,
    usedCpuMilli: cpuMilli - info.freeCpuMilli,
    usedMemBytes: memBytes - info.freeMemBytes,
    containers: info.activeTasks,
  };
}

/** Fisher and Yates. */
export function shuffle(list: unknown[], stream: Pick<RandomStream, 'below'>): void {
  for (let last = list.length - 1; last > 0; last--) {
    const other = stream.below(last + 1);
    [list[last], list[other]] = [list[other], list[last]];
  }
}
