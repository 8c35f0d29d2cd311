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

/** The replay's clock in a thread that hears of it from time to time. Simulated time never goes back. */
export class TrafficClock {
  private reading: ClockReading | undefined;
  private latestUs = 0;

  set(reading: ClockReading): void {
    this.reading = reading;
  }

  get isRunning(): boolean {
    return this.reading !== undefined && !this.reading.isHeld;
  }

  get speed(): number {
    return this.reading?.speed ?? 1;
  }

  /** Simulated time at this real time. */
  simUs(wallMs: number): number {
    const { reading } = this;
    if (reading === undefined) return 0;
    const { isHeld, simUs, speed } = reading;
    const nowUs = isHeld ? simUs : simUs + (wallMs - reading.wallMs) * 1000 * speed;
    this.latestUs = Math.max(this.latestUs, nowUs);
    return this.latestUs;
  }

  /** When this simulated time was, or will be if the clock goes on as it does. */
  wallMs(simUs: number): number {
    const { reading } = this;
    if (reading === undefined) return Infinity;
    return reading.wallMs + (simUs - reading.simUs) / 1000 / reading.speed;
  }
}
