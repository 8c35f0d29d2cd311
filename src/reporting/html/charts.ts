import type { Cell, Comparison } from '../../experiment/comparison.ts';
import { type ChartData, curveData, distributionData, heatData, longest, runsOfCell, userData } from '../chart-data.ts';
import { escapeHtml } from '../escape.ts';
import { curveSpec, distributionSpec, heatSpec, type Spec, userSpec } from './chart-specs.ts';
import { policyLabel } from './policy-mark.ts';
import { timeUnit, type TimeUnit } from './time-unit.ts';

/** A chart in the page: an empty figure now, drawn from specification and data when it comes into view. */
export interface Chart {
  readonly group:
    'time' | 'distribution' | 'heat' | 'users' | 'pareto' | 'cost' | 'timers' | 'availability' | 'incident';
  readonly title: string;
  readonly note: string;
  /** The title as HTML, where it is more than text. */
  readonly titleHtml?: string;
  readonly spec: Spec;
  readonly data: ChartData;
  readonly renderer: 'svg' | 'canvas';
  readonly heightPx: number;
}

const CURVES = [
  { curve: 'gpuShare', title: 'GPU allocated', note: 'Share of all GPUs that running pods asked for', share: true },
  { curve: 'cpuShare', title: 'CPU allocated', note: 'Share of all CPU that running pods asked for', share: true },
  {
    curve: 'memShare',
    title: 'Memory allocated',
    note: 'Share of all memory that running pods asked for',
    share: true,
  },
  { curve: 'pending', title: 'Pods waiting', note: 'Pods that have arrived and not started', share: false },
  { curve: 'nodesUsed', title: 'Nodes in use', note: 'Nodes with at least one pod', share: false },
  {
    curve: 'fragmentation',
    title: 'Fragmentation',
    note: 'Free capacity where a random pod would not fit',
    share: true,
  },
] as const;

/** All charts of a cell that have something to show. */
export function chartsOf(comparison: Comparison, cell: Cell): Chart[] {
  const runs = runsOfCell(comparison, cell);
  if (cell.policies.length === 0) return [];
  const names = comparison.policies.map((policy) => policy.name).filter((name) => cell.policies.includes(name));
  const domain = comparison.policies.map((policy) => policy.name);
  const time = timeUnit(longest(runs) / 1e6);
  const charts: Chart[] = [];
  for (const { curve, title, note, share } of CURVES) {
    const data = curveData(runs, curve, time.seconds);
    const largest = (data.columns[1] as number[]).reduce((most, value) => Math.max(most, value), 0);
    if (largest === 0) continue;
    charts.push({
      group: 'time',
      title,
      note: cell.seeds.length > 1 ? `${note}, mean of ${cell.seeds.length} seeds` : note,
      spec: curveSpec(domain, { time: time.title, share, largest }),
      data,
      renderer: 'svg',
      heightPx: 200,
    });
  }
  charts.push(...distributions(runs, domain));
  charts.push(...heatMaps(comparison, runs, time));
  const users = userData(runs);
  if (new Set(users.columns[0]).size > 1)
    charts.push({
      group: 'users',
      title: 'How users fare',
      note: 'One dot a user, mean over seeds; the further apart the dots, the less equal the users',
      spec: userSpec(names),
      data: users,
      renderer: 'svg',
      heightPx: 34 + 30 * names.length,
    });
  return charts;
}

type Runs = ReturnType<typeof runsOfCell>;

function distributions(runs: Runs, domain: readonly string[]): Chart[] {
  return (
    [
      { of: 'waitS', title: 'Wait', note: 'Share of pods that waited at most so long', floor: 1, ticks: DURATIONS },
      {
        of: 'boundedSlowdown',
        title: 'Bounded slowdown',
        note: 'Share of pods slowed down at most so much',
        floor: 1,
        ticks: FACTORS,
      },
    ] as const
  ).flatMap(({ of, title, note, floor, ticks }) => {
    const data = distributionData(runs, of, floor);
    const values = data.columns[0] as number[];
    const largest = values.reduce((most, value) => Math.max(most, value), 0);
    if (largest <= floor) return [];
    const high = largest * 1.05;
    const fitting = ticks.filter((tick) => tick.value >= floor && tick.value <= high);
    const spec = distributionSpec(domain, { title: '', ticks: fitting, low: floor, high });
    return [{ group: 'distribution' as const, title, note, spec, data, renderer: 'svg' as const, heightPx: 220 }];
  });
}

function heatMaps(comparison: Comparison, runs: Runs, time: TimeUnit): Chart[] {
  const untilUs = longest(runs);
  return [...runs].flatMap(([policy, results]) => {
    const first = results[0];
    if (!first || first.heat.groups.length === 0 || first.heat.timeUs.length === 0) return [];
    const { data, ...grid } = heatData(first, untilUs, time.seconds);
    return [
      {
        group: 'heat' as const,
        title: policy,
        titleHtml: policyLabel(comparison, policy),
        note: '',
        spec: heatSpec({ time: time.title, ...grid }),
        data,
        renderer: 'canvas' as const,
        heightPx: 170,
      },
    ];
  });
}

/** The figure that the page's program fills; `index` is the chart's place in the page's list. */
export function figureHtml(chart: Chart, index: number): string {
  const note = chart.note === '' ? '' : `<small>${escapeHtml(chart.note)}</small>`;
  return `<figure${chart.group === 'users' ? ' class="one"' : ''}><figcaption>${chart.titleHtml ?? escapeHtml(chart.title)}${note}</figcaption><div class="chart" role="img" aria-label="${escapeHtml(`Chart: ${chart.title}. ${chart.note}`)}" data-chart="${index}" style="--h:${chart.heightPx}px"></div></figure>`;
}

const DURATIONS = [
  { value: 1, label: '≤ 1 s' },
  { value: 10, label: '10 s' },
  { value: 60, label: '1 min' },
  { value: 600, label: '10 min' },
  { value: 3600, label: '1 h' },
  { value: 36_000, label: '10 h' },
  { value: 86_400, label: '1 d' },
  { value: 864_000, label: '10 d' },
  { value: 8_640_000, label: '100 d' },
];

const FACTORS = [1, 2, 5, 10, 20, 50, 100, 1000, 10_000, 100_000].map((value) => ({
  value,
  label: value >= 1000 ? `${value / 1000}k` : String(value),
}));
