export const CALIBRATION_FORMAT = 'baton-calibration/1';

/**
 * What an engine was measured to take, in real milliseconds, beyond what the scenario says of its software. The simulator
 * adds it to its predictions, multiplied by the speed at which the next replay goes.
 */
export interface Calibration {
  readonly format: typeof CALIBRATION_FORMAT;
  /** Of the engine, its version and machine; for people. */
  readonly engine: string;
  /** Runs it was measured in. */
  readonly runs: readonly string[];
  /** At which speed; what takes real time is longer in simulated time the faster the replay. */
  readonly speed: number;
  /** From the order to start to readiness, beyond boot and image; by workload, and `*` for all together. */
  readonly startMs: Readonly<Record<string, MeasuredTimes>>;
  /** From the order to stop to the end of the process. */
  readonly stopMs: Readonly<Record<string, MeasuredTimes>>;
  /** Measured service time over the told one, by service. */
  readonly serviceFactor: Readonly<Record<string, number>>;
  /** What a request takes beyond service and queue: network, proxy, parsing. */
  readonly requestOverheadMs: Readonly<Record<string, number>>;
}

/** A sample told by its quantiles. */
export interface MeasuredTimes {
  readonly count: number;
  readonly meanMs: number;
  /** 0, 5, 10, ... 100 %: 21 values that do not fall. */
  readonly quantilesMs: readonly number[];
}
