import { EventQueue } from '../sim/event-queue.ts';

/** Virtual time, and what is due when. Of two things due at one instant the one that was asked for first comes first. */
export class Clock {
  /** Microseconds since the run began; negative while a cluster comes to rest before it. */
  nowUs: number;
  events = 0;
  private readonly startUs: number;
  private readonly queue = new EventQueue(() => undefined);
  private readonly handlers: ((subject: number) => void)[] = [];
  /** By kind: whether it needs the API server. */
  private readonly needsApi: boolean[] = [];
  /** Kinds and subjects, in turn, of what was due while the API server was down. */
  private readonly heldBack: number[] = [];
  private isApiDown = false;

  /** Time begins at `startUs`, 0 or before. */
  constructor(startUs = 0) {
    this.startUs = startUs;
    this.nowUs = startUs;
  }

  /** A kind of event: what `handler` does with the number of what it is about. Kinds are made once, when a run is put together. */
  kind(handler: (subject: number) => void): number {
    this.needsApi.push(false);
    return this.handlers.push(handler) - 1;
  }

  /**
   * The same for whoever can do nothing without the API server: scheduler, controllers, autoscalers, people. What is due
   * while it is down is done when it is back, in order, and so later than it was asked for.
   */
  apiKind(handler: (subject: number) => void): number {
    const kind = this.kind(handler);
    this.needsApi[kind] = true;
    return kind;
  }

  /** The API server goes, or is back. */
  setApiDown(down: boolean): void {
    this.isApiDown = down;
    if (down) return;
    for (let k = 0; k < this.heldBack.length; k += 2) this.at(this.nowUs, this.heldBack[k], this.heldBack[k + 1]);
    this.heldBack.length = 0;
  }

  /** An event at this time, which may be now but not before. */
  at(timeUs: number, kind: number, subject: number): void {
    this.queue.push(Math.max(timeUs, this.nowUs) - this.startUs, 0, kind, subject);
  }

  after(delayUs: number, kind: number, subject: number): void {
    this.at(this.nowUs + delayUs, kind, subject);
  }

  /** Does what is due next, if that is not later than the limit, whole microseconds; else moves the time to it and says false. */
  step(limitUs: number): boolean {
    const nextUs = this.queue.nextUs(limitUs - this.startUs) + this.startUs;
    if (nextUs > limitUs) {
      this.nowUs = Math.max(this.nowUs, limitUs);
      return false;
    }
    this.nowUs = nextUs;
    this.events++;
    this.queue.pop();
    const { kind, subject } = this.queue;
    if (this.isApiDown && this.needsApi[kind]) this.heldBack.push(kind, subject);
    else this.handlers[kind](subject);
    return true;
  }
}
