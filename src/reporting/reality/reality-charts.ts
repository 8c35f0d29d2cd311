import type { ChartData } from '../chart-data.ts';
import type { Spec } from '../html/chart-specs.ts';
import { timeUnit } from '../html/time-unit.ts';
import type { ComparedLine, RealityCheck, SampleSummary } from './reality-check.ts';
import { axisValue, clock, milliseconds, simulatedTime } from './reality-numbers.ts';
import { latenessSpec, pairsSpec, timesSpec, twoLinesSpec } from './reality-specs.ts';

/** A chart of the page, and the section that it belongs to. */
export interface RealityChart {
  readonly section: 'ready' | 'starts' | 'recoveries' | 'requests' | 'use' | 'time';
  readonly title: string;
  readonly note: string;
  readonly spec: Spec;
  readonly data: ChartData;
  readonly heightPx: number;
}

/** Charts of one kind beyond this are left to the CSV. */
const MOST_ALIKE = 8;
const MOST_ROWS = 24;
/** CPU below this is that of a container which does nothing. */
const LEAST_MILLI = 1;

const LINES: Readonly<
  Record<ComparedLine['group'], { section: RealityChart['section']; title: string; note: string; format: string }>
> = {
  ready: { section: 'ready', title: 'ready pods', note: '', format: ',.2~f' },
  throughput: { section: 'requests', title: 'answered', note: 'Requests a simulated second', format: ',.3~s' },
  latency: { section: 'requests', title: 'p99 latency', note: 'Milliseconds of simulated time', format: ',.3~r' },
  errors: { section: 'requests', title: 'failed', note: 'Requests a simulated second', format: ',.2~r' },
  cpu: { section: 'use', title: 'CPU of a pod', note: 'Millicores, in the size of the scenario', format: ',.3~r' },
  memory: { section: 'use', title: 'memory of a pod', note: 'MiB, in the size of the scenario', format: ',.3~r' },
  'node-cpu': { section: 'use', title: 'CPU', note: 'Millicores of all its pods', format: ',.3~s' },
  'node-memory': { section: 'use', title: 'memory', note: 'MiB of all its pods', format: ',.3~s' },
};

/** All charts that have something to show, in the order of the page. */
export function realityCharts(check: RealityCheck): RealityChart[] {
  return [...lineCharts(check), ...startCharts(check), ...recoveryCharts(check), ...latenessCharts(check)];
}

/** How many charts of lines there would be beyond those shown, by section. */
export function linesLeftOut({ lines }: RealityCheck, section: RealityChart['section']): number {
  const groups = new Map<ComparedLine['group'], number>();
  for (const line of lines.filter(hasSomething)) groups.set(line.group, (groups.get(line.group) ?? 0) + 1);
  return [...groups]
    .filter(([group]) => LINES[group].section === section)
    .reduce((sum, [, count]) => sum + Math.max(0, count - MOST_ALIKE), 0);
}

function lineCharts(check: RealityCheck): RealityChart[] {
  const untilS = check.durationUs / 1e6;
  const time = timeUnit(untilS);
  const shown = new Map<ComparedLine['group'], number>();
  return check.lines.filter(hasSomething).flatMap((line): RealityChart[] => {
    const before = shown.get(line.group) ?? 0;
    shown.set(line.group, before + 1);
    if (before >= MOST_ALIKE) return [];
    const { section, title, note, format } = LINES[line.group];
    const [t, v, side]: [number[], number[], string[]] = [[], [], []];
    for (const name of ['predicted', 'measured'] as const)
      line[name].forEach((value, k) => {
        const shownValue = axisValue(value, line.unit);
        if (shownValue === null) return;
        t.push(round(line.atS[k] / time.seconds));
        v.push(round(shownValue));
        side.push(name);
      });
    return [
      {
        section,
        title: `${line.about}: ${title}`,
        note: line.predicted.every((value) => value === null) ? `${note}; nothing was predicted` : note,
        spec: twoLinesSpec(
          { title: time.title, until: round(untilS / time.seconds) },
          { format: Math.max(...v) < 1000 ? ',.3~r' : format, isStepped: line.group === 'ready' },
        ),
        data: { fields: ['t', 'v', 'side'], columns: [t, v, side] },
        heightPx: 180,
      },
    ];
  });
}

/** A single moment is no line, and one of nothing but zeros on both sides tells nothing. */
function hasSomething({ group, measured, predicted }: ComparedLine): boolean {
  const least = group === 'cpu' || group === 'node-cpu' ? LEAST_MILLI : 0;
  return (
    measured.filter((value) => value !== null).length > 1 &&
    [...measured, ...predicted].some((value) => value !== null && value > least)
  );
}

