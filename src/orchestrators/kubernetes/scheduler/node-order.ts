import type { Labels } from '../objects/meta.ts';
import { zoneKey } from '../objects/node-labels.ts';

/**
 * The order in which the scheduler looks at nodes: one of every zone in turn, so that sampling the first nodes of a
 * large cluster still sees every zone. Zones come in the order in which their first node came; within a zone nodes come
 * as they were added (scheduler.md 2.2; upstream pkg/scheduler/backend/cache/node_tree.go).
 */
export class NodeOrder {
  private readonly zones = new Map<string, number[]>();
  private current: readonly number[] | undefined;
  private count = 0;

  /** Adds a node, by its number. */
  add(node: number, labels: Labels): void {
    const zone = zoneKey(labels);
    const nodes = this.zones.get(zone);
    if (nodes === undefined) this.zones.set(zone, [node]);
    else nodes.push(node);
    this.count += 1;
    this.current = undefined;
  }

  /** Takes a node away; `labels` are those that it had last. A zone that becomes empty loses its turn. */
  remove(node: number, labels: Labels): void {
    const zone = zoneKey(labels);
    const nodes = this.zones.get(zone);
    const place = nodes?.indexOf(node) ?? -1;
    if (nodes === undefined || place < 0) throw new Error(`node ${node} is not in zone "${zone}"`);
    nodes.splice(place, 1);
    if (nodes.length === 0) this.zones.delete(zone);
    this.count -= 1;
    this.current = undefined;
  }

  /** Other labels: the node moves to the end of its new zone, if that is another one. */
  relabel(node: number, before: Labels, after: Labels): void {
    if (zoneKey(before) === zoneKey(after)) return;
    this.remove(node, before);
    this.add(node, after);
  }

  /** All nodes in that order; the same array until a node comes, goes or changes its zone. */
  list(): readonly number[] {
    this.current ??= this.inTurns();
    return this.current;
  }

  private inTurns(): number[] {
    const list: number[] = [];
    for (let turn = 0; list.length < this.count; turn += 1) {
      for (const nodes of this.zones.values()) {
        if (turn < nodes.length) list.push(nodes[turn]);
      }
    }
    return list;
  }
}
