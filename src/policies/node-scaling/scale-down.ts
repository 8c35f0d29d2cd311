import type { FleetNode, FleetView, NodeDecision } from '../../sim/scaling/node-policy.ts';
import type { FleetSketch } from './fleet-sketch.ts';
import type { GroupCount } from './group-count.ts';
import { percent, spanText } from './phrases.ts';

export interface ScaleDownRule {
  /** A node is a candidate when it is used at most so much. */
  readonly utilisation: number;
  readonly gpuUtilisation: number;
  readonly unneededUs: number;
  readonly unreadyUs: number;
  /** Machines given back at once, being drained included. */
  readonly parallelism: number;
  /** Of those, machines with pods. */
  readonly drainParallelism: number;
  /** Candidates with pods that are tried in one look. */
  readonly candidates: number;
}

interface Unneeded {
  readonly place: number;
  readonly used: number;
  readonly forUs: number;
}

/** Which machines Cluster Autoscaler finds unneeded, and for how long they have been so. */
export class ScaleDown {
  private readonly rule: ScaleDownRule;
  /** Since when each node has been unneeded, by its id. */
  private since = new Map<number, number>();

  constructor(rule: ScaleDownRule) {
    this.rule = rule;
  }

  /** Forgets what was unneeded. */
  forget(): void {
    this.since.clear();
  }

  /**
   * Looks which nodes are unneeded now: used little, every pod movable, and a place for each elsewhere that is kept
   * free for it. Nodes that were unneeded before are tried first, then empty ones, then the least used.
   */
  look(view: FleetView, sketch: FleetSketch): Unneeded[] {
    const found = new Map<number, number>();
    const unneeded: Unneeded[] = [];
    let tried = 0;
    for (const { place, used } of this.candidates(view)) {
      const node = view.nodes[place];
      const pods = sketch.podsAt(place);
      if (pods.length > 0 && tried++ >= this.rule.candidates) continue;
      if (pods.some((pod) => !pod.movable) || sketch.vacate([place]).length > 0) continue;
      const sinceUs = this.since.get(node.id) ?? view.nowUs;
      found.set(node.id, sinceUs);
      unneeded.push({ place, used, forUs: view.nowUs - sinceUs });
    }
    this.since = found;
    return unneeded;
  }

  /** Which of them to give back now: empty ones in bulk, others few at a time, no group below its minimum. */
  remove(view: FleetView, unneeded: readonly Unneeded[], counts: GroupCount): NodeDecision[] {
    const leaving = view.nodes.filter((node) => node.state === 'leaving');
    let free = this.rule.parallelism - leaving.length;
    let drains = this.rule.drainParallelism - leaving.filter((node) => node.pods.length > 0).length;
    const decisions: NodeDecision[] = [];
    const emptyFirst = [...unneeded].sort((a, b) => holdsPods(view.nodes[a.place]) - holdsPods(view.nodes[b.place]));
    for (const { place, used, forUs } of emptyFirst) {
      const node = view.nodes[place];
      const isEmpty = node.pods.length === 0;
      const neededUs = node.state === 'unready' ? this.rule.unreadyUs : this.rule.unneededUs;
      if (forUs < neededUs || free < 1 || (!isEmpty && drains < 1) || counts.canRemove(node.group) < 1) continue;
      free--;
      if (!isEmpty) drains--;
      counts.remove(node.group);
      decisions.push({ kind: 'remove', node: node.id, why: this.why(node, used, forUs, neededUs) });
    }
    return decisions;
  }

  private why(node: FleetNode, used: number, forUs: number, neededUs: number): string {
    const limit = percent(this.limitOf(node));
    const load =
      node.pods.length === 0
        ? 'is empty'
        : `is ${percent(used)} used (at most ${limit}) and its ${node.pods.length} pods have room elsewhere`;
    return `${node.name} ${load}; unneeded for ${spanText(forUs)}, at least ${spanText(neededUs)}`;
  }

  private candidates(view: FleetView): { place: number; used: number }[] {
    return [...view.nodes.keys()]
      .filter((place) => view.nodes[place].state === 'ready' || view.nodes[place].state === 'unready')
      .map((place) => ({ place, used: utilisationOf(view.nodes[place]) }))
      .filter(({ place, used }) => used <= this.limitOf(view.nodes[place]))
      .sort((a, b) => {
        const first = view.nodes[a.place];
        const second = view.nodes[b.place];
        const known = Number(this.since.has(second.id)) - Number(this.since.has(first.id));
        return known || holdsPods(first) - holdsPods(second) || a.used - b.used || a.place - b.place;
      });
  }

  private limitOf(node: FleetNode): number {
    return node.spec.gpuCount ? this.rule.gpuUtilisation : this.rule.utilisation;
  }
}

/** Requests over capacity: the larger of CPU and memory; on nodes with GPUs, of the GPUs alone. */
export function utilisationOf(node: FleetNode): number {
  const { spec, pods } = node;
  if (spec.gpuCount) {
    const milli = pods.reduce((sum, { request }) => sum + (request.gpuCount ?? 0) * (request.gpuMilli ?? 1000), 0);
    return milli / (spec.gpuCount * 1000);
  }
  const cpu = spec.cpuMilli > 0 ? (spec.cpuMilli - node.cpuFreeMilli) / spec.cpuMilli : 0;
  const mem = spec.memBytes > 0 ? (spec.memBytes - node.memFreeBytes) / spec.memBytes : 0;
  return Math.max(cpu, mem);
}

function holdsPods(node: FleetNode): number {
  return node.pods.length > 0 ? 1 : 0;
}
