import type { Cell, PolicyOnMetric } from '../../experiment/comparison.ts';
import { type Metric, metricByName } from '../../sim/metric-catalogue.ts';
import type { ChartData } from '../chart-data.ts';
import type { Spec } from '../html/chart-specs.ts';
import { placeLabels } from './place-labels.ts';

/** One policy in the plane of two metrics: means and 95 % intervals over seeds. */
export interface ParetoPoint {
  readonly policy: string;
  readonly x: number;
  readonly y: number;
  readonly xLow: number;
  readonly xHigh: number;
  readonly yLow: number;
  readonly yHigh: number;
  /** No other policy is at least as good on both metrics and better on one. */
  readonly front: boolean;
}

/** The policies of a cell that report both metrics, in the cell's order. */
export function paretoPoints(cell: Cell, across: string, up: string): ParetoPoint[] {
  const [first, second] = [across, up].map(
    (name) => new Map(cell.metrics[name]?.policies.map((one): [string, PolicyOnMetric] => [one.policy, one])),
  );
  const points = cell.policies.flatMap((policy) => {
    const [x, y] = [first.get(policy), second.get(policy)];
    if (!x || !y) return [];
    const [xLow, xHigh] = drawn(x, across);
    const [yLow, yHigh] = drawn(y, up);
    return [{ policy, x: x.mean, y: y.mean, xLow, xHigh, yLow, yHigh }];
  });
  const [signX, signY] = [across, up].map((name) => (metricByName.get(name)!.better === 'higher' ? -1 : 1));
  const beats = (a: (typeof points)[number], b: (typeof points)[number]): boolean =>
    signX * (a.x - b.x) <= 0 && signY * (a.y - b.y) <= 0 && (a.x !== b.x || a.y !== b.y);
  return points.map((point) => ({ ...point, front: !points.some((other) => beats(other, point)) }));
}

/** The interval as far as such a quantity can go: none is below 0, no share above 1. */
function drawn({ mean, low, high }: PolicyOnMetric, metric: string): [low: number, high: number] {
  const most = metricByName.get(metric)!.unit === 'share' ? 1 : Infinity;
  return [Math.max(0, low ?? mean), Math.min(most, high ?? mean)];
}

/** The points as rows of a chart, with the place of each name beside its point. */
export function paretoData(points: readonly ParetoPoint[]): ChartData {
  const fields = ['policy', 'x', 'y', 'xLow', 'xHigh', 'yLow', 'yHigh'] as const;
  const labels = placeLabels(
    points.map(({ policy, x, y }) => ({ text: policy, x, y })),
    points.flatMap(({ xLow, xHigh, yLow, yHigh }) => [
      { x: xLow, y: yLow },
      { x: xHigh, y: yHigh },
    ]),
  );
  return {
    fields: [...fields, 'front', 'dx', 'dy', 'align'],
    columns: [
      ...fields.map((field) => points.map((point) => point[field])),
      points.map((point) => Number(point.front)),
      labels.map((label) => label.dx),
      labels.map((label) => label.dy),
      labels.map((label) => label.align),
    ],
  };
}

/**
 * Points with their intervals, named; the front as a stair: what is at the bad side of it is beaten by a policy on it.
 * `domain`: all policies of the report, for colours.
 */
export function paretoSpec(domain: readonly string[], across: Metric, up: Metric): Spec {
  const color = { field: 'policy', type: 'nominal', scale: { domain }, legend: null };
  const opacity = { condition: { test: "focus === '' || datum.policy === focus", value: 1 }, value: 0.15 };
  const x = {
    field: 'x',
    type: 'quantitative',
    title: axisTitle(across),
    axis: axisOf(across),
    scale: { zero: false, nice: across.unit !== 'share', padding: 26 },
  };
  const y = {
    field: 'y',
    type: 'quantitative',
    title: axisTitle(up),
    axis: axisOf(up),
    scale: { zero: false, nice: up.unit !== 'share', padding: 16 },
  };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: null,
    width: 'container',
    height: 260,
    autosize: { type: 'fit', contains: 'padding' },
    data: { name: 'rows', values: [] },
    params: [{ name: 'focus', value: '' }],
    layer: [
      {
        transform: [{ filter: 'datum.front === 1' }],
        mark: { type: 'line', interpolate: 'step-after', strokeDash: [4, 3], strokeWidth: 1.2, color: '#888' },
        encoding: { x, y, order: { field: 'x', type: 'quantitative' } },
      },
      {
        mark: { type: 'rule', strokeWidth: 1.4 },
        encoding: { x: { ...x, field: 'xLow' }, x2: { field: 'xHigh' }, y, color, opacity },
      },
      {
        mark: { type: 'rule', strokeWidth: 1.4 },
        encoding: { x, y: { ...y, field: 'yLow' }, y2: { field: 'yHigh' }, color, opacity },
      },
      {
        mark: { type: 'point', filled: true, size: 80, opacity: 1 },
        encoding: {
          x,
          y,
          color,
          opacity,
          tooltip: [
            { field: 'policy', title: 'Policy' },
            { field: 'x', type: 'quantitative', title: across.title, format: ',.4~r' },
            { field: 'y', type: 'quantitative', title: up.title, format: up.unit === 'share' ? '.3%' : ',.4~r' },
          ],
        },
      },
      {
        mark: {
          type: 'text',
          fontSize: 11,
          limit: 190,
          dx: { expr: 'datum.dx' },
          dy: { expr: 'datum.dy' },
          align: { expr: 'datum.align' },
        },
        encoding: { x, y, text: { field: 'policy' }, color, opacity },
      },
    ],
  };
}

function axisTitle({ title, unit, better }: Metric): string {
  const named = unit === 'ms' ? ', ms' : unit === 'usd' ? ', $' : unit === 'minutes' ? ', minutes' : '';
  return `${title}${named} (${better} is better)`;
}

function axisOf({ unit }: Metric): Spec {
  return { grid: true, tickCount: 6, format: unit === 'share' ? '.4~%' : ',.4~r' };
}
