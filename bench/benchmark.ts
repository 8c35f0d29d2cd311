/** What the user may turn on any benchmark. */
export interface BenchOptions {
  /** A trial in seconds that shows that everything still runs; its figures mean nothing. */
  readonly tiny: boolean;
  /** Pods of the month and of the engine alone, instead of the published numbers. */
  readonly pods?: number;
}

/** One thing that is measured, in a process of its own: calls that have seen one policy only are 2 to 4 times faster. */
export interface BenchTask {
  readonly name: string;
  /** The task that must come to the same fingerprint, and whose CPU time over this one's is the ratio. */
  readonly against?: string;
  readonly measure: () => Sample;
}

/** What one measurement came to. Everything but the time is the same on every machine. */
export interface Sample {
  readonly cpuS: number;
  /** CPU seconds of what is counted apart: making the arrivals. */
  readonly apartCpuS?: number;
  /** How much was done in `cpuS`. */
  readonly amount: number;
  readonly unit: 'pods' | 'events' | 'operations' | 'requests' | 'rows';
  /** Hash of what was done, in its order. */
  readonly fingerprint: string;
  /** Counts of the work it took. */
  readonly work: Readonly<Record<string, number>>;
}

/** A task's samples, folded: the median time, the highest peak. */
export interface BenchRow extends Sample {
  readonly benchmark: string;
  readonly task: string;
  /** CPU seconds of each repetition, in their order. */
  readonly allCpuS: readonly number[];
  /** The most memory the process ever held, in bytes. */
  readonly peakRssBytes: number;
  /** CPU time per unit of the task named in `against`, over that of this one. */
  readonly ratio?: number;
}

/** A target, and what came of it. */
export interface Verdict {
  readonly text: string;
  readonly met: boolean;
}

export interface Benchmark {
  /** As typed after `npm run bench --`. */
  readonly name: string;
  /** What is measured and how to read it, for the head of its table. */
  readonly summary: string;
  /** How often each task is measured unless the user says otherwise. */
  readonly repeat: number;
  readonly tasks: (options: BenchOptions) => BenchTask[];
  /** How the rows stand to the published targets; absent when there are none. */
  readonly verdicts?: (rows: readonly BenchRow[], options: BenchOptions) => Verdict[];
}
