import { expect, test } from 'vitest';
import { parse, View } from 'vega';
import { compile } from 'vega-lite';
import { livingFixture } from '../../../test/living-fixture.ts';
import { summarise } from '../../experiment/statistics/summarise.ts';
import type { TimerRecord } from '../../sim/monitoring/living-result.ts';
import { chartTheme } from '../html/palette.ts';
import { htmlReport } from '../report-html.ts';
import { livingRuns } from './living-runs.ts';
import { timerCharts } from './timers-section.ts';

const NODE_LOSS: TimerRecord[] = [
  { fromUs: 595e6, toUs: 645e6, timer: 'node-monitor-grace-period', about: 'Node n1' },
  { fromUs: 645e6, toUs: 648.5e6, timer: 'node-monitor-period', about: 'Node n1' },
  { fromUs: 648.5e6, toUs: 948.5e6, timer: 'tolerationSeconds', about: 'Pod <b>/web-1 and 4 more' },
  { fromUs: 950e6, toUs: 960e6, timer: 'pod failure backoff (1)', about: 'Job default/report' },
  { fromUs: 970e6, toUs: 990e6, timer: 'pod failure backoff (2)', about: 'Job default/report' },
];

function report(timers: readonly TimerRecord[] | undefined) {
  const { facts, runs } = livingFixture({ seeds: [1, 2], policies: 2 });
  return summarise(
    facts,
    runs.map((run) => {
      const { living, ...result } = run.result!;
      return { ...run, result: { ...result, living: { ...living!, ...(timers && { timers }) } } };
    }),
  );
}

test('bars on one axis, timers of a kind on one line', async () => {
  const comparison = report(NODE_LOSS);
  const charts = timerCharts(livingRuns(comparison, comparison.cells[0]));
  expect(charts.length).toBe(2);
  const [{ spec, data }] = charts;
  // The run of six hours is told in hours: 595 s is hour 0.165278.
  expect(data.columns[2][0]).toBeCloseTo(595 / 3600, 5);
  expect(new Set(data.columns[0])).toEqual(
    new Set(['node-monitor-grace-period', 'node-monitor-period', 'tolerationSeconds', 'pod failure backoff']),
  );
  const warnings: string[] = [];
  const say = (...words: string[]) => (warnings.push(...words), logger);
  const logger = { warn: say, info: () => logger, debug: () => logger, error: say, level: () => logger };
  const vega = compile(spec as never, { logger }).spec as {
    data: { name: string; values?: unknown }[];
  };
  vega.data.find(({ name }) => name === 'rows')!.values = data.columns[0].map((_, at) =>
    Object.fromEntries(data.fields.map((field, column) => [field, data.columns[column][at]])),
  );
  const view = new View(parse(vega, chartTheme('light')), { renderer: 'none' }).width(600);
  const svg = await view.toSVG();
  view.finalize();
  expect(warnings).toEqual([]);
  expect(svg.match(/aria-roledescription="bar"/g)!.length).toBe(5);
  expect(svg.match(/aria-roledescription="tick"/g)!.length).toBe(5);
  expect(svg).not.toContain('NaN');
});

test('the table says from when to when, and what a name holds is only shown', () => {
  const options = { vegaScript: '', compile: (spec: object) => compile(spec as never).spec };
  const html = htmlReport(report(NODE_LOSS), options);
  expect(html).toContain('Which timer was running when');
  expect(html).toContain(
    '<tr><th scope="row">tolerationSeconds</th><td>Pod &lt;b&gt;/web-1 and 4 more</td><td class="n">0:10:48</td><td class="n">0:15:48</td><td class="n">300\u00a0s</td></tr>',
  );
  expect(html).toContain('>3.50\u00a0s</td>');
  expect(htmlReport(report(undefined), options)).not.toContain('Which timer was running when');
});
