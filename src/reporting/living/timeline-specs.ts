import type { Spec } from '../html/chart-specs.ts';
import type { Panel } from './timeline-panels.ts';

/** All panels keep so much room at their left, so that the same moment stands at the same place in each. */
export const LEFT_PX = 84;
export const RIGHT_PX = 12;

/** Signals that the page's program sets in every panel: the shown part of the time axis. */
const WINDOW = [
  { name: 'from', value: 0 },
  { name: 'to', value: 1 },
];
const PALETTE = [0, 1, 2, 3, 4, 5, 6, 7];

const FORMATS: Readonly<Record<Panel['unit'], string>> = {
  '': ',.3~r',
  s: '~s',
  share: '.2~%',
  'per-second': '~s',
  'usd-per-hour': '$,.3~r',
  usd: '$,.3~r',
  bytes: '~s',
  millicores: '~s',
  watts: '~s',
};

/** Lines of one panel; `logarithmic` where the largest value would flatten all others. */
export function panelSpec(panel: Pick<Panel, 'unit' | 'steps'>, logarithmic: boolean): Spec {
  const interpolate = panel.steps ? 'step-before' : 'linear';
  const y = {
    type: 'quantitative',
    title: null,
    axis: { ...SIDE, format: FORMATS[panel.unit], tickCount: 3, ...(panel.unit === 's' && { labelExpr: SECONDS }) },
    scale: logarithmic ? { type: 'log' } : { zero: true },
  };
  return {
    ...frame(logarithmic ? 110 : 92),
    transform: logarithmic ? [{ filter: 'datum.v === null || datum.v > 0' }] : [],
    layer: [
      bandLayer(),
      {
        mark: { type: 'area', interpolate, opacity: 0.16, line: false, clip: true },
        encoding: { x: x(false), ...lines(), y: { field: 'low', ...y }, y2: { field: 'high' } },
      },
      {
        mark: { type: 'line', interpolate, strokeJoin: 'round', clip: true },
        encoding: {
          x: x(false),
          ...lines(),
          y: { field: 'v', ...y },
          strokeWidth: { field: 'thin', type: 'ordinal', legend: null, scale: { domain: [0, 1], range: [1.8, 1] } },
          opacity: { field: 'thin', type: 'ordinal', legend: null, scale: { domain: [0, 1], range: [1, 0.6] } },
          strokeDash: {
            field: 'slot',
            type: 'nominal',
            legend: null,
            scale: {
              domain: [0, 1],
              range: [
                [1, 0],
                [5, 3],
              ],
            },
          },
        },
      },
    ],
  };
}

/** Decisions and happenings: a lane for who decides and one for what happens, the second policy below the first. */
export function laneSpec(lanes: readonly string[]): Spec {
  return {
    ...frame(26 * lanes.length + 34),
    params: [...WINDOW, { name: 'lanes', value: lanes }],
    layer: [
      bandLayer(x(true)),
      {
        mark: { type: 'point', filled: true, clip: true, cursor: 'pointer', strokeWidth: 1 },
        encoding: {
          x: x(true),
          y: {
            field: 'lane',
            type: 'nominal',
            title: null,
            scale: { domain: { signal: 'lanes' } },
            axis: { ...SIDE, grid: true, labelLimit: LEFT_PX - 10 },
          },
          yOffset: { field: 'slot', type: 'nominal', scale: { domain: [0, 1], paddingOuter: 0.4 } },
          shape: {
            field: 'shape',
            type: 'nominal',
            legend: null,
            scale: { domain: ['limited', 'plain', 'happening'], range: ['diamond', 'circle', 'triangle-down'] },
          },
          size: { condition: { test: 'datum.chosen', value: 190 }, value: 62 },
          stroke: { condition: { test: 'datum.chosen', value: '#888' }, value: null },
          fillOpacity: { condition: { test: 'datum.slot === 1', value: 0.4 }, value: 0.75 },
          ...colour(),
          tooltip: [
            { field: 'title', title: 'What' },
            { field: 'about', title: 'About' },
            { field: 'policy', title: 'Policy' },
          ],
        },
      },
    ],
  };
}

/** The whole run in small, with a window that can be drawn and moved: what it covers is what the panels show. */
export function overviewSpec(timeTitle: string): Spec {
  return {
    ...frame(58),
    layer: [
      bandLayer({ ...x(true), title: timeTitle }),
      {
        params: [{ name: 'window', select: { type: 'interval', encodings: ['x'], clear: 'dblclick' } }],
        mark: { type: 'area', opacity: 0.35, line: { strokeWidth: 1.2 } },
        encoding: {
          x: { ...x(true), title: timeTitle },
          y: { field: 'v', type: 'quantitative', title: null, axis: { ...SIDE, labels: false, grid: false } },
        },
      },
    ],
  };
}

const SIDE = { minExtent: LEFT_PX, maxExtent: LEFT_PX, grid: true };
/** 250 ms rather than 250m. */
const SECONDS =
  "datum.value === 0 ? '0' : datum.value < 1 ? format(datum.value * 1000, '~r') + ' ms' : format(datum.value, '~r') + ' s'";

function frame(height: number): Spec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: null,
    width: 'container',
    height,
    padding: { left: 0, right: RIGHT_PX, top: 4, bottom: 2 },
    autosize: { type: 'fit', contains: 'padding' },
    params: WINDOW,
    data: { name: 'rows', values: [] },
  };
}

function x(labels: boolean): Spec {
  return {
    field: 't',
    type: 'quantitative',
    title: null,
    axis: { grid: true, tickCount: 8, labels, gridOpacity: 0.5 },
    scale: { domain: [{ signal: 'from' }, { signal: 'to' }], nice: false, zero: false },
  };
}

/** Spans in which something was wrong, behind the lines. */
function bandLayer(along = x(false)): Spec {
  return {
    data: { name: 'bands', values: [] },
    mark: { type: 'rect', opacity: 0.13, clip: true },
    encoding: {
      x: { ...along, field: 'from' },
      x2: { field: 'to' },
      fill: { condition: { test: 'datum.planned', value: '#0072b2' }, value: '#d55e00' },
    },
  };
}

function colour(): Spec {
  return { color: { field: 'colour', type: 'nominal', legend: null, scale: { domain: PALETTE } } };
}

function lines(): Spec {
  return { ...colour(), detail: { field: 'line', type: 'nominal' } };
}
