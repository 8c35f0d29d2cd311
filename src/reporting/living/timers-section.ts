import type { Cell, Comparison } from '../../experiment/comparison.ts';
import type { LivingResult, TimerRecord } from '../../sim/monitoring/living-result.ts';
import { escapeHtml } from '../escape.ts';
import { countOf, fixed } from '../format.ts';
import type { Spec } from '../html/chart-specs.ts';
import { type Chart, figureHtml } from '../html/charts.ts';
import { timeUnit } from '../html/time-unit.ts';
import { livingRuns } from './living-runs.ts';
import { thinned } from './timeline-data.ts';

const MOST_BARS = 400;
const MOST_ROWS = 60;
const MOST_LANES = 24;
const LANE_PX = 22;

/** One chart a policy: which timer ran when, in its first run. */
export function timerCharts(runs: ReadonlyMap<string, readonly LivingResult[]>): Chart[] {
  const ends = [...runs.values()].map(([{ timeline, timers = [] }]) =>
    timers.reduce((last, { toUs }) => Math.max(last, toUs), timeline.timeUs.at(-1) ?? 1),
  );
  const untilUs = Math.max(1, ...ends);
  const time = timeUnit(untilUs / 1e6);
  return [...runs].flatMap(([policy, [first]]): Chart[] => {
    const timers = first.timers ?? [];
    if (timers.length === 0) return [];
    const lanes = lanesOf(timers);
    const shown = thinned(
      timers.filter((one) => lanes.includes(laneOf(one))),
      laneOf,
      MOST_BARS,
    );
    const inUnits = (us: number): number => Number((us / 1e6 / time.seconds).toFixed(6));
    return [
      {
        group: 'timers',
        title: runs.size === 1 ? 'Timers' : `Timers with ${policy}`,
        note: shown.length < timers.length ? `${shown.length} of ${timers.length}` : '',
        spec: timerSpec(lanes, inUnits(untilUs), time.title),
        data: {
          fields: ['timer', 'about', 'from', 'to', 'lasts'],
          columns: [
            shown.map(laneOf),
            shown.map((one) => one.about),
            shown.map((one) => inUnits(one.fromUs)),
            shown.map((one) => inUnits(one.toUs)),
            shown.map((one) => secondsText(one.toUs - one.fromUs)),
          ],
        },
        renderer: 'svg',
        heightPx: 50 + LANE_PX * lanes.length,
      },
    ];
  });
}

/** Which timer everyone was waiting for, as bars on one time axis and as a table; empty where none was recorded. */
export function timersSection(
  comparison: Comparison,
  cell: Cell,
  charts: readonly Chart[],
  firstChart: number,
): string {
  const runs = livingRuns(comparison, cell);
  const figures = charts.flatMap((chart, at) => (chart.group === 'timers' ? [figureHtml(chart, firstChart + at)] : []));
  if (figures.length === 0) return '';
  const tables = [...runs].flatMap(([policy, [first]]) => {
    const timers = first.timers ?? [];
    return timers.length === 0 ? [] : [tableOf(runs.size === 1 ? '' : policy, timers)];
  });
  const seed = cell.seeds.length > 1 ? `; seed ${escapeHtml(String(cell.seeds[0]))}` : '';
  return `<h3>Which timer was running when</h3><p class="how">Most of the time between a fault and its mending is spent waiting for a timer. Every bar is one, from when it was wound up until it ran out or was called off${seed}.</p>
<div class="charts across">${figures.join('\n')}</div>
${tables.join('\n')}`;
}

function tableOf(policy: string, timers: readonly TimerRecord[]): string {
  const shown = thinned(timers, laneOf, MOST_ROWS);
  const rows = shown.map(
    ({ timer, about, fromUs, toUs }) =>
      `<tr><th scope="row">${escapeHtml(timer)}</th><td>${escapeHtml(about)}</td><td class="n">${clock(fromUs)}</td><td class="n">${clock(toUs)}</td><td class="n">${secondsText(toUs - fromUs)}</td></tr>`,
  );
  const left = timers.length - shown.length;
  const more = left > 0 ? `<p class="soft">${countOf(left, 'further timer')} not shown here.</p>` : '';
  return `<details${timers.length <= 20 ? ' open' : ''}><summary>${escapeHtml(policy === '' ? 'The timers' : `The timers with ${policy}`)}, one by one</summary><div class="scroll"><table><thead><tr><th>Timer</th><th>For</th><th class="n">From</th><th class="n">Until</th><th class="n">Ran</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div>${more}</details>`;
}

/** A bar a timer, timers of one name on one line. */
function timerSpec(lanes: readonly string[], until: number, timeTitle: string): Spec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: null,
    width: 'container',
    height: 50 + LANE_PX * lanes.length,
    autosize: { type: 'fit', contains: 'padding' },
    data: { name: 'rows', values: [] },
    // A line at the beginning of each, since many are too short for a bar to be seen.
    layer: [
      { mark: { type: 'bar', height: { band: 0.6 }, opacity: 0.55 }, encoding: { x2: { field: 'to' } } },
      { mark: { type: 'tick', thickness: 2, bandSize: 0.6 * LANE_PX } },
    ],
    encoding: {
      y: { field: 'timer', type: 'nominal', title: null, sort: lanes, axis: { labelLimit: 210 } },
      x: {
        field: 'from',
        type: 'quantitative',
        title: timeTitle,
        axis: { tickCount: 8 },
        scale: { nice: false, domain: [0, until] },
      },
      tooltip: [
        { field: 'timer', title: 'Timer' },
        { field: 'about', title: 'For' },
        { field: 'from', type: 'quantitative', title: 'From', format: ',.4~f' },
        { field: 'to', type: 'quantitative', title: 'Until', format: ',.4~f' },
        { field: 'lasts', title: 'Ran' },
      ],
    },
  };
}

/** Names of timers in the order in which they first ran; of too many those that ran longest in all. */
function lanesOf(timers: readonly TimerRecord[]): string[] {
  const totals = new Map<string, number>();
  for (const one of timers) totals.set(laneOf(one), (totals.get(laneOf(one)) ?? 0) + one.toUs - one.fromUs);
  const kept = new Set(
    [...totals]
      .sort(([, a], [, b]) => b - a)
      .slice(0, MOST_LANES)
      .map(([name]) => name),
  );
  return [...totals.keys()].filter((name) => kept.has(name));
}

/** What a timer is called without its particulars: `pod failure backoff (3)` is `pod failure backoff`. */
function laneOf({ timer }: TimerRecord): string {
  return timer.replace(/\s*\(.*\)$/, '');
}

function secondsText(us: number): string {
  const seconds = us / 1e6;
  return `${fixed(seconds, seconds < 10 && seconds !== Math.floor(seconds) ? 2 : 0)}\u00a0s`;
}

/** `1:02:03`, hours, minutes and seconds of the run. */
function clock(us: number): string {
  const seconds = Math.floor(us / 1e6);
  const two = (count: number): string => String(count).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
