import { DASHES, POLICY_COLOURS } from './palette.ts';

/** A Vega-Lite specification; its rows come later, as the data set `rows`. */
export type Spec = Readonly<Record<string, unknown>>;

const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';

/** The signal that the page's legend sets: the policy to bring forward, or nothing. */
const FOCUS = { name: 'focus', value: '' };
const IN_FOCUS = "focus === '' || datum.policy === focus";

function frame(height: number): Spec {
  return {
    $schema: SCHEMA,
    background: null,
    width: 'container',
    height,
    autosize: { type: 'fit', contains: 'padding' },
    data: { name: 'rows', values: [] },
  };
}

/** Colour by the policy's place in the experiment; the page has one legend for all charts. */
function colourChannel(policies: readonly string[]): Spec {
  return { color: { field: 'policy', type: 'nominal', scale: { domain: policies }, legend: null } };
}

/** Lines of more policies than there are colours differ in their dashes. */
function dashChannel(policies: readonly string[]): Spec {
  return policies.length > POLICY_COLOURS.length
    ? {
        strokeDash: {
          field: 'policy',
          type: 'nominal',
          legend: null,
          scale: {
            domain: policies,
            range: policies.map((_, place) => DASHES[Math.floor(place / POLICY_COLOURS.length) % DASHES.length]),
          },
        },
      }
    : {};
}

/** Lines over time: `t`, `v` by `policy`, the band from `low` to `high` shown for the policy in focus. */
export function curveSpec(policies: readonly string[], axis: { time: string; share: boolean; largest: number }): Spec {
  const x = {
    field: 't',
    type: 'quantitative',
    title: axis.time,
    axis: { grid: false, tickCount: 6 },
    scale: { nice: false },
  };
  const format = axis.share
    ? '.2~%'
    : axis.largest < 100_000
      ? axis.largest < 1
        ? ',.2~r'
        : axis.largest < 5
          ? ',.1~f'
          : ',.0f'
      : '~s';
  return {
    ...frame(200),
    params: [FOCUS],
    encoding: { x, ...colourChannel(policies) },
    layer: [
      {
        mark: { type: 'area', interpolate: 'step-after', line: false },
        encoding: {
          y: { field: 'low', type: 'quantitative', title: null, axis: { format, tickCount: 5 }, scale: { zero: true } },
          y2: { field: 'high' },
          opacity: { condition: { test: 'datum.policy === focus', value: 0.2 }, value: 0 },
        },
      },
      {
        mark: { type: 'line', interpolate: 'step-after', strokeWidth: 1.6, strokeJoin: 'round' },
        encoding: {
          ...dashChannel(policies),
          y: { field: 'v', type: 'quantitative', title: null },
          opacity: { condition: { test: IN_FOCUS, value: 1 }, value: 0.12 },
        },
      },
      {
        mark: { type: 'point', filled: true, size: 70, opacity: 0 },
        encoding: {
          y: { field: 'v', type: 'quantitative' },
          tooltip: [
            { field: 'policy', title: 'Policy' },
            { field: 't', type: 'quantitative', title: axis.time, format: '.3~s' },
            { field: 'v', type: 'quantitative', title: 'Value', format: axis.share ? '.1%' : ',.4~r' },
          ],
        },
      },
    ],
  };
}

/** Distribution functions on a logarithmic axis with ticks that people say. */
export function distributionSpec(
  policies: readonly string[],
  axis: { title: string; ticks: readonly { value: number; label: string }[]; low: number; high: number },
): Spec {
  const label = axis.ticks.reduceRight(
    (rest, tick) => `datum.value === ${tick.value} ? ${JSON.stringify(tick.label)} : ${rest}`,
    "''",
  );
  return {
    ...frame(220),
    params: [FOCUS],
    encoding: {
      x: {
        field: 'v',
        type: 'quantitative',
        title: axis.title,
        scale: { type: 'log', domain: [axis.low, axis.high], nice: false },
        axis: { values: axis.ticks.map((tick) => tick.value), labelExpr: label, grid: true, labelOverlap: true },
      },
      y: {
        field: 'share',
        type: 'quantitative',
        title: null,
        axis: { format: '.0%', tickCount: 5 },
        scale: { domain: [0, 1] },
      },
      ...colourChannel(policies),
    },
    layer: [
      {
        mark: { type: 'line', interpolate: 'step-after', strokeWidth: 1.6, strokeJoin: 'round', clip: true },
        encoding: {
          ...dashChannel(policies),
          order: { field: 'share' },
          opacity: { condition: { test: IN_FOCUS, value: 1 }, value: 0.12 },
        },
      },
      {
        mark: { type: 'point', filled: true, size: 70, opacity: 0, clip: true },
        encoding: {
          tooltip: [
            { field: 'policy', title: 'Policy' },
            { field: 'share', type: 'quantitative', title: 'Pods', format: '.0%' },
            { field: 'v', type: 'quantitative', title: `At most`, format: ',.4~r' },
          ],
        },
      },
    ],
  };
}

/** Groups of nodes against time, coloured by the share that is allocated. */
export function heatSpec(grid: { time: string; rows: number; columns: number; step: number }): Spec {
  return {
    ...frame(170),
    // A cell reaches a pixel under the next ones, which are drawn over it: else seams show where edges are not on pixels.
    transform: [
      { filter: 'datum.v !== null' },
      { calculate: `(datum.i % ${grid.columns}) * ${grid.step}`, as: 't' },
      { calculate: `datum.t + ${1.6 * grid.step}`, as: 'to' },
      { calculate: `floor(datum.i / ${grid.columns})`, as: 'row' },
      { calculate: 'datum.row + 1.6', as: 'rowTo' },
    ],
    mark: { type: 'rect', clip: true },
    encoding: {
      x: {
        field: 't',
        type: 'quantitative',
        title: grid.time,
        axis: { grid: false, tickCount: 4 },
        scale: { domain: [0, grid.columns * grid.step], nice: false },
      },
      x2: { field: 'to' },
      y: {
        field: 'row',
        type: 'quantitative',
        axis: null,
        scale: { domain: [0, grid.rows], nice: false, reverse: true },
      },
      y2: { field: 'rowTo' },
      color: { field: 'v', type: 'quantitative', scale: { domain: [0, 1], range: 'heatmap' }, legend: null },
    },
  };
}

/** One dot a user on a line for each policy. */
export function userSpec(policies: readonly string[]): Spec {
  return {
    ...frame(34 + 30 * policies.length),
    params: [FOCUS],
    encoding: {
      y: { field: 'policy', type: 'nominal', title: null, sort: policies, axis: { grid: true, labelLimit: 140 } },
    },
    layer: [
      {
        mark: { type: 'point', filled: true, size: 46 },
        encoding: {
          x: {
            field: 'v',
            type: 'quantitative',
            title: "User's mean bounded slowdown",
            scale: { zero: false, nice: true },
            axis: { tickCount: 8 },
          },
          ...colourChannel(policies),
          opacity: { condition: { test: IN_FOCUS, value: 0.62 }, value: 0.1 },
          tooltip: [
            { field: 'user', title: 'User' },
            { field: 'policy', title: 'Policy' },
            { field: 'v', type: 'quantitative', title: 'Slowdown', format: '.3~r' },
            { field: 'pods', type: 'quantitative', title: 'Pods', format: ',' },
          ],
        },
      },
    ],
  };
}
