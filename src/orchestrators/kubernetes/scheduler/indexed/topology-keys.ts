import type { Labels } from '../../objects/meta.ts';
import { grown } from './grown.ts';

/** The values of one label of nodes as small numbers: node by node, and given again when no node has the value any more. */
export class TopologyKey {
  readonly name: string;
  /** Whether nodes without the label count as having an empty value. */
  readonly fillsIn: boolean;
  /** Number of the node's value; -1: the node does not have the label. */
  valueOf: Int32Array;
  /** One more than the largest number of a value. */
  valueCount = 0;
  /** Values that some node has, and nodes that have one. */
  valuesHeld = 0;
  nodesHeld = 0;
  private readonly ids = new Map<string, number>();
  private readonly names: string[] = [];
  private readonly holders: number[] = [];
  private readonly free: number[] = [];

  constructor(name: string, fillsIn: boolean, capacity: number) {
    this.name = name;
    this.fillsIn = fillsIn;
    this.valueOf = new Int32Array(capacity).fill(-1);
  }

  grow(capacity: number): void {
    this.valueOf = grown(this.valueOf, capacity, -1);
  }

  /** Whether some node has the value of this number. */
  isHeld(value: number): boolean {
    return this.holders[value] > 0;
  }

  /** Gives the node the value that its labels say; undefined: the node is gone. */
  set(slot: number, labels: Labels | undefined): void {
    const before = this.valueOf[slot];
    const value = labels === undefined ? undefined : (labels[this.name] ?? (this.fillsIn ? '' : undefined));
    if (before >= 0) {
      if (this.names[before] === value) return;
      this.nodesHeld--;
      if (--this.holders[before] === 0) {
        this.valuesHeld--;
        this.ids.delete(this.names[before]);
        this.free.push(before);
      }
    }
    this.valueOf[slot] = value === undefined ? -1 : this.idOf(value);
  }

  private idOf(value: string): number {
    let id = this.ids.get(value);
    if (id === undefined) {
      id = this.free.pop() ?? this.valueCount++;
      this.ids.set(value, id);
      this.names[id] = value;
      this.holders[id] = 0;
      this.valuesHeld++;
    }
    this.holders[id]++;
    this.nodesHeld++;
    return id;
  }
}
