import type { Clock } from '../../clock.ts';

/** What is to be done at some time, by a number that an event can carry. A deed that is cancelled is not done. */
export class Agenda<D> {
  private readonly deeds = new Map<number, D>();
  private readonly kind: number;
  private readonly clock: Clock;
  private nextId = 0;

  constructor(clock: Clock, act: (deed: D) => void) {
    this.clock = clock;
    this.kind = clock.kind((id) => {
      const deed = this.deeds.get(id);
      if (deed === undefined) return;
      this.deeds.delete(id);
      act(deed);
    });
  }

  after(delayUs: number, deed: D): number {
    const id = this.nextId++;
    this.deeds.set(id, deed);
    this.clock.after(delayUs, this.kind, id);
    return id;
  }

  cancel(id: number): void {
    this.deeds.delete(id);
  }
}
