import { countOf, fixed, formatBytes, formatPercent } from '../format.ts';
import type { RealityCheck, TimesCompared, TrafficNumbers, UseCompared } from './reality-check.ts';
import { amount, clock, milliseconds, simulatedTime, spread } from './reality-numbers.ts';

/** A table of text, for every kind of report. Columns that hold numbers are told by `numeric`. */
export interface TextTable {
  readonly columns: readonly string[];
  readonly numeric: readonly boolean[];
  readonly rows: readonly (readonly string[])[];
}

export function startTable(times: readonly TimesCompared[], speed: number): TextTable {
  const cell = (ms: number | undefined): string => (ms === undefined ? '–' : milliseconds(ms));
  const simulated = (ms: number | undefined): string => (ms === undefined ? '–' : simulatedTime(ms, speed));
  return table(
    [
      'Workload',
      '#n',
      '#Predicted',
      '#Measured',
      '#p90',
      '#p99',
      '#Nine tenths',
      '#Simulated: predicted',
      '#measured',
      'Verdict on the medians',
    ],
    times.map(({ about, predictedMs, measuredMs, verdict }) => [
      about === '*' ? 'all' : about,
      String(measuredMs?.count ?? 0),
      cell(predictedMs?.median),
      cell(measuredMs?.median),
      cell(measuredMs?.p90),
      cell(measuredMs?.p99),
      measuredMs ? spread(measuredMs) : '–',
      simulated(predictedMs?.median),
      simulated(measuredMs?.median),
      verdict.text,
    ]),
  );
}

export function recoveryTable({ recoveries, speed }: RealityCheck): TextTable {
  const time = (ms: number | undefined): string => (ms === undefined ? 'not before the end' : simulatedTime(ms, speed));
  return table(
    [
      'At',
      'Workload',
      'What',
      '#Ready before',
      '#Fewest: predicted',
      '#measured',
      '#Took: predicted',
      '#measured',
      'Verdict',
    ],
    recoveries.map((one) => [
      clock(one.atS),
      one.workload,
      one.what,
      String(one.before),
      String(one.predictedLowest),
      String(one.measuredLowest),
      time(one.predictedMs),
      time(one.measuredMs),
      one.verdict.text,
    ]),
  );
}

export function readyTable({ ready }: RealityCheck): TextTable {
  return table(
    ['Workload', '#Mean: predicted', '#measured', '#Equal', '#Mean gap', '#Largest gap'],
    ready.map((one) => [
      one.workload,
      fixed(one.predictedMean, 2),
      fixed(one.measuredMean, 2),
      share(one.equalShare),
      fixed(one.meanGap, 2),
      String(one.largestGap),
    ]),
  );
}

/** Two rows a service: predicted and measured. */
export function serviceTable({ services }: RealityCheck): TextTable {
  const row = (service: string, side: string, numbers: TrafficNumbers | undefined, verdict: string): string[] => [
    service,
    side,
    ...(numbers === undefined
      ? ['–', '–', '–', '–', '–', '–', '–', '–', '–']
      : [
          fixed(numbers.sent, 0),
          fixed(numbers.perSecond, numbers.perSecond < 10 ? 2 : 1),
          share(numbers.failedShare),
          numbers.workMs === undefined ? '–' : milliseconds(numbers.workMs),
          milliseconds(numbers.meanMs),
          numbers.meanHighMs === undefined ? '' : `± ${milliseconds(numbers.meanHighMs - numbers.meanMs)}`,
          milliseconds(numbers.p50Ms),
          milliseconds(numbers.p90Ms),
          milliseconds(numbers.p99Ms),
        ]),
    verdict,
  ];
  return table(
    [
      'Service',
      '',
      '#Sent',
      '#Answered a second',
      '#Failed',
      '#Work',
      '#Mean',
      '#95 %',
      '#p50',
      '#p90',
      '#p99',
      'Verdict on the mean',
    ],
    services.flatMap(({ service, predicted, measured, latency }) => [
      row(service, 'predicted', predicted, ''),
      row('', 'measured', measured, latency.text),
    ]),
  );
}

