import type { FleetView } from '../../sim/scaling/node-policy.ts';

/**
 * How many machines each group may still order or give back while one answer is being put together. Machines being
 * drained are counted against the maximum and not towards the minimum, so neither is ever overstepped.
 */
export class GroupCount {
  private readonly most: number[];
  private readonly least: number[];
  /** Machines the cloud would still give. */
  private readonly available: number[];
  private readonly asked: number[];
  private readonly view: FleetView;

  constructor(view: FleetView) {
    this.view = view;
    const staying = view.groups.map(() => 0);
    const all = view.groups.map(() => 0);
    for (const node of view.nodes) {
      all[node.group]++;
      if (node.state !== 'leaving') staying[node.group]++;
    }
    this.most = view.groups.map((group, g) => Math.max(group.size, all[g]));
    this.least = view.groups.map((group, g) => Math.min(group.size, staying[g]));
    this.asked = view.groups.map((group) => group.size);
    this.available = view.groups.map((group) => group.available);
  }

  /** Machines of the group that may still be ordered. */
  canAdd(group: number): number {
    return Math.max(0, Math.min(this.view.groups[group].max - this.most[group], this.available[group]));
  }

  /** Machines of the group that may still be given back. */
  canRemove(group: number): number {
    return Math.max(0, this.least[group] - this.view.groups[group].min);
  }

  /** Machines asked for, this answer's orders and returns included. */
  sizeOf(group: number): number {
    return this.asked[group];
  }

  add(group: number, count: number): void {
    this.most[group] += count;
    this.least[group] += count;
    this.asked[group] += count;
    this.available[group] -= count;
  }

  /** A machine on its way out still counts against the maximum. */
  remove(group: number): void {
    this.least[group]--;
    this.asked[group]--;
  }
}
