import type { Spec } from '../html/chart-specs.ts';

/** Which side a row is of; the first two colours of the page's palette. */
export const SIDES = ['predicted', 'measured'] as const;

const COLOUR = { field: 'side', type: 'nominal', scale: { domain: SIDES }, legend: null };
const DASH = {
  field: 'side',
  type: 'nominal',
  scale: {
    domain: SIDES,
    range: [
      [5, 3],
      [1, 0],
    ],
  },
  legend: null,
};

function frame(height: number): Spec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: null,
    width: 'container',
    height,
    autosize: { type: 'fit', contains: 'padding' },
    data: { name: 'rows', values: [] },
  };
}

export interface TimeAxis {
  readonly title: string;
  readonly until: number;
}

/** Predicted and measured over time: `t`, `v` by `side`. */
export function twoLinesSpec(axis: TimeAxis, y: { format: string; isStepped: boolean }): Spec {
  const interpolate = y.isStepped ? 'step-after' : 'linear';
  return {
    ...frame(180),
    encoding: {
      x: timeChannel(axis),
      color: COLOUR,
    },
    layer: [
      {
        mark: { type: 'line', interpolate, strokeWidth: 1.7, strokeJoin: 'round' },
        encoding: {
          strokeDash: DASH,
          y: {
            field: 'v',
            type: 'quantitative',
            title: null,
            axis: { format: y.format, tickCount: 5, ...(y.isStepped && { tickMinStep: 1 }) },
            scale: { zero: true },
          },
        },
      },
      {
        mark: { type: 'point', filled: true, size: 60, opacity: 0 },
        encoding: {
          y: { field: 'v', type: 'quantitative' },
          tooltip: [
            { field: 'side', title: 'Side' },
            { field: 't', type: 'quantitative', title: axis.title, format: ',.4~r' },
            { field: 'v', type: 'quantitative', title: 'Value', format: ',.4~r' },
          ],
        },
      },
    ],
  };
}

/** Distribution functions of times: `v` by `side`, `share`. */
export function timesSpec(title: string): Spec {
  return {
    ...frame(220),
    encoding: {
      x: { field: 'v', type: 'quantitative', title, axis: { grid: true, tickCount: 7 }, scale: { zero: true } },
      y: {
        field: 'share',
        type: 'quantitative',
        title: null,
        axis: { format: '.0%', tickCount: 5 },
        scale: { domain: [0, 1] },
      },
      color: COLOUR,
    },
    layer: [
      {
        mark: { type: 'line', strokeWidth: 1.7, strokeJoin: 'round' },
        encoding: { strokeDash: DASH, order: { field: 'share' } },
      },
      {
        mark: { type: 'point', filled: true, size: 60, opacity: 0 },
        encoding: {
          tooltip: [
            { field: 'side', title: 'Side' },
            { field: 'share', type: 'quantitative', title: 'Containers', format: '.0%' },
            { field: 'v', type: 'quantitative', title: 'Took at most', format: ',.4~r' },
          ],
        },
      },
    ],
  };
}

/** A row a thing: the predicted and the measured value, a line between them, and how far the measured ones spread. */
export function pairsSpec(rows: readonly string[], title: string, hasSpread: boolean): Spec {
  return {
    ...frame(46 + 30 * rows.length),
    encoding: {
      y: {
        field: 'about',
        type: 'nominal',
        title: null,
        sort: rows,
        axis: { grid: true, labelLimit: 230 },
      },
    },
    layer: [
      ...(hasSpread
        ? [
            {
              transform: [{ filter: "datum.side === 'measured' && isValid(datum.low)" }],
              mark: { type: 'rule', strokeWidth: 6, opacity: 0.25 },
              encoding: { x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' }, color: COLOUR },
            },
          ]
        : []),
      {
        mark: { type: 'point', filled: true, size: 76, opacity: 1 },
        encoding: {
          x: {
            field: 'v',
            type: 'quantitative',
            title,
            axis: { tickCount: 7, grid: true },
            scale: { zero: true, nice: true },
          },
          color: COLOUR,
          shape: {
            field: 'side',
            type: 'nominal',
            scale: { domain: SIDES, range: ['diamond', 'circle'] },
            legend: null,
          },
          tooltip: [
            { field: 'about', title: 'About' },
            { field: 'side', title: 'Side' },
            { field: 'text', title: 'Took' },
          ],
        },
      },
    ],
  };
}

/** How late decisions were, over the run: median and 90th percentile, and how far behind a clock that is never held. */
export function latenessSpec(axis: TimeAxis): Spec {
  return {
    ...frame(180),
    encoding: { x: timeChannel(axis) },
    layer: [
      {
        mark: { type: 'rule', strokeWidth: 3, opacity: 0.3 },
        encoding: {
          y: { field: 'median', type: 'quantitative', title: null, axis: { tickCount: 5, format: ',~r' } },
          y2: { field: 'p90' },
          color: { datum: 'measured', type: 'nominal', scale: { domain: SIDES }, legend: null },
        },
      },
      {
        mark: { type: 'point', filled: true, size: 44, opacity: 1 },
        encoding: {
          y: { field: 'median', type: 'quantitative', scale: { zero: true } },
          color: { datum: 'measured', type: 'nominal', scale: { domain: SIDES }, legend: null },
          tooltip: [
            { field: 'count', type: 'quantitative', title: 'Decisions' },
            { field: 'median', type: 'quantitative', title: 'Median, ms', format: ',.3~r' },
            { field: 'p90', type: 'quantitative', title: '90 %, ms', format: ',.3~r' },
            { field: 'drift', type: 'quantitative', title: 'Behind real time, ms', format: ',.3~r' },
          ],
        },
      },
    ],
  };
}

function timeChannel({ title, until }: TimeAxis): Spec {
  return {
    field: 't',
    type: 'quantitative',
    title,
    axis: { grid: false, tickCount: 6 },
    scale: { nice: false, domain: [0, until] },
  };
}
