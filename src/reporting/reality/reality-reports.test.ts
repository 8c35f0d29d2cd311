import { parse, View } from 'vega';
import { compile } from 'vega-lite';
import { expect, test } from 'vitest';
import { replayFixture, type FixtureOptions } from '../../../test/replay-fixture.ts';
import { compareWithReality } from '../../live/reality/compare-with-reality.ts';
import { realityAnswer } from './reality-answer.ts';
import { realityCharts } from './reality-charts.ts';
import type { RealityCheck } from './reality-check.ts';
import { realityCsv, realityLinesCsv } from './reality-csv.ts';
import { realityHtml } from './reality-html.ts';
import { realityJson } from './reality-json.ts';
import { realityMarkdown } from './reality-markdown.ts';
import { realityText } from './reality-text.ts';
import { verdictOf } from './verdict.ts';

const checkOf = (options: Partial<FixtureOptions> = {}): RealityCheck => {
  const { script, record } = replayFixture({ seed: 1, ...options });
  return compareWithReality(script, record);
};
const options = {
  vegaScript: 'window.vega = {};',
  compile: (spec: object) => compile(spec as never).spec,
  batonVersion: '0.1.0',
};

const DIFFERED = 'Containers differed at 7:05; first: search-91 is missing.';

test('the answer is a sentence: what was carried out, what was equal, how near the prediction was', () => {
  const { headline, details, caveats } = realityAnswer(checkOf());
  expect(headline).toMatch(
    /^219 of 219 decisions were carried out, \d+(\.\d)? ms late in the median; containers equalled the simulation at 11 of 12 checkpoints; web answered 6\.2 % slower than predicted\.$/,
  );
  expect(details[0]).toMatch(
    /^From order to readiness 58 containers took \d+ ms in the median \(\d\.\d\d s simulated\)/,
  );
  expect(caveats).toEqual([DIFFERED]);
});

test('what must be known first is said first', () => {
  const check = { ...checkOf(), outcome: 'interrupted' as const, leftBehind: 2, heldMs: 20_000 };
  const { caveats } = realityAnswer({ ...check, decisions: { ...check.decisions, failed: 3, done: 216 } });
  expect(caveats).toEqual([
    'The replay was interrupted; what it did not reach is not compared.',
    '2 containers or networks of the run are still there; remove with: baton replay --clean fixture-1',
    '3 decisions could not be carried out.',
    DIFFERED,
    expect.stringContaining('held for 66 % of the time'),
  ]);
  expect(realityHtml({ ...check }, options)).toContain('class="alarm"');
});

test('without traffic the answer speaks of starts', () => {
  expect(realityAnswer(checkOf({ traffic: false })).headline).toContain('starts took 2.2 times what was predicted');
});

test('a verdict is told by the interval of what was measured, and by a tenth', () => {
  const words = { more: 'longer', less: 'shorter' };
  expect(verdictOf({ predicted: 100, measured: 104, low: 98, high: 110, ...words })).toMatchObject({ is: 'same' });
  expect(verdictOf({ predicted: 100, measured: 104, low: 102, high: 106, ...words })).toEqual({
    is: 'close',
    relative: 0.04,
    text: '4.0 % longer than predicted (95 % interval +2.0 to +6.0 %)',
  });
  expect(verdictOf({ predicted: 100, measured: 80, ...words })).toMatchObject({
    is: 'lower',
    text: '20 % shorter than predicted',
  });
  expect(verdictOf({ predicted: 100, measured: 240, ...words }).text).toBe('2.4 times what was predicted');
  expect(verdictOf({ predicted: undefined, measured: 3, ...words }).text).toBe('not predicted');
  expect(verdictOf({ predicted: 0, measured: 3, ...words })).toMatchObject({ is: 'higher' });
  expect(verdictOf({ predicted: 0, measured: 0.5, negligible: 1, ...words })).toMatchObject({ is: 'same' });
});

test('every chart is a specification that Vega draws, without a warning', async () => {
  const charts = realityCharts(checkOf());
  expect(new Set(charts.map(({ section }) => section))).toEqual(
    new Set(['ready', 'starts', 'recoveries', 'requests', 'use', 'time']),
  );
  const warnings: string[] = [];
  const logger = {
    warn: (...said: string[]) => (warnings.push(...said), logger),
    info: () => logger,
    debug: () => logger,
  };
  for (const { spec, data } of charts) {
    const vega = compile(spec as never, { logger: logger as never }).spec as {
      data: { name: string; values?: unknown }[];
    };
    vega.data.find(({ name }) => name === 'rows')!.values = data.columns[0].map((_, at) =>
      Object.fromEntries(data.fields.map((field, k) => [field, data.columns[k][at]])),
    );
    const view = new View(parse(vega), {
      renderer: 'none',
      logger: logger as never,
    }).width(500);
    await view.runAsync();
    expect((await view.toSVG()).length).toBeGreaterThan(1000);
    view.finalize();
  }
  // There is no page here that could be resized.
  expect(warnings.filter((text) => text !== 'Can not resolve event source: window')).toEqual([]);
});

