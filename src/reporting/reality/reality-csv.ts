import { stringify } from 'csv-stringify/sync';
import type { RealityCheck, SampleSummary, TrafficNumbers, Verdict } from './reality-check.ts';

type Cell = string | number;

/** Every number that was compared, one a row, in full precision: what, about whom, predicted, measured and its interval. */
export function realityCsv(check: RealityCheck): string {
  const rows: Cell[][] = [];
  const add = (
    what: string,
    about: string,
    unit: string,
    predicted: number | undefined,
    measured: number | undefined,
    interval: { low?: number | undefined; high?: number | undefined } = {},
    verdict?: Verdict,
  ): void => {
    if (predicted === undefined && measured === undefined) return;
    rows.push([
      what,
      about,
      unit,
      predicted ?? '',
      measured ?? '',
      interval.low ?? '',
      interval.high ?? '',
      verdict?.is ?? '',
      verdict?.relative ?? '',
    ]);
  };
  for (const [what, times] of [
    ['start', check.starts],
    ['stop', check.stops],
  ] as const)
    for (const { about, predictedMs, measuredMs, verdict } of times) {
      const median = { low: measuredMs?.medianLow, high: measuredMs?.medianHigh };
      add(`${what} median`, about, 'ms', predictedMs?.median, measuredMs?.median, median, verdict);
      for (const quantile of ['mean', 'p90', 'p99'] as const)
        add(
          `${what} ${quantile}`,
          about,
          'ms',
          predictedMs?.[quantile],
          measuredMs?.[quantile],
          quantile === 'mean' ? measuredMs : {},
        );
    }
  for (const { atS, workload, cause, predictedMs, measuredMs, verdict } of check.recoveries)
    add(`recovery ${cause} at ${atS} s`, workload, 'ms', predictedMs, measuredMs, {}, verdict);
  for (const one of check.ready) add('ready pods mean', one.workload, 'pods', one.predictedMean, one.measuredMean);
  for (const { service, predicted, measured, latency, throughput, errors } of check.services) {
    const both = (name: keyof TrafficNumbers): [number | undefined, number | undefined] => [
      predicted?.[name],
      measured?.[name],
    ];
    const interval = { low: measured?.meanLowMs, high: measured?.meanHighMs };
    add('latency mean', service, 'simulated ms', ...both('meanMs'), interval, latency);
    for (const name of ['p50Ms', 'p90Ms', 'p99Ms', 'workMs'] as const)
      add(
        `latency ${name.replace('Ms', '')}`.replace('latency work', 'work mean'),
        service,
        'simulated ms',
        ...both(name),
      );
    add('answered', service, 'per simulated second', ...both('perSecond'), {}, throughput);
    add('failed', service, 'share', ...both('failedShare'), {}, errors);
  }
  for (const { of, about, resource, predicted, measured, verdict } of check.use)
    add(
      `${of} ${resource}`,
      about,
      resource === 'cpu' ? 'millicores' : 'bytes',
      predicted,
      measured.mean,
      measured,
      verdict,
    );
  const late: [string, SampleSummary | undefined][] = [
    ['begun', check.lateness.begunMs],
    ['done', check.lateness.doneMs],
  ];
  for (const [what, summary] of late)
    for (const quantile of ['median', 'p90', 'p99', 'max'] as const)
      add(`decision ${what} late ${quantile}`, '*', 'ms', 0, summary?.[quantile]);
  const columns = ['what', 'about', 'unit', 'predicted', 'measured', 'low95', 'high95', 'verdict', 'relative'];
  return table(columns, rows);
}

/** The lines of the charts: one row a moment. */
export function realityLinesCsv({ lines }: RealityCheck): string {
  const rows = lines.flatMap(({ group, about, unit, atS, predicted, measured }) =>
    atS.map((at, k): Cell[] => [group, about, unit, at, predicted[k] ?? '', measured[k] ?? '']),
  );
  return table(['line', 'about', 'unit', 'simulatedS', 'predicted', 'measured'], rows);
}

/** Names that a spreadsheet would take for a formula are disarmed with an apostrophe. */
function table(columns: readonly string[], rows: readonly Cell[][]): string {
  return stringify([[...columns], ...rows], { escape_formulas: true });
}
