import type { FleetView } from '../../sim/scaling/node-policy.ts';

/** How long a group is left alone after an order that came to nothing. */
export interface BackoffRule {
  readonly initialUs: number;
  readonly maxUs: number;
  /** A group without failures for so long begins at `initialUs` again. */
  readonly resetUs: number;
}

interface Failure {
  untilUs: number;
  waitUs: number;
  lastUs: number;
}

/** Cluster Autoscaler's exponential backoff of node groups (5 min, doubled up to 30 min, forgotten after 3 h). */
export class GroupBackoff {
  private readonly rule: BackoffRule;
  private readonly failures = new Map<number, Failure>();
  private readonly orders = new Map<number, { sizeBefore: number }>();

  constructor(rule: BackoffRule) {
    this.rule = rule;
  }

  /** Remembers an order, to see at the next look whether anything came of it. */
  ordered(group: number, sizeBefore: number): void {
    this.orders.set(group, { sizeBefore });
  }

  /** Looks what became of the orders: a group that did not grow at all has no capacity. */
  look(view: FleetView): void {
    for (const [group, order] of this.orders)
      if (view.groups[group].size <= order.sizeBefore) this.failed(group, view.nowUs);
    this.orders.clear();
  }

  failed(group: number, nowUs: number): void {
    const before = this.failures.get(group);
    const fresh = before === undefined || nowUs - before.lastUs > this.rule.resetUs;
    const waitUs = fresh ? this.rule.initialUs : Math.min(before.waitUs * 2, this.rule.maxUs);
    this.failures.set(group, { untilUs: nowUs + waitUs, waitUs, lastUs: nowUs });
  }

  /** Whether orders of this group make no sense now. */
  blocks(group: number, nowUs: number): boolean {
    const failure = this.failures.get(group);
    return failure !== undefined && nowUs < failure.untilUs;
  }
}