test('reports are the same to the byte each time, and name engine, speed, scale, seed and fingerprint', () => {
  const [one, other] = [checkOf(), checkOf()];
  for (const write of [
    (check: RealityCheck) => realityHtml(check, options),
    realityMarkdown,
    realityJson,
    (check: RealityCheck) => realityText(check),
  ]) {
    expect(write(other)).toBe(write(one));
  }
  for (const text of [realityHtml(one, options), realityMarkdown(one), realityJson(one)]) {
    for (const fact of ['26.1.5', '20', '0.05', '0.125', 'fixture-1', '3f2c9a7711d0e85b', 'builder-1'])
      expect(text).toContain(fact);
    expect(/NaN|undefined|\[object/.exec(text.split('<script')[0])).toBeNull();
  }
});

test('names that are written like HTML are shown, never obeyed', () => {
  const { script, record } = replayFixture({ seed: 1, traffic: false });
  const evil = '<img src=x onerror=alert(1)>';
  const check = compareWithReality(
    { ...script, title: evil, pods: script.pods.map((pod) => ({ ...pod, workload: evil })) },
    { ...record, troubles: [{ wallMs: 1, simUs: 1, what: `\u001b[31m${evil}` }] },
  );
  expect(realityHtml(check, options)).not.toContain('<img');
  expect(realityMarkdown(check)).not.toContain('<img');
  expect(realityText(check)).not.toContain('\u001b');
});

test('the CSV holds every comparison with its interval', () => {
  const check = checkOf();
  const [head, ...rows] = realityCsv(check).trim().split('\n');
  expect(head).toBe('what,about,unit,predicted,measured,low95,high95,verdict,relative');
  const web = rows.find((row) => row.startsWith('latency mean,web,'))!.split(',');
  expect(web.slice(3, 8).map((cell) => Number(cell) || cell)).toEqual([
    52,
    expect.closeTo(55.2, 6),
    expect.closeTo(54.4, 6),
    expect.closeTo(56, 6),
    'close',
  ]);
  expect(rows.some((row) => row.startsWith('start median,*,ms,'))).toBe(true);
  const points = check.lines.reduce((sum, { atS }) => sum + atS.length, 0);
  expect(realityLinesCsv(check).trim().split('\n')).toHaveLength(points + 1);
});

test('a batch of many users has a short table in the terminal, and the whole one in the report', () => {
  const check = checkOf();
  const starts = Array.from({ length: 40 }, (_, k) => ({ ...check.starts[0], about: `user-${k}` }));
  const text = realityText({ ...check, starts });
  expect(text).toContain('  user-11 ');
  expect(text).not.toContain('  user-12 ');
  expect(text).toContain('  and 28 more in the report\n');
  expect(realityMarkdown({ ...check, starts })).toContain('user-39');
});

test('what differed at a checkpoint is said', () => {
  const check = checkOf();
  const [first] = check.checkpoints;
  const checkpoints = [{ ...first, atS: 600, differences: ['job-1 runs and should have exited', 'web-2 is missing'] }];
  expect(realityAnswer({ ...check, checkpoints }).caveats).toContainEqual(
    'Containers differed at 10:00; first: job-1 runs and should have exited and web-2 is missing.',
  );
});

test('answers that take several times as long are said to', () => {
  const check = checkOf();
  const latency = { is: 'higher', relative: 2, text: '3.0 times what was predicted' } as const;
  const services = check.services.map((service) => ({ ...service, latency }));
  expect(realityAnswer({ ...check, services }).headline).toMatch(
    /; answers of \w+ took 3.0 times what was predicted\.$/,
  );
  const [, row] = /measured .*(3\.0 times.*)$/m.exec(realityText({ ...check, services }))!;
  expect(row).toBe('3.0 times');
});

test('the text fits the terminal', () => {
  const lines = realityText(checkOf(), { width: 80 }).split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(lines[0]).toMatch(/^219 of 219 decisions were carried out/);
});
