import { studentQuantile } from './student.ts';

/** A mean with its confidence interval. */
export interface BatchMeans {
  readonly mean: number;
  /** The interval is the mean give or take this. */
  readonly halfWidth: number;
}

/**
 * The mean of a long correlated series by the method of batch means: the series is cut into batches so long that their
 * means hardly depend on each other, and Student's t with one degree less than there are batches gives the interval
 * (Law and Kelton, Simulation Modeling and Analysis, 1982, section 8.6). At least two batches of equal length.
 */
export function batchMeans(means: readonly number[], confidence = 0.95): BatchMeans {
  const count = means.length;
  const mean = means.reduce((sum, one) => sum + one, 0) / count;
  const squares = means.reduce((sum, one) => sum + (one - mean) * (one - mean), 0);
  const quantile = studentQuantile((1 + confidence) / 2, count - 1);
  return { mean, halfWidth: quantile * Math.sqrt(squares / (count - 1) / count) };
}
