import { expect, test } from 'vitest';
import { parse, View } from 'vega';
import { compile } from 'vega-lite';
import { livingFixture, livingResult } from '../../../test/living-fixture.ts';
import type { Comparison } from '../../experiment/comparison.ts';
import { summarise } from '../../experiment/statistics/summarise.ts';
import type { HappeningRecord } from '../../sim/monitoring/living-result.ts';
import type { RunResult } from '../../sim/result.ts';
import { answerCell } from '../answer.ts';
import type { Spec } from '../html/chart-specs.ts';
import { chartTheme } from '../html/palette.ts';
import { htmlReport } from '../report-html.ts';
import { jsonReport } from '../report-json.ts';
import { costByService } from './cost-chart.ts';
import { happeningBands, toneOf } from './happening-bands.ts';
import { livingCharts } from './living-charts.ts';
import { livingRuns } from './living-runs.ts';
import { objectivesSection } from './objectives-section.ts';
import { paretoPoints } from './pareto.ts';
import { placeLabels } from './place-labels.ts';
import { servicesSection } from './services-section.ts';
import { bucketMeans, thinned } from './timeline-data.ts';
import { seriesId, timelinePanels } from './timeline-panels.ts';
import { timelinePage } from './timeline-section.ts';

const warnings: string[] = [];
const logger = {
  warn: (...words: string[]) => (warnings.push(...words), logger),
  info: () => logger,
  debug: () => logger,
  error: (...words: string[]) => (warnings.push(...words), logger),
  level: () => logger,
};
const compiled = (spec: Spec) => compile(spec as never, { logger }).spec;
const options = { vegaScript: 'window.vega = {};', compile: compiled };

function comparison(seeds = [1, 2, 3], change = (one: Comparison): Comparison => one): Comparison {
  const { facts, runs } = livingFixture({ seeds });
  return change(summarise(facts, runs));
}

const text = (html: string): string => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

test('bands: from what begins to what ends it, nodes of one zone together, open ones to the end', () => {
  const happened = (timeUs: number, kind: string, about: string): HappeningRecord => ({
    timeUs,
    kind,
    about,
    what: '',
  });
  const happenings = [
    happened(10, 'node-down', 'n1'),
    happened(10, 'node-down', 'n2'),
    happened(12, 'node-lost', 'n1'),
    happened(20, 'deployment', 'web'),
    happened(30, 'node-up', 'n1'),
    happened(30, 'node-up', 'n2'),
    happened(35, 'zone-delay', 'a-b'),
    happened(40, 'rolled-back', 'web'),
    happened(50, 'node-up', 'n9'),
    happened(60, 'zone-delay-over', 'a-b'),
    happened(70, 'registry-down', 'registry'),
  ];
  expect(happeningBands(happenings, 100)).toEqual([
    { from: 10, to: 30, kind: 'node-down', planned: false, about: ['n1', 'n2'] },
    { from: 20, to: 40, kind: 'deployment', planned: true, about: ['web'] },
    { from: 35, to: 60, kind: 'zone-delay', planned: false, about: ['a-b'] },
    { from: 70, to: 100, kind: 'registry-down', planned: false, about: ['registry'] },
  ]);
  expect(['node-up', 'zone-delay-over', 'deployed', 'rolled-back', 'deployment', 'crash'].map(toneOf)).toEqual([
    'good',
    'good',
    'good',
    'bad',
    'plain',
    'bad',
  ]);
});

test('panels: in the order of reading, every series once or left to the exports', () => {
  const { timeline } = livingResult();
  const services = ['web', 'database', 'cart'];
  const panels = timelinePanels(timeline.series, services);
  expect(panels.map((panel) => panel.title)).toEqual([
    'Demand',
    'Failed and repeated requests',
    'Latency',
    'Replicas',
    'Nodes',
    'CPU used of requested',
    'CPU of the cluster',
    'Cost per hour',
    'Cost so far',
    'Power',
  ]);
  const ids = panels.flatMap((panel) => panel.keys.map((key) => key.id));
  expect(ids.toSorted()).toEqual(timeline.series.map(seriesId).toSorted());
  // A service has one colour everywhere, by its place; the p99 is the main line.
  const latency = panels[2].keys;
  expect(latency.map((key) => [key.label, key.colour, key.thin])).toEqual([
    ['web p50', 0, true],
    ['web p99', 0, false],
    ['database p50', 1, true],
    ['database p99', 1, false],
    ['cart p50', 2, true],
    ['cart p99', 2, false],
  ]);
  expect(panels[4].keys.map((key) => key.label)).toEqual([
    'paid for',
    'that work',
    'down or cut off',
    'zone-a',
    'zone-b',
  ]);
});

test('means of buckets: what was measured since the time before', () => {
  // Up to 20: 1 and 3; up to 40: NaN does not count, so 5; up to 60: nothing.
  expect(bucketMeans([10, 20, 30, 40], [1, 3, NaN, 5], [20, 40, 60])).toEqual([2, 5, null]);
});