function startCharts({ starts, stops, speed }: RealityCheck): RealityChart[] {
  const [all] = starts;
  if (all?.measuredQuantilesMs === undefined || all.predictedQuantilesMs === undefined) return [];
  const [v, share, side]: [number[], number[], string[]] = [[], [], []];
  for (const [name, quantiles] of [
    ['predicted', all.predictedQuantilesMs],
    ['measured', all.measuredQuantilesMs],
  ] as const)
    quantiles.forEach((ms, k) => {
      v.push(round(ms));
      share.push(k / (quantiles.length - 1));
      side.push(name);
    });
  const rows = [
    ...starts.slice(1).map((one) => ({ ...one, about: `${one.about}, start` })),
    ...stops.slice(1).map((one) => ({ ...one, about: `${one.about}, stop` })),
  ].filter(({ measuredMs }) => measuredMs !== undefined);
  const pairs = rows
    .slice(0, MOST_ROWS)
    .flatMap(({ about, predictedMs, measuredMs }) => [
      ...(predictedMs ? [pairRow(about, 'predicted', predictedMs.median, undefined, speed)] : []),
      ...(measuredMs ? [pairRow(about, 'measured', measuredMs.median, measuredMs, speed)] : []),
    ]);
  return [
    {
      section: 'starts',
      title: 'From order to readiness',
      note: 'Share of containers that took at most so long, real ms',
      spec: timesSpec('Real milliseconds'),
      data: { fields: ['v', 'share', 'side'], columns: [v, share, side] },
      heightPx: 220,
    },
    pairsChart(
      'starts',
      'By workload',
      'Medians; the bar holds nine tenths of what was measured',
      pairs,
      'Real milliseconds',
    ),
  ];
}

function recoveryCharts({ recoveries, speed }: RealityCheck): RealityChart[] {
  const rows = recoveries
    .filter(({ predictedMs, measuredMs }) => predictedMs !== undefined || measuredMs !== undefined)
    .slice(0, MOST_ROWS)
    .flatMap(({ atS, workload, cause, predictedMs, measuredMs }) => {
      const about = `${clock(atS)} ${workload}, ${cause}`;
      const seconds = (ms: number): number => (ms * speed) / 1000;
      return [
        ...(predictedMs === undefined ? [] : [pairRow(about, 'predicted', predictedMs, undefined, speed, seconds)]),
        ...(measuredMs === undefined ? [] : [pairRow(about, 'measured', measuredMs, undefined, speed, seconds)]),
      ];
    });
  if (rows.length === 0) return [];
  return [
    pairsChart(
      'recoveries',
      'Until as many pods were ready as before',
      'Seconds of simulated time',
      rows,
      'Simulated seconds',
    ),
  ];
}

function latenessCharts({ lateness, durationUs }: RealityCheck): RealityChart[] {
  if (lateness.overTime.length === 0) return [];
  const time = timeUnit(durationUs / 1e6);
  const { overTime } = lateness;
  return [
    {
      section: 'time',
      title: 'How late decisions were begun',
      note: 'Real ms behind the simulated clock; dot: median of a stretch of the run, bar: up to the 90th percentile',
      spec: latenessSpec({ title: time.title, until: round(durationUs / 1e6 / time.seconds) }),
      data: {
        fields: ['t', 'median', 'p90', 'drift', 'count'],
        columns: [
          overTime.map(({ atS }) => round(atS / time.seconds)),
          overTime.map(({ medianMs }) => round(medianMs)),
          overTime.map(({ p90Ms }) => round(p90Ms)),
          overTime.map(({ driftMs }) => round(driftMs)),
          overTime.map(({ count }) => count),
        ],
      },
      heightPx: 180,
    },
  ];
}

interface PairRow {
  readonly about: string;
  readonly side: string;
  readonly v: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly text: string;
}

function pairRow(
  about: string,
  side: string,
  ms: number,
  summary: SampleSummary | undefined,
  speed: number,
  axis: (ms: number) => number = (value) => value,
): PairRow {
  return {
    about,
    side,
    v: round(axis(ms)),
    low: summary ? round(axis(summary.p5)) : null,
    high: summary ? round(axis(summary.p95)) : null,
    text: `${milliseconds(ms)}, ${simulatedTime(ms, speed)} simulated`,
  };
}

function pairsChart(
  section: RealityChart['section'],
  title: string,
  note: string,
  rows: readonly PairRow[],
  axis: string,
): RealityChart {
  const names = [...new Set(rows.map(({ about }) => about))];
  return {
    section,
    title,
    note,
    spec: pairsSpec(
      names,
      axis,
      rows.some(({ low }) => low !== null),
    ),
    data: {
      fields: ['about', 'side', 'v', 'low', 'high', 'text'],
      columns: [
        rows.map(({ about }) => about),
        rows.map(({ side }) => side),
        rows.map(({ v }) => v),
        rows.map(({ low }) => low),
        rows.map(({ high }) => high),
        rows.map(({ text }) => text),
      ],
    },
    heightPx: 46 + 30 * names.length,
  };
}

/** Six significant digits: enough for a plot, and a page half the size. */
function round(value: number): number {
  return Number(value.toPrecision(6));
}
