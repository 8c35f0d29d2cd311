import type { Spec } from '../html/chart-specs.ts';
import type { Chart } from '../html/charts.ts';
import { secondsText } from './incident-words.ts';
import type { IncidentComparison, IncidentRow } from './incident-times.ts';

const ROW_PX = 46;

/** What everyone waits for, one after the other. Okabe and Ito's colours, as everywhere. */
const PHASES = [
  { name: 'until the loss is noticed', colour: '#d55e00' },
  { name: 'until a replacement is made', colour: '#e69f00' },
  { name: 'until every service is whole', colour: '#56b4e9' },
] as const;

interface Segment {
  readonly policy: string;
  readonly phase: string;
  readonly from: number;
  readonly to: number;
  readonly lasts: string;
}

/** One line a policy: how long it took to notice, to act, and to be whole; a mark where balancers stopped sending to the dead. */
export function incidentChart(incident: IncidentComparison): Chart {
  const { rows, atUs, overUs } = incident;
  const ends = rows.flatMap(({ wholeS, unlistedS, createdS }) =>
    [wholeS.high, unlistedS.high, createdS.high].filter((one) => !Number.isNaN(one)),
  );
  const overS = overUs === undefined ? 0 : (overUs - atUs) / 1e6;
  const untilS = Math.max(10, overS, ...ends);
  const segments = rows.flatMap((row) => segmentsOf(row, untilS));
  const marks = rows.flatMap((row) => marksOf(row));
  return {
    group: 'incident',
    title: 'From the loss to the last replacement',
    note: 'Medians over seeds; ▲ balancers stop sending to what is lost, ● the first replacement starts; the line is the span of all seeds',
    spec: specOf(
      rows.map(({ policy }) => policy),
      untilS,
      overS,
    ),
    data: {
      fields: ['policy', 'phase', 'from', 'to', 'lasts', 'mark'],
      columns: [
        [...segments.map((one) => one.policy), ...marks.map((one) => one.policy)],
        [...segments.map((one) => one.phase), ...marks.map((one) => one.what)],
        [...segments.map((one) => one.from), ...marks.map((one) => one.at)],
        [...segments.map((one) => one.to), ...marks.map((one) => one.until)],
        [...segments.map((one) => one.lasts), ...marks.map((one) => one.text)],
        [...segments.map(() => ''), ...marks.map((one) => one.mark)],
      ],
    },
    renderer: 'svg',
    heightPx: 80 + ROW_PX * rows.length,
  };
}

/** The three phases by their medians; one that does not come lasts until the end of the axis. */
function segmentsOf({ policy, noticedS, createdS, wholeS }: IncidentRow, untilS: number): Segment[] {
  const segments: Segment[] = [];
  let from = 0;
  [noticedS, createdS, wholeS].forEach(({ median: end, missing }, k) => {
    if (Number.isNaN(end) && missing === 0) return;
    const to = Math.max(from, Number.isNaN(end) ? untilS : end);
    if (to > from)
      segments.push({
        policy,
        phase: PHASES[k].name,
        from: tidy(from),
        to: tidy(to),
        lasts: Number.isNaN(end) ? 'not before the end' : secondsText(to - from),
      });
    from = to;
  });
  return segments;
}

function marksOf({ policy, unlistedS, startedS, wholeS }: IncidentRow): {
  readonly policy: string;
  readonly what: string;
  readonly at: number;
  readonly until: number;
  readonly text: string;
  readonly mark: string;
}[] {
  const point = (what: string, mark: string, at: number) =>
    Number.isNaN(at) ? [] : [{ policy, what, at: tidy(at), until: tidy(at), text: secondsText(at), mark }];
  const range =
    Number.isNaN(wholeS.low) || wholeS.low === wholeS.high
      ? []
      : [
          {
            policy,
            what: 'whole again, span of all seeds',
            at: tidy(wholeS.low),
            until: tidy(wholeS.high),
            text: `${secondsText(wholeS.low)} to ${secondsText(wholeS.high)}`,
            mark: 'span',
          },
        ];
  return [
    ...point('balancers stop sending to what is lost', 'unlisted', unlistedS.median),
    ...point('the first replacement starts', 'started', startedS.median),
    ...range,
  ];
}

const tidy = (value: number): number => Number(value.toFixed(3));

/** Square roots on the axis: ten seconds and ten minutes are both to be seen. */
function specOf(policies: readonly string[], untilS: number, overS: number): Spec {
  const x = {
    type: 'quantitative',
    title: 'seconds after the loss (square-root scale)',
    scale: { type: 'sqrt', domain: [0, untilS], nice: false },
    axis: { values: TICKS.filter((one) => one <= untilS), grid: true },
  };
  const y = {
    field: 'policy',
    type: 'nominal',
    title: null,
    sort: policies,
    axis: { labelLimit: 210, labelFontSize: 13 },
  };
  const tooltip = [
    { field: 'policy', title: 'Policy' },
    { field: 'phase', title: 'What' },
    { field: 'lasts', title: 'Took' },
  ];
  const only = (mark: string): Spec => ({ filter: `datum.mark === '${mark}'` });
  const back = {
    data: { values: overS > 0 ? [{ at: overS }] : [] },
    mark: { type: 'rule', strokeDash: [4, 4], color: '#888888' },
    encoding: { x: { field: 'at', ...x } },
  };
  const backText = {
    data: { values: overS > 0 ? [{ at: overS }] : [] },
    mark: { type: 'text', align: 'right', dx: -4, y: -7, fontSize: 11, color: '#888888', text: 'machines are back' },
    encoding: { x: { field: 'at', ...x } },
  };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: null,
    width: 'container',
    height: 30 + ROW_PX * policies.length,
    autosize: { type: 'fit', contains: 'padding' },
    data: { name: 'rows', values: [] },
    layer: [
      {
        transform: [only('')],
        mark: { type: 'bar', height: { band: 0.42 }, cornerRadius: 2 },
        encoding: {
          x: { field: 'from', ...x },
          x2: { field: 'to' },
          y,
          color: {
            field: 'phase',
            type: 'nominal',
            title: null,
            scale: { domain: PHASES.map(({ name }) => name), range: PHASES.map(({ colour }) => colour) },
            legend: {
              orient: 'top',
              direction: 'horizontal',
              labelLimit: 260,
              labelFontSize: 12,
              symbolType: 'square',
            },
          },
          tooltip,
        },
      },
      {
        transform: [only('span')],
        mark: { type: 'rule', strokeWidth: 1.5, color: '#888888' },
        encoding: { x: { field: 'from', ...x }, x2: { field: 'to' }, y, tooltip },
      },
      {
        transform: [only('unlisted')],
        mark: {
          type: 'point',
          shape: 'triangle-up',
          size: 90,
          filled: true,
          color: '#cc79a7',
          yOffset: 16,
          opacity: 1,
        },
        encoding: { x: { field: 'from', ...x }, y, tooltip },
      },
      {
        transform: [only('started')],
        mark: { type: 'point', shape: 'circle', size: 80, filled: true, color: '#009e73', yOffset: 16, opacity: 1 },
        encoding: { x: { field: 'from', ...x }, y, tooltip },
      },
      back,
      backText,
    ],
  };
}

const TICKS = [0, 5, 15, 30, 60, 90, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 3600, 7200];
