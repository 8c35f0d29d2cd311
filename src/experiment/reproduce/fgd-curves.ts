import { halfToEven, numpyMean, numpyTwoDecimals, toTwoDecimals } from './published-rounding.ts';

/** Columns 0 to 130: GPU requested so far in per cent of the cluster's. */
export const COLUMNS = 131;

/** The three published curves of a run, one value a column; NaN where no arrival comes near the column. */
export interface FgdCurves {
  /** GPU allocated, in per cent of the cluster's GPUs. */
  readonly allocated: number[];
  /** Fragmented GPU in per cent of all GPU. */
  readonly fragmented: number[];
  /** Fragmented GPU in per cent of the idle GPU. */
  readonly fragmentedOfIdle: number[];
}

/** Collects what the experiment logs after every arrival and turns it into its curves, with upstream's roundings. */
export class FgdCurveRecorder {
  private readonly gpus: number;
  private readonly allocated: number[][] = Array.from({ length: COLUMNS + 1 }, () => []);
  private readonly fragments: number[][] = Array.from({ length: COLUMNS + 1 }, () => []);
  private readonly ratios: number[][] = Array.from({ length: COLUMNS + 1 }, () => []);

  constructor(gpus: number) {
    this.gpus = gpus;
  }

  /** After one arrival: milli-GPU requested so far (also by failed pods), allocated, and fragmented. */
  record(arrivedMilli: number, allocatedMilli: number, fragmentedMilli: number): void {
    const column = halfToEven(arrivedMilli / this.gpus / 10);
    if (column > COLUMNS) return;
    const idle = this.gpus * 1000 - allocatedMilli;
    this.allocated[column].push(toTwoDecimals(allocatedMilli / this.gpus / 10));
    this.fragments[column].push(toTwoDecimals(fragmentedMilli));
    this.ratios[column].push(toTwoDecimals((100 * fragmentedMilli) / idle));
  }

  curves(): FgdCurves {
    const columns = Array.from({ length: COLUMNS }, (_, column) => column);
    return {
      allocated: columns.map((column) => numpyTwoDecimals(numpyMean(near(this.allocated, column)))),
      fragmented: columns.map((column) =>
        numpyTwoDecimals((100 * numpyMean(near(this.fragments, column))) / 1000 / this.gpus),
      ),
      fragmentedOfIdle: columns.map((column) => numpyMean(near(this.ratios, column))),
    };
  }
}

/** The values of the column; when it has none, those of its neighbours. */
function near(values: readonly number[][], column: number): number[] {
  const own = values[column];
  return own.length > 0 ? own : [...(values[column - 1] ?? []), ...(values[column + 1] ?? [])];
}
