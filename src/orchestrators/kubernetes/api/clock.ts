import { EventQueue } from '../../../sim/event-queue.ts';

/** Virtual time, and what is due when. Of two things due at one instant the one that was asked for first comes first. */
export class Clock {
  /** Microseconds since the run began. */
  nowUs = 0;
  events = 0;
  private readonly queue = new EventQueue(() => undefined);
  private readonly handlers: ((subject: number) => void)[] = [];

  /** A kind of event: what `handler` does with the number of what it is about. Kinds are made once, when a run is put together. */
  kind(handler: (subject: number) => void): number {
    return this.handlers.push(handler) - 1;
  }

  /** An event at this time, which may be now but not before. */
  at(timeUs: number, kind: number, subject: number): void {
    this.queue.push(Math.max(timeUs, this.nowUs), 0, kind, subject);
  }

  after(delayUs: number, kind: number, subject: number): void {
    this.at(this.nowUs + delayUs, kind, subject);
  }

  /** Does what is due next, if that is not later than the limit, whole microseconds; else moves the time to it and says false. */
  step(limitUs: number): boolean {
    const nextUs = this.queue.nextUs(limitUs);
    if (nextUs > limitUs) {
      this.nowUs = Math.max(this.nowUs, limitUs);
      return false;
    }
    this.nowUs = nextUs;
    this.events++;
    this.queue.pop();
    this.handlers[this.queue.kind](this.queue.subject);
    return true;
  }
}
