import { NOBODY } from './requests.ts';
import { Slots, widerFloats, widerInts } from './slots.ts';

/** Where an attempt is. */
export const TRAVELS = 1;
export const QUEUED = 2;
export const SERVED = 3;
/** Its server waits for the services that it has called. */
export const CALLS = 4;
/** No answer will come; the caller may still be waiting. */
export const LOST = 5;
export const RETURNS = 6;
/** It has no endpoint, and waits for one. */
export const WAITS = 7;
const FREE = 0;

/** Single tries to have a request answered by an endpoint; columns with slots that are used again. */
export class Attempts {
  readonly slots = new Slots();
  state = new Int32Array(64);
  /** Whose it is; `NOBODY` once the caller has given up. */
  request = new Int32Array(64);
  service = new Int32Array(64);
  endpoint = new Int32Array(64);
  issuedUs = new Float64Array(64);
  /** Own work still to do at full speed, in microseconds, as it was at `sinceUs`. */
  workUs = new Float64Array(64);
  sinceUs = new Float64Array(64);
  /** The entry of the event it waits for; others that name it are out of date. */
  event = new Float64Array(64);
  /** What the answer on its way says. */
  outcome = new Int32Array(64);
  /** What the breaker said when it was let through. */
  admitted = new Int32Array(64);
  stage = new Int32Array(64);
  /** Calls of the stage that have no answer. */
  pending = new Int32Array(64);
  /** 1: a required call has failed. */
  callFailed = new Int32Array(64);
  /** Changes whenever the slot is given out anew. */
  stamp = new Int32Array(64);
  /** The list of all that were sent to the same endpoint and have not left it. */
  next = new Int32Array(64);
  previous = new Int32Array(64);
  /** The endpoint's queue, or the line of those who wait for one. */
  behind = new Int32Array(64);
  ahead = new Int32Array(64);

  take(request: number, service: number, workUs: number, nowUs: number): number {
    const slot = this.slots.take();
    if (slot === this.state.length) this.grow();
    this.state[slot] = TRAVELS;
    this.request[slot] = request;
    this.service[slot] = service;
    this.endpoint[slot] = NOBODY;
    this.issuedUs[slot] = nowUs;
    this.workUs[slot] = workUs;
    this.admitted[slot] = 0;
    this.stage[slot] = -1;
    this.pending[slot] = 0;
    this.callFailed[slot] = 0;
    return slot;
  }

  release(slot: number): void {
    this.stamp[slot]++;
    this.state[slot] = FREE;
    this.event[slot] = 0;
    this.request[slot] = NOBODY;
    this.slots.release(slot);
  }

  private grow(): void {
    const size = this.state.length * 2;
    this.state = widerInts(this.state, size);
    this.request = widerInts(this.request, size);
    this.service = widerInts(this.service, size);
    this.endpoint = widerInts(this.endpoint, size);
    this.issuedUs = widerFloats(this.issuedUs, size);
    this.workUs = widerFloats(this.workUs, size);
    this.sinceUs = widerFloats(this.sinceUs, size);
    this.event = widerFloats(this.event, size);
    this.outcome = widerInts(this.outcome, size);
    this.admitted = widerInts(this.admitted, size);
    this.stage = widerInts(this.stage, size);
    this.pending = widerInts(this.pending, size);
    this.callFailed = widerInts(this.callFailed, size);
    this.stamp = widerInts(this.stamp, size);
    this.next = widerInts(this.next, size);
    this.previous = widerInts(this.previous, size);
    this.behind = widerInts(this.behind, size);
    this.ahead = widerInts(this.ahead, size);
  }
}
