/** What the replay's clock says at one moment; real times are those of `monotonicMs`. */
export interface ClockReading {
  readonly wallMs: number;
  readonly simUs: number;
  readonly speed: number;
  readonly isHeld: boolean;
}

/** A clock that all threads of the process share, in milliseconds. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

/** Readings that are remembered; what was due before the oldest is reckoned by it. */
const MOST_READINGS = 256;

/** The replay's clock in a thread that hears of it from time to time. Simulated time never goes back. */
export class TrafficClock {
  /** In their order, the latest last. */
  private readonly readings: ClockReading[] = [];
  private latestUs = 0;

  set(reading: ClockReading): void {
    this.readings.push(reading);
    if (this.readings.length > MOST_READINGS) this.readings.shift();
  }

  get isRunning(): boolean {
    return this.readings.at(-1)?.isHeld === false;
  }

  get speed(): number {
    return this.readings.at(-1)?.speed ?? 1;
  }

  /** Simulated time at this real time, which is now or later. */
  simUs(wallMs: number): number {
    const reading = this.readings.at(-1);
    if (reading === undefined) return 0;
    const { isHeld, simUs, speed } = reading;
    const nowUs = isHeld ? simUs : simUs + (wallMs - reading.wallMs) * 1000 * speed;
    this.latestUs = Math.max(this.latestUs, nowUs);
    return this.latestUs;
  }

  /** When this simulated time was, or will be if the clock goes on as it does. */
  wallMs(simUs: number): number {
    const { readings } = this;
    const reading = readings.findLast((one) => one.simUs <= simUs) ?? readings[0];
    if (reading === undefined) return Infinity;
    return reading.wallMs + (simUs - reading.simUs) / 1000 / reading.speed;
  }
}
