import { InputError } from '../../sim/input-error.ts';
import type { RandomStream } from '../../sim/random.ts';
import type { FleetNode, FleetView, NodeDecision, NodePolicy, NodeScaler } from '../../sim/scaling/node-policy.ts';
import { minutes, seconds } from '../../sim/time.ts';
import type { PolicyFamily, PolicyOptions } from '../policy-family.ts';
import { clusterAutoscalerOptions } from './cluster-autoscaler-options.ts';
import type { Expander } from './expanders.ts';
import { FleetSketch } from './fleet-sketch.ts';
import { GroupBackoff } from './group-backoff.ts';
import { GroupCount } from './group-count.ts';
import { restoreMinimum } from './minimum.ts';
import { spanText } from './phrases.ts';
import { podKinds, type PodKind } from './pod-kinds.ts';
import { ScaleDown } from './scale-down.ts';
import { scaleUp } from './scale-up.ts';

/**
 * Buys machines for pods that fit nowhere, by bin packing on each group's template and an expander that picks the
 * group; gives back machines that have been little used for ten minutes and whose pods fit elsewhere. Careful and
 * slow to shrink: a spike's machines are paid for at least twenty minutes.
 */
export const clusterAutoscaler: PolicyFamily<NodePolicy> = {
  name: 'cluster-autoscaler',
  summary: 'adds nodes of the best group for pods that fit nowhere, drains nodes long little used',
  source: 'kubernetes-sigs/cluster-autoscaler, August 2026 (flags at their defaults)',
  options: clusterAutoscalerOptions,
  make: (options, name) => {
    parsePriorities(options.priorities as string);
    return {
      name,
      summary: 'bin packing, an expander, and slow scale-down',
      source: 'kubernetes-sigs/cluster-autoscaler',
      periodUs: options.scan as number,
      ...(options.frequent ? { onPendingUs: seconds(1) } : {}),
      make: ({ random }) => new ClusterAutoscaler(options, random),
    };
  },
};

/** One run's Cluster Autoscaler; `options` as `clusterAutoscalerOptions` describe them. */
export class ClusterAutoscaler implements NodeScaler {
  private readonly options: PolicyOptions;
  private readonly random: RandomStream;
  private readonly priorities: ReadonlyMap<string, number>;
  private readonly backoff: GroupBackoff;
  private readonly down: ScaleDown;
  private lastAddUs = -Infinity;
  private lastRemoveUs = -Infinity;

  constructor(options: PolicyOptions, random: RandomStream) {
    this.options = options;
    this.random = random;
    this.priorities = parsePriorities(options.priorities as string);
    this.backoff = new GroupBackoff({ initialUs: minutes(5), maxUs: minutes(30), resetUs: minutes(180) });
    this.down = new ScaleDown({
      utilisation: options.utilisation as number,
      gpuUtilisation: options.gpuUtilisation as number,
      unneededUs: options.unneeded as number,
      unreadyUs: options.unready as number,
      parallelism: options.parallelism as number,
      drainParallelism: options.drains as number,
      candidates: options.candidates as number,
    });
  }

  decide(view: FleetView): readonly NodeDecision[] {
    const counts = new GroupCount(view);
    this.backoff.look(view);
    const late = this.lateNodes(view);
    const decisions: NodeDecision[] = this.giveUp(view, late, counts);
    decisions.push(...restoreMinimum(view, counts));
    // What was just ordered may be enough for the pods that wait: the next look tells.
    if (decisions.length > 0) return decisions;
    const sketch = new FleetSketch(view, new Set(late.map((node) => node.id)));
    const waiting = sketch.seat(podKinds(this.pendingNow(view)));
    const added = this.add(view, waiting, counts);
    decisions.push(...added);
    if (added.length > 0) return decisions;
    const unneeded = this.down.look(view, sketch);
    if (!this.coolingDown(view.nowUs)) {
      const removed = this.down.remove(view, unneeded, counts);
      if (removed.length > 0) this.lastRemoveUs = view.nowUs;
      decisions.push(...removed);
    }
    return decisions;
  }

  private add(view: FleetView, waiting: readonly PodKind[], counts: GroupCount): NodeDecision[] {
    const { options } = this;
    const added = scaleUp(
      view,
      waiting,
      counts,
      (group) => this.backoff.blocks(group, view.nowUs),
      {
        expanders: [options.expander as Expander, options.then as Expander],
        priorities: this.priorities,
        maxNodesPerScaleUp: options.maxPerScaleUp as number,
      },
      this.random,
    );
    for (const decision of added)
      if (decision.kind === 'add') this.backoff.ordered(decision.group, view.groups[decision.group].size);
    if (added.length > 0) this.lastAddUs = view.nowUs;
    return added;
  }

  /** Pods to help: not below the priority cutoff, and pending for long enough. */
  private pendingNow(view: FleetView): FleetView['pending'] {
    const cutoff = this.options.priorityCutoff as number;
    const delayUs = this.options.podDelay as number;
    return view.pending.filter((pod) => pod.priority >= cutoff && view.nowUs - pod.sinceUs >= delayUs);
  }

  /** Machines that should have come up by now. */
  private lateNodes(view: FleetView): FleetNode[] {
    const limitUs = this.options.maxProvision as number;
    return view.nodes.filter((node) => node.state === 'coming' && view.nowUs - node.sinceUs >= limitUs);
  }

  /** Gives them back, and leaves their groups alone for a while. */
  private giveUp(view: FleetView, late: readonly FleetNode[], counts: GroupCount): NodeDecision[] {
    const decisions: NodeDecision[] = [];
    for (const { id, name, group, sinceUs } of late) {
      if (counts.canRemove(group) < 1) continue;
      if (!this.backoff.blocks(group, view.nowUs)) this.backoff.failed(group, view.nowUs);
      counts.remove(group);
      const limit = spanText(this.options.maxProvision as number);
      const why = `${name} was ordered ${spanText(view.nowUs - sinceUs)} ago and has not come up within ${limit}`;
      decisions.push({ kind: 'remove', node: id, why });
    }
    return decisions;
  }

  private coolingDown(nowUs: number): boolean {
    return (
      nowUs - this.lastAddUs < (this.options.delayAfterAdd as number) ||
      nowUs - this.lastRemoveUs < (this.options.delayAfterRemove as number)
    );
  }
}

/** Reads "spot=50 ondemand=10": a part of a group's name and its priority. */
export function parsePriorities(text: string): Map<string, number> {
  const priorities = new Map<string, number>();
  for (const part of text.split(/\s+/).filter((word) => word !== '')) {
    const match = /^([^=]+)=(-?\d+)$/.exec(part);
    if (!match) throw new InputError(`cannot read "${part}" as a priority; write it like "spot=50 ondemand=10"`);
    priorities.set(match[1], Number(match[2]));
  }
  return priorities;
}
