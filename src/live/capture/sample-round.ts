/** Whose turn it is to be measured: those never measured first, the latest of them before others; then in turn. */
export class SampleRound {
  private readonly fresh: string[] = [];
  private readonly turn: string[] = [];
  private readonly ids = new Set<string>();

  get size(): number {
    return this.ids.size;
  }

  add(id: string): void {
    if (this.ids.has(id)) return;
    this.ids.add(id);
    this.fresh.push(id);
  }

  drop(id: string): void {
    this.ids.delete(id);
  }

  /** Undefined when there is none. */
  next(): string | undefined {
    for (const list of [this.fresh, this.turn]) {
      for (let id = list.shift(); id !== undefined; id = list.shift()) {
        if (!this.ids.has(id) || (list === this.turn && this.turn.includes(id))) continue;
        this.turn.push(id);
        return id;
      }
    }
    return undefined;
  }
}