export function useTable(use: readonly UseCompared[]): TextTable {
  return table(
    ['Of', '', '#Predicted', '#Measured', '#p5 to p95', 'Verdict on the means'],
    use.map(({ of, about, resource, predicted, measured, verdict }) => [
      of === 'node' ? `node ${about}` : about,
      resource === 'cpu' ? 'CPU' : 'memory',
      predicted === undefined ? '–' : amount(predicted, resource),
      amount(measured.mean, resource),
      `${amount(measured.p5, resource)} to ${amount(measured.p95, resource)}`,
      verdict.text,
    ]),
  );
}

export function decisionTable({ decisions }: RealityCheck): TextTable {
  const cell = (ms: number | undefined): string => (ms === undefined ? '–' : milliseconds(ms));
  return table(
    [
      'Decision',
      '#In the script',
      '#Done',
      '#Failed',
      '#Missed',
      '#Begun late: median',
      '#p90',
      '#p99',
      '#Done after: median',
      '#p99',
    ],
    decisions.byKind.map((one) => [
      one.kind,
      String(one.total),
      String(one.done),
      String(one.failed),
      String(one.missed),
      cell(one.begunLateMs?.median),
      cell(one.begunLateMs?.p90),
      cell(one.begunLateMs?.p99),
      cell(one.doneLateMs?.median),
      cell(one.doneLateMs?.p99),
    ]),
  );
}

export function checkpointTable({ checkpoints }: RealityCheck): TextTable {
  return table(
    ['At', '#Expected', '#Found', 'Differences'],
    checkpoints.map(({ atS, expected, found, differences }) => [
      clock(atS),
      String(expected),
      String(found),
      differences.length === 0
        ? 'none'
        : `${differences.slice(0, 5).join('; ')}${differences.length > 5 ? `; and ${differences.length - 5} more` : ''}`,
    ]),
  );
}

export function engineTable({ engines }: RealityCheck): TextTable {
  return table(
    ['Engine', 'Version', 'Machine', '#CPU', '#Memory', 'Control groups, storage', 'Stood for'],
    engines.map((one) => [
      one.name,
      `${one.version} (API ${one.apiVersion})`,
      `${one.host}, ${one.os}, ${one.architecture}`,
      fixed(one.cpuMilli / 1000, one.cpuMilli % 1000 === 0 ? 0 : 1),
      formatBytes(one.memBytes),
      `v${one.cgroupVersion.replace(/^v/, '')}, ${one.storageDriver}`,
      one.nodes.length <= 6
        ? one.nodes.join(', ')
        : `${one.nodes.slice(0, 5).join(', ')} and ${one.nodes.length - 5} more`,
    ]),
  );
}

/** What must be known of a replay to compare it with another. */
export function factsOf(check: RealityCheck): [string, string][] {
  return [
    ['Run', check.runId],
    ['Policy', check.policy],
    ['Seed', String(check.seed)],
    ['Fingerprint of the run', check.fingerprint],
    ['Simulated', clock(check.durationUs / 1e6)],
    ['Replayed in', milliseconds(check.wallMs)],
    ['Speed', `${check.speed} times real time`],
    ['Clock held for', milliseconds(check.heldMs)],
    ['CPU', check.scaleCpu === 'shares' ? 'by shares, without limits' : `requests and limits times ${check.scaleCpu}`],
    ['Memory', `requests and limits times ${check.scaleMem}`],
    ['Prediction calibrated with', check.calibratedWith ?? 'nothing'],
    ['Begun', check.startedAt],
    ['Left behind', check.leftBehind === 0 ? 'nothing' : countOf(check.leftBehind, 'thing')],
  ];
}

function share(value: number): string {
  return value === 0 ? '0 %' : value === 1 ? '100 %' : formatPercent(value);
}

/** Columns of numbers are written with a `#` in front. */
function table(columns: readonly string[], rows: readonly (readonly string[])[]): TextTable {
  return {
    columns: columns.map((column) => column.replace(/^#/, '')),
    numeric: columns.map((column) => column.startsWith('#')),
    rows,
  };
}
