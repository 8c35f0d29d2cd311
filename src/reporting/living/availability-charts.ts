import type { Cell, Comparison } from '../../experiment/comparison.ts';
import type { LivingResult, TimelineSeries } from '../../sim/monitoring/living-result.ts';
import { escapeHtml } from '../escape.ts';
import { countOf } from '../format.ts';
import type { Spec } from '../html/chart-specs.ts';
import { type Chart, figureHtml } from '../html/charts.ts';
import { timeUnit } from '../html/time-unit.ts';

const MOST_ROWS = 30;
const ROW_PX = 20;
/** With fewer workloads their lines say it. */
const LEAST_WORKLOADS = 4;
const DESIRED = 'baton_service_replicas_desired';
const READY = 'baton_service_replicas_ready';

/** A span in which a workload had the same share of its replicas. */
interface Span {
  readonly service: string;
  readonly from: number;
  readonly to: number;
  readonly share: number;
  readonly text: string;
}

/** One chart a policy with several workloads: which share of its replicas each of them had when, in the first run. */
export function availabilityCharts(runs: ReadonlyMap<string, readonly LivingResult[]>): Chart[] {
  return [...runs].flatMap(([policy, [{ timeline, services }]]): Chart[] => {
    const untilUs = timeline.timeUs.at(-1) ?? 0;
    const known = services.filter(({ service }) => seriesOf(timeline.series, DESIRED, service) !== undefined);
    if (known.length < LEAST_WORKLOADS || untilUs === 0) return [];
    const time = timeUnit(untilUs / 1e6);
    const inUnits = (us: number): number => Number((us / 1e6 / time.seconds).toFixed(5));
    const lacking = known
      .filter((one) => one.deficitReplicaS > 0)
      .sort((a, b) => b.deficitReplicaS - a.deficitReplicaS)
      .map((one) => one.service);
    if (lacking.length === 0) return [];
    const shown = lacking.slice(0, MOST_ROWS);
    const spans = shown.flatMap((service) => spansOf(timeline, service));
    const rest = known.length - shown.length;
    return [
      {
        group: 'availability',
        title: runs.size === 1 ? 'Replicas that were ready' : `Replicas that were ready with ${policy}`,
        note:
          rest === 0
            ? ''
            : `${countOf(rest, 'workload')} not shown missed ${lacking.length > MOST_ROWS ? 'less' : 'none'}`,
        spec: availabilitySpec(shown, inUnits(untilUs), time.title),
        data: {
          fields: ['service', 'from', 'to', 'v', 'text'],
          columns: [
            spans.map((one) => one.service),
            spans.map((one) => inUnits(one.from)),
            spans.map((one) => inUnits(one.to)),
            spans.map((one) => one.share),
            spans.map((one) => one.text),
          ],
        },
        renderer: 'svg',
        heightPx: 46 + ROW_PX * shown.length,
      },
    ];
  });
}

/** The charts with their heading; empty where every workload had what it asked for, or there are few. */
export function availabilitySection(_: Comparison, cell: Cell, charts: readonly Chart[], firstChart: number): string {
  const figures = charts.flatMap((chart, at) =>
    chart.group === 'availability' ? [figureHtml(chart, firstChart + at)] : [],
  );
  if (figures.length === 0) return '';
  const seed = cell.seeds.length > 1 ? `; seed ${escapeHtml(String(cell.seeds[0]))}` : '';
  return `<h3>Which workload missed replicas when</h3><p class="how">The share of its replicas that were ready: pale is all of them, red none. Those that missed most are at the top${seed}.</p>
<div class="charts across">${figures.join('\n')}</div>`;
}

function seriesOf(series: readonly TimelineSeries[], name: string, service: string): TimelineSeries | undefined {
  return series.find((one) => one.name === name && one.labels['service'] === service);
}

/** Neighbouring times with the same share are one span; none where no replica is asked for. */
function spansOf({ timeUs, series }: LivingResult['timeline'], service: string): Span[] {
  const desired = seriesOf(series, DESIRED, service)?.values ?? [];
  const ready = seriesOf(series, READY, service)?.values ?? [];
  const spans: { service: string; from: number; to: number; share: number; text: string }[] = [];
  timeUs.forEach((to, at) => {
    const wanted = desired[at];
    if (!(wanted > 0)) return;
    const from = at === 0 ? 0 : timeUs[at - 1];
    const share = Math.round(20 * Math.min(1, (ready[at] ?? 0) / wanted)) / 20;
    const last = spans.at(-1);
    if (last !== undefined && last.share === share && last.to === from) last.to = to;
    else {
      const text = `${Number((ready[at] ?? 0).toPrecision(3))} of ${Number(wanted.toPrecision(3))}`;
      spans.push({ service, from, to, share, text });
    }
  });
  return spans;
}

function availabilitySpec(services: readonly string[], until: number, timeTitle: string): Spec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: null,
    width: 'container',
    height: 46 + ROW_PX * services.length,
    autosize: { type: 'fit', contains: 'padding' },
    data: { name: 'rows', values: [] },
    mark: { type: 'bar', height: { band: 0.72 }, clip: true },
    encoding: {
      y: { field: 'service', type: 'nominal', title: null, sort: services, axis: { labelLimit: 210 } },
      x: {
        field: 'from',
        type: 'quantitative',
        title: timeTitle,
        axis: { tickCount: 8, grid: false },
        scale: { nice: false, domain: [0, until] },
      },
      x2: { field: 'to' },
      color: {
        field: 'v',
        type: 'quantitative',
        legend: null,
        // Shades that stand out on light and dark pages alike; full ones recede.
        scale: { domain: [0, 0.999, 1], range: ['#d5402b', '#e9b08a', '#8fb8a8'] },
      },
      opacity: { condition: { test: 'datum.v >= 1', value: 0.35 }, value: 1 },
      tooltip: [
        { field: 'service', title: 'Workload' },
        { field: 'text', title: 'Ready' },
        { field: 'from', type: 'quantitative', title: 'From', format: ',.4~f' },
        { field: 'to', type: 'quantitative', title: 'Until', format: ',.4~f' },
      ],
    },
  };
}
