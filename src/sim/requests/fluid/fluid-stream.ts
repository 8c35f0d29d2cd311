import type { ClientSpec } from '../traffic.ts';
import type { LatencyShape } from './latency-shape.ts';
import { laterBy, NO_TIME } from './latency-shape.ts';
import type { FluidAnswer } from './answer.ts';

/** Amounts that come due evenly between two times. */
interface Due {
  fromUs: number;
  toUs: number;
  amounts: Float64Array;
}

/** Amounts on their way to a later time, each of which comes due evenly over a span. */
export class DueLine {
  private readonly dues: Due[] = [];
  private head = 0;

  /** The amounts are copied. */
  push(fromUs: number, toUs: number, amounts: Float64Array): void {
    const last = this.dues.at(-1);
    if (this.head < this.dues.length && last !== undefined && continues(last, fromUs, toUs, amounts)) {
      last.toUs = toUs;
      for (let k = 0; k < amounts.length; k++) last.amounts[k] += amounts[k];
    } else this.dues.push({ fromUs, toUs, amounts: amounts.slice() });
  }

  /** Adds to `into` what comes due up to this time. */
  take(untilUs: number, into: Float64Array): void {
    let late = 0;
    for (let k = this.head; k < this.dues.length; k++) {
      const due = this.dues[k];
      if (due.fromUs >= untilUs && due.toUs > untilUs) {
        late = 1;
        continue;
      }
      const part = due.toUs <= untilUs ? 1 : (untilUs - due.fromUs) / (due.toUs - due.fromUs);
      for (let j = 0; j < into.length; j++) {
        into[j] += due.amounts[j] * part;
        due.amounts[j] -= due.amounts[j] * part;
      }
      due.fromUs = Math.max(due.fromUs, untilUs);
      if (part === 1 && k === this.head) this.head++;
      else if (part === 1) due.toUs = due.fromUs = untilUs;
    }
    if (late === 0 && this.head === this.dues.length) this.dues.length = this.head = 0;
    if (this.head > 64) {
      this.dues.splice(0, this.head);
      this.head = 0;
    }
  }

  /** All of what is still on its way. */
  total(): number {
    let sum = 0;
    for (let k = this.head; k < this.dues.length; k++) for (const amount of this.dues[k].amounts) sum += amount;
    return sum;
  }
}

/** Whether a span carries on where the last one ends, at the same rates. */
function continues(last: Due, fromUs: number, toUs: number, amounts: Float64Array): boolean {
  if (Math.abs(last.toUs - fromUs) > 1e-6 * (toUs - fromUs) || last.toUs <= last.fromUs) return false;
  const ratio = (toUs - fromUs) / (last.toUs - last.fromUs);
  for (let k = 0; k < amounts.length; k++)
    if (Math.abs(last.amounts[k] * ratio - amounts[k]) > 1e-9 * amounts[k]) return false;
  return true;
}

/** What happens to one attempt made now. */
export interface Odds {
  /** Turned away at once. */
  refused: number;
  /** Not answered well and in time, whatever the reason. */
  fails: number;
  /** Time of a good answer in time, without the way there and back. */
  shape: LatencyShape;
  /** What `shape` was made of. */
  of: LatencyShape | undefined;
  delayUs: number;
  /** Mean time until an attempt that fails has failed. */
  failsAfterUs: number;
}

/** All that one client asks of one service: a traffic from outside, or one call of another service. */
export class FluidStream {
  readonly service: number;
  readonly client: ClientSpec;
  /** Index of the traffic; -1: a call of another service. */
  readonly traffic: number;
  /** Where its slots begin in its service's lists: one slot an attempt. */
  readonly firstSlot: number;
  /** Mean time on the way there and back. */
  delayUs = 0;
  /** Share that is sent across a cut link and lost. */
  cutShare = 0;
  /** New requests of the span at hand. */
  fresh = 0;
  readonly retries = new DueLine();
  readonly timeouts = new DueLine();
  /** Retries that the budget allows now. */
  budget = 0;
  readonly odds: Odds = { refused: 0, fails: 0, shape: NO_TIME, of: undefined, delayUs: 0, failsAfterUs: 0 };
  /** The answer that callers were last told of. */
  answer: FluidAnswer | undefined;
  private readonly delayed: ({ from: LatencyShape; byUs: number; shape: LatencyShape } | undefined)[] = [];
  /** Requests answered well or given up for good, and asked. */
  asked = 0;
  good = 0;
  lost = 0;

  constructor(service: number, client: ClientSpec, traffic: number, firstSlot: number) {
    this.service = service;
    this.client = client;
    this.traffic = traffic;
    this.firstSlot = firstSlot;
  }

  get attempts(): number {
    return this.client.attempts;
  }

  /** The shape so much later, kept for each attempt until it changes. */
  later(from: LatencyShape, attempt: number, byUs: number): LatencyShape {
    const kept = this.delayed[attempt];
    if (kept !== undefined && kept.from === from && Math.abs(kept.byUs - byUs) <= 1e-3 * byUs) return kept.shape;
    const shape = laterBy(from, byUs);
    this.delayed[attempt] = { from, byUs, shape };
    return shape;
  }

  /** Mean wait before the retry after so many attempts (from 1). */
  backoffUs(attempt: number): number {
    const { baseUs, capUs, jitter } = this.client.backoff;
    if (jitter === 'decorrelated') {
      // The mean of U(base, 3 previous), from base on: doubles half as fast again.
      let mean = baseUs;
      for (let k = 0; k < attempt; k++) mean = Math.min(capUs, (baseUs + 3 * mean) / 2);
      return mean;
    }
    let wait = baseUs;
    for (let k = 1; k < attempt && wait < capUs; k++) wait *= 2;
    wait = Math.min(capUs, wait);
    return jitter === 'none' ? wait : jitter === 'full' ? wait / 2 : wait * 0.75;
  }
}
