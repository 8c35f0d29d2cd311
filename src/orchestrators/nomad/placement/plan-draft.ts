import type { NomadGroup } from '../jobs/nomad-jobs.ts';
import { jobResources } from '../jobs/job-resources.ts';
import type { Resources } from '../../data-plane/machine-spec.ts';
import type { Allocation, JobVersion } from '../state/allocation.ts';
import type { ServerNode } from '../state/server-node.ts';
import { addResources } from '../state/server-node.ts';

/** What one allocation of a group asks of a node. */
export interface Ask {
  readonly resources: Resources;
  readonly staticPorts: readonly number[];
  readonly dynamicPorts: number;
}

export function askOf(group: NomadGroup): Ask {
  return {
    resources: jobResources(group),
    staticPorts: group.ports.map((port) => port.static).filter((port) => port > 0),
    dynamicPorts: group.ports.filter((port) => port.static === 0).length,
  };
}

/** An allocation that a plan would make. */
export interface NewAllocation {
  readonly name: string;
  readonly index: number;
  readonly of: JobVersion;
  readonly group: string;
  readonly node: number;
  readonly ask: Ask;
  readonly score: number;
  readonly previous: Allocation | undefined;
  readonly isReschedule: boolean;
  readonly rescheduleDelayUs: number;
  readonly isCanary: boolean;
}

/** What a plan changes so far, by node: placements of the same plan count as used, what it stops does not. */
export class PlanDraft {
  readonly stopped = new Set<Allocation>();
  readonly preempted = new Set<Allocation>();
  readonly placed: NewAllocation[] = [];
  private readonly placedOn = new Map<number, NewAllocation[]>();

  place(alloc: NewAllocation): void {
    this.placed.push(alloc);
    const there = this.placedOn.get(alloc.node);
    if (there === undefined) this.placedOn.set(alloc.node, [alloc]);
    else there.push(alloc);
  }

  on(node: number): readonly NewAllocation[] {
    return this.placedOn.get(node) ?? [];
  }

  isGone(alloc: Allocation): boolean {
    return this.stopped.has(alloc) || this.preempted.has(alloc);
  }

  /** What of the node is taken, were the plan applied. */
  used(node: ServerNode): { cpuMilli: number; memBytes: number; diskBytes: number; gpuCount: number } {
    const used = { ...node.used };
    if (this.stopped.size + this.preempted.size > 0)
      for (const alloc of node.allocs) if (this.isGone(alloc)) addResources(used, alloc.resources, -1);
    for (const { ask } of this.on(node.number)) addResources(used, ask.resources, 1);
    return used;
  }

  /** Whether a port of the host would be taken. */
  hasPort(node: ServerNode, port: number): boolean {
    let holders = node.staticPorts.get(port) ?? 0;
    if (holders > 0)
      for (const alloc of node.allocs) if (this.isGone(alloc) && alloc.staticPorts.includes(port)) holders--;
    return holders > 0 || this.on(node.number).some(({ ask }) => ask.staticPorts.includes(port));
  }

  dynamicPorts(node: ServerNode): number {
    let ports = node.used.dynamicPorts;
    for (const { ask } of this.on(node.number)) ports += ask.dynamicPorts;
    return ports;
  }
}
