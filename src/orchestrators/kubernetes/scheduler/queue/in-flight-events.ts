import type { ClusterEvent } from './cluster-event.ts';

/** What happened while pods were being tried: an attempt that failed may have missed what would have helped it. */
export class InFlightEvents {
  /** Attempts that are going on, with how many events had been noted before each. */
  private readonly attempts = new Map<number, number>();
  private noted: ClusterEvent[] = [];
  private forgotten = 0;

  /** Attempts that are going on. */
  get size(): number {
    return this.attempts.size;
  }

  begin(id: number): void {
    this.attempts.set(id, this.forgotten + this.noted.length);
  }

  note(event: ClusterEvent): void {
    this.noted.push(event);
  }

  /** What was noted since the pod's attempt began, first to last. */
  since(id: number): readonly ClusterEvent[] {
    const from = (this.attempts.get(id) ?? this.forgotten) - this.forgotten;
    return from === 0 ? this.noted : this.noted.slice(from);
  }

  /** Forgets the events that no attempt still needs. */
  end(id: number): void {
    if (!this.attempts.delete(id)) return;
    if (this.noted.length === 0) return;
    const all = this.forgotten + this.noted.length;
    let [first] = this.attempts.values();
    first ??= all;
    if (first === all) {
      this.forgotten = all;
      this.noted = [];
    } else if (first - this.forgotten > 1024) {
      // Attempts are launched in order, so the first one has the oldest event.
      this.noted = this.noted.slice(first - this.forgotten);
      this.forgotten = first;
    }
  }
}
