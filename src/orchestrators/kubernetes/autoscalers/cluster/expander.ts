import { InputError } from '../../../../sim/input-error.ts';
import { suggestion } from '../../../../sim/nearest-name.ts';
import type { RandomStream } from '../../../../sim/random.ts';
import type { NodeGroupSpec } from '../../kubernetes-spec.ts';
import { podResources } from '../../objects/pod-resources.ts';
import type { Pod } from '../../objects/pod.ts';
import { amountIn } from '../shared/resource-amounts.ts';

/** One way to help pods that wait: so many nodes of one group. */
export interface ExpanderOption {
  readonly group: NodeGroupSpec;
  readonly nodes: number;
  readonly pods: readonly Pod[];
}

export const EXPANDERS = ['least-waste', 'random', 'most-pods', 'least-nodes', 'price', 'priority'] as const;
type ExpanderName = (typeof EXPANDERS)[number];

/** Memory that is priced like one core: a typical machine has 8 GiB for each. [model] */
const CORE_WORTH_BYTES = 8 * 1024 ** 3;

/**
 * Chooses among the options: each expander of the list keeps those that are best by it, and what is equal still is
 * settled by lot.
 *
 * Source: cluster-autoscaler, pkg/expander (waste, mostpods, leastnodes, price, priority, random; factory/chain.go).
 */
export class Expander {
  private readonly names: readonly ExpanderName[];
  private readonly priorities: readonly { readonly priority: number; readonly pattern: RegExp }[];
  private readonly random: RandomStream;

  /** `list`: names separated by commas; `priorities` as of the flag `expander-priorities`. Throws an InputError. */
  constructor(list: string, priorities: string, random: RandomStream) {
    this.names = list.split(',').map((name) => expanderName(name.trim()));
    this.priorities = parsePriorities(priorities);
    this.random = random;
  }

  best(options: readonly ExpanderOption[]): { readonly option: ExpanderOption; readonly why: string } {
    let left = options;
    const reasons: string[] = [];
    for (const name of this.names) {
      if (left.length < 2 || name === 'random') break;
      const scores = left.map((option) => this.score(name, option));
      const top = Math.max(...scores.map(({ rank }) => rank));
      reasons.push(`${name}: ${left.map(({ group }, k) => `${group.name} ${scores[k].text}`).join(', ')}`);
      // The priority expander falls back to all when it knows none of them.
      if (name === 'priority' && top === -Infinity) continue;
      left = left.filter((_, k) => scores[k].rank === top);
    }
    if (left.length > 1) reasons.push(`by lot among ${left.length}`);
    const option = left.length > 1 ? left[this.random.below(left.length)] : left[0];
    return { option, why: reasons.length === 0 ? `only ${option.group.name} helps` : reasons.join('; ') };
  }

  /** Higher rank wins. */
  private score(name: Exclude<ExpanderName, 'random'>, option: ExpanderOption): { rank: number; text: string } {
    switch (name) {
      case 'least-waste': {
        const waste = wasteOf(option);
        return { rank: -waste, text: `wastes ${rounded(waste)}` };
      }
      case 'most-pods':
        return { rank: option.pods.length, text: `helps ${option.pods.length} pods` };
      case 'least-nodes':
        return { rank: -option.nodes, text: `needs ${option.nodes} nodes` };
      case 'price': {
        const usd = option.group.usdPerHour * option.nodes;
        const worth = option.pods.reduce((sum, pod) => sum + coresWorth(pod), 0);
        return { rank: -usd / worth, text: `costs $${rounded(usd)}/h for ${rounded(worth)} cores' worth of pods` };
      }
      case 'priority': {
        let rank = -Infinity;
        for (const { priority, pattern } of this.priorities)
          if (pattern.test(option.group.name)) rank = Math.max(rank, priority);
        return { rank, text: rank === -Infinity ? 'has no priority' : `has priority ${rank}` };
      }
      default:
        return name satisfies never;
    }
  }
}

/** Share of the new CPU plus share of the new memory that the pods would leave unused, by the nodes' capacity. */
export function wasteOf({ group, nodes, pods }: ExpanderOption): number {
  let cpu = 0;
  let mem = 0;
  for (const { spec } of pods) {
    const { cpuMilli, memBytes } = podResources(spec);
    cpu += cpuMilli;
    mem += memBytes;
  }
  const { capacity } = group.template.status;
  const allCpu = (amountIn(capacity, 'cpu') ?? 0) * nodes;
  const allMem = (amountIn(capacity, 'memory') ?? 0) * nodes;
  return (allCpu > 0 ? (allCpu - cpu) / allCpu : 0) + (allMem > 0 ? (allMem - mem) / allMem : 0);
}

function expanderName(name: string): ExpanderName {
  const known = EXPANDERS.find((one) => one === name);
  if (known === undefined) throw new InputError(`there is no expander "${name}"${suggestion(name, EXPANDERS)}`);
  return known;
}

/** Reads "50=spot.*;10=.*". */
function parsePriorities(text: string): { priority: number; pattern: RegExp }[] {
  return text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const match = /^(-?\d+)\s*=\s*(.+)$/.exec(part);
      if (match === null)
        throw new InputError(`cannot read "${part}" as a priority of node groups; write it like "50=spot.*"`);
      return { priority: Number(match[1]), pattern: patternOf(match[2]) };
    });
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new InputError(`cannot read "${text}" as a regular expression; write it like "spot.*"`);
  }
}

/** What a pod asks for in cores; never 0, so that pods without requests count a little. */
function coresWorth({ spec }: Pod): number {
  const { cpuMilli, memBytes } = podResources(spec);
  return Math.max(0.01, cpuMilli / 1000 + memBytes / CORE_WORTH_BYTES);
}

function rounded(value: number): string {
  return String(Number(value.toFixed(3)));
}
