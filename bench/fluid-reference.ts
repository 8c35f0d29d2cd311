import { DiscreteRequests } from '../src/sim/requests/discrete-requests.ts';
import { type CellFigures, figures, type FluidCell, perServiceTime } from './fluid-cell.ts';

/** What the discrete model says of a cell: times in service times, half-widths of 95 % intervals relative to them. */
export interface Reference {
  readonly mean: number;
  readonly meanWithin: number;
  readonly p99: number;
  readonly p99Within: number;
  readonly requests: number;
}

/** Stretches of a run, whose differences give the interval. */
const STRETCHES = 24;
/** Student's t for 95 % and 22 degrees of freedom: mean and slope are both estimated. */
const T_22 = 2.074;

/** Simulates a cell request by request, the more of them the longer its queues remember. */
export function referenceOf(cell: FluidCell, factor = 1): Reference {
  const perUnit = perServiceTime(cell);
  const wanted = (requestsFor(cell) * factor) / perUnit / STRETCHES;
  const duration = cell.swing > 0 ? Math.max(1, Math.ceil(wanted / cell.swing)) * cell.swing : Math.ceil(wanted);
  const { all, each } = figures(cell, (options) => new DiscreteRequests(options), duration, 1, STRETCHES);
  const mean = controlled(cell, all, each, (one) => one.mean);
  const p99 = controlled(cell, all, each, (one) => one.p99);
  return {
    mean: digits(mean.value),
    meanWithin: digits(mean.within / mean.value),
    p99: digits(p99.value),
    p99Within: digits(p99.within / p99.value),
    requests: Math.round(duration * STRETCHES * perUnit),
  };
}

/** Requests that keep the mean's interval below 1.5 % at most cells. */
function requestsFor({ load, squaredCv, swing }: FluidCell): number {
  const base = load >= 0.95 ? 8e6 : load >= 0.9 ? 3e6 : load >= 0.8 ? 1.5e6 : 6e5;
  return base * (squaredCv > 1 ? 2 : 1) * (swing > 0 ? 0.5 : 1);
}

/**
 * A figure of the whole run, corrected for the load that came by chance, and its interval: the stretches' figures
 * regressed on their loads, whose mean is known (control variates: Lavenberg and Welch 1981).
 */
function controlled(
  cell: FluidCell,
  all: CellFigures,
  each: readonly CellFigures[],
  of: (one: CellFigures) => number,
): { value: number; within: number } {
  const expected = cell.load * (cell.swing > 0 ? 0.7 : 1);
  const n = each.length;
  const meanX = each.reduce((sum, one) => sum + one.busy, 0) / n;
  const meanY = each.reduce((sum, one) => sum + of(one), 0) / n;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (const one of each) {
    xx += (one.busy - meanX) ** 2;
    xy += (one.busy - meanX) * (of(one) - meanY);
    yy += (of(one) - meanY) ** 2;
  }
  const slope = xx > 0 ? xy / xx : 0;
  const residual = Math.max(0, yy - slope * xy) / (n - 2);
  const off = expected - meanX;
  return {
    value: of(all) + slope * off,
    within: T_22 * Math.sqrt(residual * (1 / n + (xx > 0 ? (off * off) / xx : 0))),
  };
}

function digits(value: number): number {
  return Number(value.toPrecision(5));
}
