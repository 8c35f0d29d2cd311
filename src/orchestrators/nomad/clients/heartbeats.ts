import type { RandomStream } from '../../../sim/random.ts';

export interface HeartbeatTimes {
  readonly heartbeatMinTtlUs: number;
  readonly heartbeatsPerSecond: number;
}

/** The shortest TTL that a cluster of so many nodes gets: 10 s, or longer so that all together beat 50 times a second. */
export function baseTtlUs(nodes: number, { heartbeatMinTtlUs, heartbeatsPerSecond }: HeartbeatTimes): number {
  return Math.max(heartbeatMinTtlUs, Math.round((nodes / heartbeatsPerSecond) * 1e6));
}

/** A TTL as a server hands it out: the shortest, and up to as much again at random (nomad/heartbeat.go). */
export function drawTtlUs(baseUs: number, stream: RandomStream): number {
  return baseUs + Math.floor(stream.next() * baseUs);
}

/** One client's heartbeats. They are not events: the last one before a time is reckoned when somebody asks. */
export class HeartbeatChain {
  /** The last beat that came through, and how long it lasts. */
  beatUs: number;
  ttlUs: number;
  private readonly stream: RandomStream;
  private readonly baseUs: () => number;

  constructor(stream: RandomStream, firstUs: number, baseUs: () => number) {
    this.stream = stream;
    this.baseUs = baseUs;
    this.beatUs = firstUs;
    this.ttlUs = drawTtlUs(baseUs(), stream);
  }

  /** Goes on to the last beat at this time or before; the client beats whenever its TTL is over. */
  advance(nowUs: number): void {
    while (this.beatUs + this.ttlUs <= nowUs) this.beat(this.beatUs + this.ttlUs);
  }

  beat(atUs: number): void {
    this.beatUs = atUs;
    this.ttlUs = drawTtlUs(this.baseUs(), this.stream);
  }
}
