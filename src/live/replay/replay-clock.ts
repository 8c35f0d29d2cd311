/**
 * Simulated time that passes `speed` times as fast as real time, and that can be held while the engine catches up.
 * Wall times are milliseconds since the replay began, from a monotonic clock.
 */
export interface ReplayClock {
  readonly speed: number;
  /** Real milliseconds since the replay began. */
  nowMs(): number;
  /** Simulated microseconds now. */
  simUs(): number;
  /** When the simulated time will come, in wall milliseconds, if the clock is not held meanwhile. */
  dueMs(simUs: number): number;
  /** How long it has been held so far. */
  readonly heldMs: number;
}

/** When something happened, by both clocks. */
export interface Moment {
  readonly wallMs: number;
  readonly simUs: number;
}