test('too many marks: rare kinds stay whole, the others share what is left evenly', () => {
  // 2 a, 40 b, 58 c on 12 places: a has 2, then b and c 5 each.
  const records = Array.from({ length: 100 }, (_, at) => ({ at, kind: at % 50 === 7 ? 'a' : at % 5 < 2 ? 'b' : 'c' }));
  const kept = thinned(records, (one) => one.kind, 12);
  const count = (kind: string): number => kept.filter((one) => one.kind === kind).length;
  expect([count('a'), count('b'), count('c')]).toEqual([2, 5, 5]);
  const places = kept.map((one) => one.at);
  expect(places.toSorted((a, b) => a - b)).toEqual(places);
  expect(places.at(-1)).toBeGreaterThan(75);
  expect(thinned(records, (one) => one.kind, 100)).toBe(records);
});

test('a policy is on the front unless another is at least as good on both sides', () => {
  const cell = comparison().cells[0];
  const points = paretoPoints(cell, 'costUsd', 'goodShare');
  const mean = (policy: string, metric: string): number =>
    cell.metrics[metric].policies.find((one) => one.policy === policy)!.mean;
  for (const { policy, front } of points) {
    const beaten = cell.policies.some(
      (other) =>
        other !== policy &&
        mean(other, 'costUsd') <= mean(policy, 'costUsd') &&
        mean(other, 'goodShare') >= mean(policy, 'goodShare'),
    );
    expect(front, policy).toBe(!beaten);
  }
  expect(points.filter((point) => point.front).length).toBeGreaterThan(0);
  expect(points.some((point) => !point.front)).toBe(true);
  expect(points.every((point) => point.xLow <= point.x && point.x <= point.xHigh)).toBe(true);
});

test('names beside points do not cover each other', () => {
  const points = [
    { text: 'target-utilisation(cpu=60)', x: 1, y: 5 },
    { text: 'step-scaling', x: 1.02, y: 5 },
    { text: 'holt-winters', x: 1.01, y: 5.02 },
    { text: 'fixed', x: 9, y: 1 },
  ];
  const places = placeLabels(points);
  expect(new Set(places.slice(0, 3).map((place) => place.dy)).size).toBe(3);
  // At the right edge the name is written to the left.
  expect(places[3].align).toBe('right');
});

test('the parts of a bill add up to it', () => {
  const report = comparison();
  const runs = livingRuns(report, report.cells[0]);
  const { data, parts } = costByService(runs);
  expect(parts.at(-1)).toBe('idle');
  for (const [policy, all] of runs) {
    const total = all.reduce((sum, one) => sum + one.cost.totalUsd, 0) / all.length;
    const sum = data.columns[0].reduce<number>(
      (so, name, at) => (name === policy ? so + (data.columns[2][at] as number) : so),
      0,
    );
    expect(sum).toBeGreaterThan(0.99 * total);
    expect(sum).toBeLessThan(1.01 * total);
  }
});

test('objectives: who breaks what, for how long, at what cost', () => {
  const report = comparison();
  const html = objectivesSection(report, report.cells[0]);
  const first = livingRuns(report, report.cells[0]).get('holt-winters')!;
  const minutes = first.map((one) => one.objectives[0].violatedMinutes);
  const mean = minutes.reduce((sum, one) => sum + one, 0) / 3;
  expect(html.match(/<tbody>/g)!.length).toBe(4);
  expect(text(html)).toContain(`${mean.toFixed(1)} (${Math.min(...minutes).toFixed(1)}–`);
  expect(text(html)).toContain('web: p99 ≤ 300 ms');
  expect(text(html)).toMatch(/step-scaling breaks one on every seed \(the worst for \d+ min\) for \$\d+\.\d\d/);
});

test('the answer speaks of promises, then money', () => {
  const { headline, details, metric } = answerCell(comparison().cells[0]);
  expect(metric!.name).toBe('sloViolatedMinutes');
  expect(headline).toMatch(
    /^fixed\(replicas=24\) keeps its promises best: violated objectives \d+\.\d min, \d+ % less than target-/,
  );
  expect(details).toMatch(
    /The last, step-scaling, comes to .* The price of fixed\(replicas=24\): 110 % more cost than step-scaling\.$/,
  );
  // holt-winters cannot be told from it and costs half.
  expect(details).toMatch(/Of these, holt-winters costs least: \$6\.5\d, 51 % less than fixed\(replicas=24\)\./);
  const alike = comparison([1, 2, 3], (one) => {
    const metrics = { ...one.cells[0].metrics };
    const { policies } = metrics['sloViolatedMinutes'];
    const same = policies.map(
      (each) => ({ ...each, verdict: each.verdict === 'best' ? 'best' : 'identical' }) as const,
    );
    metrics['sloViolatedMinutes'] = { ...metrics['sloViolatedMinutes'], policies: same };
    return { ...one, cells: [{ ...one.cells[0], metrics }] };
  });
  expect(answerCell(alike.cells[0]).headline).toMatch(/^step-scaling is the cheapest: cost \$\d\.\d\d, /);
});

