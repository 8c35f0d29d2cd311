import type { RandomStream } from '../../../sim/random.ts';
import type { SwarmValues } from '../constants.ts';

/**
 * The heartbeats of one node, reckoned when they matter. At each one the managers draw the time to the next, and the node
 * is lost when a multiple of it passes without another. (SwarmKit manager/dispatcher/period.go and nodes.go.)
 */
export class Heartbeats {
  /** The last one, and the time to the next that was drawn then. */
  lastUs: number;
  periodUs: number;
  private readonly stream: RandomStream;
  private readonly values: SwarmValues;

  constructor(stream: RandomStream, values: SwarmValues, beginUs: number) {
    this.stream = stream;
    this.values = values;
    this.lastUs = beginUs;
    this.periodUs = this.draw();
  }

  /** One comes at this time. */
  beat(atUs: number): void {
    this.lastUs = atUs;
    this.periodUs = this.draw();
  }

  /** Lets those come that are due up to this time. */
  goOnUntil(untilUs: number): void {
    while (this.lastUs + this.periodUs <= untilUs) this.beat(this.lastUs + this.periodUs);
  }

  /** When the node is taken for lost, if no other one comes. */
  get expiryUs(): number {
    return this.lastUs + this.periodUs * this.values.heartbeatGrace;
  }

  /** Even in the period plus or minus the epsilon. */
  draw(): number {
    const { heartbeatPeriod, heartbeatEpsilon } = this.values;
    return heartbeatPeriod - heartbeatEpsilon + this.stream.below(2 * heartbeatEpsilon);
  }
}
