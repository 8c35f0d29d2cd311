import type { EndpointSpec } from './request-model.ts';

/** What is known of every endpoint in either tier, by its number. */
export class Endpoints {
  count = 0;
  readonly service: number[] = [];
  readonly zone: number[] = [];
  readonly hash: number[] = [];
  readonly weight: number[] = [];
  readonly speed: number[] = [];
  readonly addedUs: number[] = [];
  /** When its speed last changed. */
  readonly changedUs: number[] = [];
  /** Share of its answers that are errors. */
  readonly errorShare: number[] = [];
  readonly reachable: boolean[] = [];
  readonly removed: boolean[] = [];
  /** Its place in the table of its service's balancers; -1: it gets no requests. */
  readonly position: number[] = [];
  /** Answered well and in time; failed or answered too late; how long the former took, summed. */
  readonly served: number[] = [];
  readonly bad: number[] = [];
  readonly latencySumUs: number[] = [];

  add(spec: EndpointSpec, nowUs: number): number {
    this.service.push(spec.service);
    this.zone.push(spec.zone);
    this.hash.push(hashOf(spec.name));
    this.weight.push(spec.weight);
    this.speed.push(spec.speed);
    this.addedUs.push(nowUs);
    this.changedUs.push(nowUs);
    this.errorShare.push(0);
    this.position.push(-1);
    this.served.push(0);
    this.bad.push(0);
    this.latencySumUs.push(0);
    this.reachable.push(true);
    this.removed.push(false);
    return this.count++;
  }
}

/** 32 bits of FNV-1a, stirred, since names that differ in their last letter only must lie far apart. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let k = 0; k < text.length; k++) hash = Math.imul(hash ^ text.charCodeAt(k), 0x01000193);
  return stirred(hash);
}

/** A bijection of 32 bits in which every bit of the input moves half of the output (MurmurHash3's finaliser, A. Appleby). */
export function stirred(bits: number): number {
  let hash = bits;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
