import type { RandomStream } from '../../sim/random.ts';
import type { FleetPod, NodeGroupView } from '../../sim/scaling/node-policy.ts';
import { hourly, nodesText, rounded } from './phrases.ts';

/** One way to help pods that wait: so many machines of one group. */
export interface ScaleUpOption {
  readonly group: number;
  readonly nodes: number;
  readonly pods: readonly FleetPod[];
}

export const EXPANDERS = ['least-waste', 'random', 'most-pods', 'least-nodes', 'price', 'priority'] as const;
export type Expander = (typeof EXPANDERS)[number];

/** Memory that is priced like one core, in bytes: 7.5 GiB in Google's N1 list prices, taken as 8 GiB. */
const CORE_WORTH_BYTES = 8 * 1024 * 1024 * 1024;

/**
 * Share of the new CPU and of the new memory that the pods would leave unused, summed: least-waste's score
 * (`expander/waste`), by the capacity of the nodes.
 */
export function wasteOf(option: ScaleUpOption, group: NodeGroupView): number {
  let cpu = 0;
  let mem = 0;
  for (const { request } of option.pods) {
    cpu += request.cpuMilli;
    mem += request.memBytes;
  }
  const allCpu = group.template.cpuMilli * option.nodes;
  const allMem = group.template.memBytes * option.nodes;
  return (allCpu > 0 ? (allCpu - cpu) / allCpu : 0) + (allMem > 0 ? (allMem - mem) / allMem : 0);
}

/** The best options by the first expander, then by the second; what is equal still is decided by lot. */
export function chooseOption(
  options: readonly ScaleUpOption[],
  groups: readonly NodeGroupView[],
  expanders: readonly Expander[],
  priorities: ReadonlyMap<string, number>,
  random: RandomStream,
): { readonly option: ScaleUpOption; readonly why: string } {
  let best = options;
  const reasons: string[] = [];
  for (const expander of expanders) {
    if (best.length < 2) break;
    if (expander === 'random') break;
    const scores = best.map((option) => scoreOf(expander, option, groups[option.group], priorities));
    const top = Math.max(...scores.map((score) => score.rank));
    const told = best.map((option, k) => `${groups[option.group].name} ${scores[k].text}`).join(', ');
    best = best.filter((_, k) => scores[k].rank === top);
    reasons.push(`${expander}: ${told}`);
  }
  if (best.length > 1) reasons.push(`by lot among ${best.length}`);
  const option = best.length > 1 ? best[random.below(best.length)] : best[0];
  const won = `${nodesText(option.nodes)} of ${groups[option.group].name}`;
  return { option, why: reasons.length === 0 ? `${won}, the only group that helps` : `${won} (${reasons.join('; ')})` };
}

/** Higher rank wins. */
function scoreOf(
  expander: Exclude<Expander, 'random'>,
  option: ScaleUpOption,
  group: NodeGroupView,
  priorities: ReadonlyMap<string, number>,
): { rank: number; text: string } {
  switch (expander) {
    case 'least-waste': {
      const waste = wasteOf(option, group);
      return { rank: -waste, text: `wastes ${rounded(waste, 3)}` };
    }
    case 'most-pods':
      return { rank: option.pods.length, text: `helps ${option.pods.length} pods` };
    case 'least-nodes':
      return { rank: -option.nodes, text: `needs ${nodesText(option.nodes)}` };
    case 'price': {
      const usd = group.usdPerHour * option.nodes;
      const worth = option.pods.reduce((sum, pod) => sum + coresWorth(pod), 0);
      return { rank: -usd / worth, text: `costs ${hourly(usd)} for ${rounded(worth, 2)} cores' worth of pods` };
    }
    case 'priority': {
      const priority = priorityOf(group.name, priorities);
      return { rank: priority, text: `has priority ${priority === -Infinity ? 'none' : priority}` };
    }
    default:
      return expander satisfies never;
  }
}

/** The highest number whose word is part of the group's name. */
function priorityOf(name: string, priorities: ReadonlyMap<string, number>): number {
  let highest = -Infinity;
  for (const [word, priority] of priorities) if (name.includes(word)) highest = Math.max(highest, priority);
  return highest;
}

/** What a pod asks for in cores, memory valued at 8 GiB a core; never 0, so that pods without requests count a little. */
function coresWorth(pod: FleetPod): number {
  return Math.max(0.01, pod.request.cpuMilli / 1000 + pod.request.memBytes / CORE_WORTH_BYTES);
}
