import { expect, test } from 'vitest';
import { comparisonFixture } from '../../test/comparison-fixture.ts';
import type { Comparison, RunRecord } from '../experiment/comparison.ts';
import { summarise } from '../experiment/statistics/summarise.ts';
import { policiesCsv, runsCsv } from './report-csv.ts';
import { jsonReport } from './report-json.ts';
import { escapeMarkdown, markdownReport } from './report-markdown.ts';
import { strengthsOf } from './strengths.ts';
import { terminalTable } from './terminal-table.ts';

const NASTY = ['</script><img src=x onerror=alert(1)>', 'a|b `c` *d*', '=1+2,"x"\ny', 'umläut 🚀'];

function comparison(wish: Parameters<typeof comparisonFixture>[0] = {}): Comparison {
  const { facts, runs, bounds } = comparisonFixture(wish);
  return summarise(facts, runs, bounds);
}

/** RFC 4180, by hand, so that the writer is not checked by its own reader. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let field = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quoted && character === '"' && text[at + 1] === '"') field += text[at++];
    else if (character === '"') quoted = !quoted;
    else if (!quoted && character === ',') {
      rows.at(-1)!.push(field);
      field = '';
    } else if (!quoted && character === '\n') {
      rows.at(-1)!.push(field);
      field = '';
      rows.push([]);
    } else field += character;
  }
  rows.pop();
  return rows;
}

test('CSV: a row a run, values exact, names whole', () => {
  const report = comparison({ policies: NASTY });
  const [head, ...rows] = parseCsv(runsCsv(report));
  expect(rows.length).toBe(report.runs.length);
  expect(new Set(rows.map((row) => row.length))).toEqual(new Set([head.length]));
  report.runs.forEach((run, at) => {
    const row = Object.fromEntries(head.map((name, column) => [name, rows[at][column]]));
    // Only a formula is disarmed.
    expect(row['policy']).toBe(run.policy.startsWith('=') ? `'${run.policy}` : run.policy);
    expect(row['fingerprint']).toBe(run.result!.fingerprint);
    for (const [name, value] of Object.entries(run.result!.metrics)) expect(Number(row[name]), name).toBe(value);
  });
});

test('CSV: a row for each policy and metric, negative differences as numbers', () => {
  const report = comparison({ policies: ['a', 'b'] });
  const [head, ...rows] = parseCsv(policiesCsv(report));
  const metrics = report.cells[0].metrics;
  expect(rows.length).toBe(2 * Object.keys(metrics).length);
  const column = (name: string): number => head.indexOf(name);
  const placed = rows.filter((row) => row[column('metric')] === 'jainFairness');
  expect(placed.map((row) => row[column('verdict')])).toEqual(['best', 'worse']);
  const difference = metrics['jainFairness'].policies[1].toBest!.mean;
  expect(difference).toBeLessThan(0);
  expect(Number(placed[1][column('difference')])).toBe(difference);
});

test('CSV: failed runs are rows too', () => {
  const { facts, runs } = comparisonFixture({ policies: ['a', 'b'], seeds: [1] });
  const { result: _, timing: __, ...rest } = runs[1];
  const failed: RunRecord = { ...rest, status: 'failed', error: 'it "threw"' };
  const rows = parseCsv(runsCsv(summarise(facts, [runs[0], failed])));
  expect(rows[2].slice(3, 8)).toEqual(['b', '1', 'failed', 'it "threw"', '']);
});

test('JSON: equal comparisons give equal text, whatever the order of their keys; every run has its fingerprint', () => {
  const report = comparison();
  const reversed = JSON.parse(JSON.stringify(report), (_, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).reverse())
      : value,
  ) as Comparison;
  const text = jsonReport(report);
  expect(jsonReport(reversed)).toBe(text);
  const parsed = JSON.parse(text) as { runs: { fingerprint: string; result: object }[] };
  expect(parsed.runs.map((run) => run.fingerprint)).toEqual(report.runs.map((run) => run.result!.fingerprint));
  const short = jsonReport(report, { curves: false });
  expect(short.length).toBeLessThan(text.length / 4);
  expect(short).toContain('"p99"');
  expect(short).not.toContain('"cdf"');
});

test('Markdown: names cannot break the table, open tags or mention people', () => {
  const text = markdownReport(comparison({ policies: [...NASTY, '@someone'] }));
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith('| Policy'));
  const table = lines.slice(start, lines.indexOf('', start));
  // Head, rule and one line for each policy, all with the same number of cells.
  expect(table.length).toBe(2 + 5);
  expect(new Set(table.map((line) => line.split('|').length)).size).toBe(1);
  const outsideFence = text.replace(/```sh[\s\S]*?```/, '');
  expect(outsideFence).not.toMatch(/<(?!\/?(details|summary)>)/);
  expect(outsideFence).not.toContain('@someone');
  expect(escapeMarkdown('a|b\n# c')).toBe('a&#124;b &#35; c');
});

test('Markdown: a command with a fence in it stays inside its own', () => {
  const { facts, runs } = comparisonFixture({ policies: ['a'], seeds: [1] });
  const text = markdownReport(summarise({ ...facts, command: 'baton ```\n# not a heading' }, runs));
  expect(text).toContain('````sh\nbaton ```\n# not a heading\n````');
});

test('Markdown opens with the answer and says what did not finish', () => {
  const { facts, runs } = comparisonFixture();
  const { result: _, timing: __, ...rest } = runs[7];
  const broken = runs.map((run, at): RunRecord =>
    at === 7 ? { ...rest, status: 'failed', error: 'out of memory' } : run,
  );
  const text = markdownReport(summarise(facts, broken));
  expect(text).toMatch(/^## Placement policies on the openb trace\n\n\*\*first-fit slows pods down least/);
  expect(text).toContain('> 1 run of 30 did not finish.');
  expect(text).toContain('out of memory');
});

test('the terminal table lines up, fits, and is painted only where asked', () => {
  const cell = comparison({ policies: ['best', 'a-policy-with-a-very-long-name-indeed', 'red\u001b[31m', 'umläut'] })
    .cells[0];
  const text = terminalTable(cell, { width: 90 });
  const lines = text.trimEnd().split('\n');
  expect(lines.length).toBe(5);
  for (const line of lines) expect([...line].length, line).toBeLessThanOrEqual(90);
  expect(text).not.toContain('\u001b');
  // The bar of the last is the longest.
  const full = lines.map((line) => line.split('█').length);
  expect(full.at(-1)).toBe(Math.max(...full));
  const painted = terminalTable(cell, { width: 90, paint: (part, role) => (role === 'bar' ? `<${part}>` : part) });
  expect(painted.replaceAll(/[<>]/g, '')).toBe(text);
  expect(terminalTable(summariseNothing())).toBe('(no run finished)\n');
});

test('weaknesses are only those that the seeds leave no doubt about', () => {
  const cell = comparison().cells[0];
  const strengths = strengthsOf(cell);
  expect(strengths.map((one) => one.policy)).toEqual(cell.policies);
  // The fixture makes the last policy slowest and the first waste nodes; the second is a tie on waiting.
  expect(strengths.at(-1)!.bad[0]).toMatch(/wait|slowdown/);
  expect(strengths[0].bad.join(' ')).toContain('node-hours');
  expect(strengths[1].bad.join(' ')).not.toMatch(/wait|slowdown/);
  expect(strengthsOf(comparison({ alike: true }).cells[0]).every((one) => one.bad.length + one.best.length === 0)).toBe(
    true,
  );
});

function summariseNothing() {
  return summarise(comparisonFixture().facts, []).cells[0];
}
