/** What was measured of a replica at a scrape. */
export interface ReplicaReading {
  timeUs: number;
  cpuUsageMilli: number;
  memUsageBytes: number;
}

/** Readings kept of each replica: enough to look past any sensible metric delay. */
const KEPT = 8;

/** The last few readings of a replica. The oldest is used again for the newest: whoever keeps one copies it. */
export class ReplicaReadings {
  private readonly ring: ReplicaReading[] = [];
  private last = -1;

  add(timeUs: number, cpuUsageMilli: number, memUsageBytes: number): void {
    const { ring } = this;
    this.last = this.last + 1 === KEPT ? 0 : this.last + 1;
    if (this.last === ring.length) {
      ring.push({ timeUs, cpuUsageMilli, memUsageBytes });
      return;
    }
    const reading = ring[this.last];
    reading.timeUs = timeUs;
    reading.cpuUsageMilli = cpuUsageMilli;
    reading.memUsageBytes = memUsageBytes;
  }

  /** Undefined: there is none yet. */
  get newest(): ReplicaReading | undefined {
    return this.ring[this.last];
  }

  /** The newest of those that are not younger than this. */
  until(timeUs: number): ReplicaReading | undefined {
    const { ring } = this;
    for (let back = 0; back < ring.length; back++) {
      const reading = ring[(this.last - back + ring.length) % ring.length];
      if (reading.timeUs <= timeUs) return reading;
    }
    return undefined;
  }
}
