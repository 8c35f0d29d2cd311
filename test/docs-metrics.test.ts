import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { METRICS } from '../src/sim/metric-catalogue.ts';

const page = readFileSync('docs/metrics.md', 'utf8');
const named = new Set([...page.matchAll(/`([A-Za-z0-9]+)`/g)].map((match) => match[1]));

test('every metric is on its page', () => {
  expect(METRICS.length).toBeGreaterThan(30);
  expect(METRICS.map((metric) => metric.name).filter((name) => !named.has(name))).toEqual([]);
});

test('the page says of each metric whether lower or higher is better, as the catalogue does', () => {
  const rows = page.split('\n').filter((line) => /\| (lower|higher|neither) +\|$/.test(line));
  const said = new Map<string, string>();
  for (const row of rows) {
    const [, names, better] = /^\| ((?:`\w+`(?:, )?)+) +\|.*\| (\w+) +\|$/.exec(row)!;
    for (const [, name] of names.matchAll(/`(\w+)`/g)) said.set(name, better);
  }
  // The spreads of waiting are told in one table, without that column: lower is better for all of them.
  const expected = METRICS.filter(
    (metric) => !/(Wait|Ready|Flow)S$|Slowdown$/.test(metric.name) || metric.name.startsWith('worst'),
  );
  expect(Object.fromEntries(said)).toEqual(Object.fromEntries(expected.map((metric) => [metric.name, metric.better])));
});
