import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { parse, View } from 'vega';
import { compile } from 'vega-lite';
import { comparisonFixture } from '../../test/comparison-fixture.ts';
import type { Comparison, RunRecord } from '../experiment/comparison.ts';
import { summarise } from '../experiment/statistics/summarise.ts';
import { escapeScript, proseHtml } from './escape.ts';
import { chartsOf } from './html/charts.ts';
import { chartTheme } from './html/palette.ts';
import { htmlReport } from './report-html.ts';

const warnings: string[] = [];
const logger = {
  warn: (...words: string[]) => (warnings.push(...words), logger),
  info: () => logger,
  debug: () => logger,
  error: (...words: string[]) => (warnings.push(...words), logger),
  level: () => logger,
};
const options = {
  vegaScript: 'window.vega = {};',
  compile: (spec: object) => compile(spec as never, { logger: logger }).spec,
};

function comparison(wish: Parameters<typeof comparisonFixture>[0] = {}): Comparison {
  const { facts, runs, bounds } = comparisonFixture(wish);
  return summarise(facts, runs, bounds);
}

const NASTY = [
  '</script><img src=x onerror=alert(1)>',
  '<!--<script>',
  '" onmouseover="alert(1)',
  "'; datum.policy = '",
  'ordinary',
];

test('no name, error or description becomes HTML', () => {
  const { facts, runs } = comparisonFixture({ policies: NASTY, workloads: ['<b>w</b>'], clusters: ['<i>c</i>'] });
  const { result: _, timing: __, ...rest } = runs[3];
  const broken = runs.map((run, at): RunRecord => (at === 3 ? { ...rest, status: 'failed', error: '<u>no</u>' } : run));
  const nasty = { ...facts, title: '<h1>t</h1>', command: 'baton <s>' };
  const html = htmlReport(summarise(nasty, broken), options);
  const tags = new Set([...html.matchAll(/<\/?([a-z!-][a-z0-9-]*)/gi)].map(([, tag]) => tag.toLowerCase()));
  for (const tag of ['img', '!--', 'b>w', 'u', 's']) expect([...tags], tag).not.toContain(tag);
  expect(html).not.toContain('<i>c');
  expect(html).not.toContain('<b>w');
  expect(html).not.toContain('<h1>t');
  // Data, library and program: as many scripts as are meant, each ended once.
  expect(html.match(/<script/gi)!.length).toBe(3);
  expect(html.match(/<\/script/gi)!.length).toBe(3);
  // Every attribute that is written is one of these: a quote in a name has opened no other.
  const attributes = new Set(
    [...html.replace(/<script[\s\S]*?<\/script>/g, '').matchAll(/<[a-z][^>]*?\s([a-z-]+)="/g)].map(([, name]) => name),
  );
  expect([...attributes].filter((name) => name.startsWith('on'))).toEqual([]);
  // The names are still there, as data.
  const data = JSON.parse(/id="baton-charts">(.*?)<\/script>/s.exec(html)![1]) as { policies: string[] };
  expect(data.policies).toEqual(NASTY);
});

test('asks no network: nothing to load, and a policy that forbids it', () => {
  const html = htmlReport(comparison(), options);
  expect(html).toContain("default-src 'none'");
  expect(html).not.toMatch(/<(link|iframe|object|embed|img|base)\b/i);
  expect(html).not.toMatch(/(src|href)\s*=\s*["']?(https?:)?\/\//i);
  expect(html).not.toMatch(/url\(|@import|https?:/i);
});

test('opens with the answer and holds every part', () => {
  const html = htmlReport(comparison(), options);
  const text = html
    .replace(/<script[\s\S]*?<\/script>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
  expect(text).toContain('first-fit slows pods down least: mean bounded slowdown');
  const parts = [
    'Ranking by mean bounded slowdown',
    'All sides at once',
    'What each policy is bad at',
    'Over time',
    'Distributions',
    'The cluster over time',
    'Best seen against possible',
    'Fairness between users',
    'Work and decision times',
    'What was compared',
    '12 rows without a duration',
    'How to reproduce',
    'baton compare --workload traces/small.csv',
  ];
  const places = parts.map((part) => text.indexOf(part));
  expect(
    places.every((place) => place > 0),
    JSON.stringify(places),
  ).toBe(true);
  expect([...places].sort((a, b) => a - b)).toEqual(places);
  for (const run of comparison().runs) expect(html).toContain(run.result!.fingerprint);
});

test('the same comparison gives the same page', () => {
  expect(htmlReport(comparison(), options)).toBe(htmlReport(comparison(), options));
});

test('a run that failed is said at the top; nothing finished is a page too', () => {
  const { facts, runs } = comparisonFixture({ policies: ['a', 'b'], seeds: [1, 2] });
  const gone = runs.map((run): RunRecord => {
    const { result: _, timing: __, ...rest } = run;
    return { ...rest, status: 'missing' };
  });
  const html = htmlReport(summarise(facts, gone), options);
  expect(html).toContain('No run finished');
  expect(html).toMatch(/4\u00a0runs are missing/);
  expect(html).not.toContain('NaN');
  expect(html).not.toContain('undefined');
});

test('every chart compiles without a warning, runs in Vega on its data, and draws something', async () => {
  warnings.length = 0;
  for (const wish of [
    {},
    { policies: Array.from({ length: 19 }, (_, at) => `policy-${at}`) },
    { waits: false, seeds: [1] },
  ]) {
    const report = comparison(wish);
    const charts = chartsOf(report, report.cells[0]);
    expect(charts.length).toBeGreaterThan(8);
    const seen = new Set<string>();
    for (const chart of charts) {
      // All curves share one form, as do all heat maps: one of each is enough.
      if (seen.has(chart.group)) continue;
      seen.add(chart.group);
      const spec = options.compile(chart.spec) as { data: { name: string; values?: unknown }[] };
      const rows = chart.data.columns[0].map((_, at) => {
        const row: Record<string, unknown> = { i: at };
        chart.data.fields.forEach((field, column) => (row[field] = chart.data.columns[column][at]));
        return row;
      });
      spec.data.find((one) => one.name === 'rows')!.values = rows;
      const view = new View(parse(spec, chartTheme('dark')), { renderer: 'none' }).width(400);
      const svg = await view.toSVG();
      view.finalize();
      expect(svg.match(/<path/g)!.length, chart.title).toBeGreaterThan(10);
      expect(svg, chart.title).not.toContain('NaN');
    }
  }
  expect(warnings).toEqual([]);
});

test('the real Vega survives being inlined', () => {
  const vega = readFileSync(new URL('../../node_modules/vega/build/vega.min.js', import.meta.url), 'utf8');
  const inlined = escapeScript(
    `${vega}; const end = "</script>"; const comment = "<!--"; var checked = end + comment;`,
  );
  expect(inlined).not.toMatch(/<\/script|<!--/i);
  expect(runInNewContext(`${inlined}; checked`, {})).toBe('</script><!--');
});

test('a number keeps its unit on its line', () => {
  expect(proseHtml('12 s, 15 % & 3 seeds')).toBe('12\u00a0s, 15\u00a0% &amp; 3\u00a0seeds');
});