test('every chart compiles without a warning and draws its data', async () => {
  const report = comparison();
  const cell = report.cells[0];
  warnings.length = 0;
  const page = timelinePage(report, cell)!;
  const draw = async (spec: Spec, sets: Record<string, object[]>, signals: Record<string, unknown> = {}) => {
    const vega = compiled(spec) as { data: { name: string; values?: unknown }[] };
    for (const one of vega.data) if (sets[one.name]) one.values = sets[one.name];
    const view = new View(parse(vega, chartTheme('light')), { renderer: 'none' }).width(600);
    for (const [name, value] of Object.entries(signals)) view.signal(name, value);
    const svg = await view.toSVG();
    view.finalize();
    return svg;
  };
  for (const { spec, data, title } of livingCharts(report, cell)) {
    const rows = data.columns[0].map((_, at) =>
      Object.fromEntries(data.fields.map((field, column) => [field, data.columns[column][at]])),
    );
    const svg = await draw(spec, { rows });
    expect(svg.match(/<path/g)!.length, title).toBeGreaterThan(6);
    expect(svg, title).not.toContain('NaN');
  }
  const { t, values } = page.policies[0].first;
  const bands = page.policies[0].bands.map((band) => ({ ...band }));
  expect(bands.map((band) => band.kind).toSorted()).toEqual(['deployment', 'node-down']);
  const seen = new Set<string>();
  for (const [at, panel] of page.panels.entries()) {
    // Panels of one unit share their form: one of each is enough.
    const form = JSON.stringify(panel.spec);
    if (seen.has(form)) continue;
    seen.add(form);
    const rows = values[at].flatMap((line, key) =>
      line.map((v, k) => ({
        t: t[k],
        v,
        low: v,
        high: v,
        line: key,
        slot: 0,
        thin: 0,
        colour: panel.keys[key].colour,
      })),
    );
    const svg = await draw(panel.spec, { rows, bands }, { from: 0, to: page.until });
    expect(svg.match(/<path/g)!.length, panel.title).toBeGreaterThan(values[at].length);
    expect(svg, panel.title).not.toContain('NaN');
  }
  const mark = { t: 1, lane: page.lanes[0], slot: 0, colour: 0, shape: 'plain', title: 'a', about: 'b', policy: 'c' };
  expect(await draw(page.laneSpec, { rows: [mark], bands }, { from: 0, to: page.until })).toContain('horizontal');
  expect(warnings).toEqual([]);
});

test('the page: all parts, nothing that a name could open, not a run without living results more', () => {
  const nasty = '</script><img src=x onerror=alert(1)>';
  const report = comparison([1, 2], (one) => ({
    ...one,
    runs: one.runs.map((run) => ({
      ...run,
      result: JSON.parse(JSON.stringify(run.result).replaceAll('"cart"', JSON.stringify(nasty))) as RunResult,
    })),
  }));
  const html = htmlReport(report, options);
  const words = text(html.replace(/<script[\s\S]*?<\/script>/g, ''));
  for (const part of [
    'Promises kept and broken',
    'What money buys',
    'Timeline',
    'What the money went into',
    'Services',
  ])
    expect(words, part).toContain(part);
  expect(html).not.toContain('<img');
  expect(html.match(/<script/g)!.length).toBe(5);
  expect(html).not.toMatch(/NaN|undefined<|https?:/);
  // What came through JSON has null where nothing was measured.
  expect(html).toContain('"values":[[[');
});

test('more seeds make the page hardly larger: one timeline in full and one mean with its band a policy', () => {
  const size = (seeds: number): number =>
    htmlReport(comparison(Array.from({ length: seeds }, (_, k) => k + 1)), options).length;
  const [two, eight] = [size(2), size(8)];
  expect(eight).toBeLessThan(1.15 * two);
  // Without the 500 kB of Vega.
  expect(eight).toBeLessThan(1_000_000);
});

test('a service that only one policy has, and a run without objectives, make no hole', () => {
  const report = comparison([1], (one) => ({
    ...one,
    runs: one.runs.map((run, at) => {
      const { result } = run;
      const living = result!.living!;
      return at > 0 ? run : { ...run, result: { ...result!, living: { ...living, objectives: [], services: [] } } };
    }),
  }));
  expect(servicesSection(report, report.cells[0])).not.toMatch(/NaN|undefined/);
  expect(objectivesSection(report, report.cells[0])).not.toMatch(/NaN|undefined/);
});

test('JSON: timelines of the first seed alone', () => {
  const { runs } = JSON.parse(jsonReport(comparison([1, 2]))) as {
    runs: { seed: number; result: { living: { timeline?: object; cost: object } } }[];
  };
  expect(runs.map((run) => run.result.living.timeline !== undefined)).toEqual(runs.map((run) => run.seed === 1));
  expect(runs.every((run) => run.result.living.cost !== undefined)).toBe(true);
});

test('JSON: without curves also without timelines, but with promises and costs', () => {
  const report = comparison([1]);
  const short = jsonReport(report, { curves: false });
  expect(short).not.toContain('"timeline"');
  expect(short).not.toContain('"decisions": [');
  expect(short).toContain('"violatedMinutes"');
  expect(short).toContain('"totalUsd"');
});
