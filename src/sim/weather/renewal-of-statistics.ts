import type { FailureStatistics } from './describe-failures.ts';
import { InputError } from '../input-error.ts';
import { lognormalOfMeanAndMedian } from './node-presets.ts';
import type { RenewalSpec } from './renewal.ts';

/**
 * The renewal process with the mean time between failures, the Weibull shape of the times up, and the mean and median
 * repair of these statistics: what a recording looked like, to be drawn anew for any number of nodes. Throws InputError
 * for statistics of fewer than three failures of a node.
 */
export function renewalOfStatistics({ mtbfUs, up, repair }: FailureStatistics): RenewalSpec {
  if (up === undefined)
    throw new InputError('too few failures to fit a time between them; at least three of one node are needed');
  const meanUs = mtbfUs.value - repair.meanUs.value;
  if (!(meanUs > 0)) throw new InputError('the nodes are down for longer than from failure to failure');
  const { meanUs: mean, medianUs: median } = repair;
  return {
    up: { kind: 'weibull', meanUs, shape: up.shape.value },
    down:
      mean.value > median.value && median.value > 0
        ? lognormalOfMeanAndMedian(mean.value, median.value)
        : { kind: 'constant', meanUs: mean.value },
  };
}
