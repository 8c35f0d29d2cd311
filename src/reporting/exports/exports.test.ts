import { parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { comparisonFixture } from '../../../test/comparison-fixture.ts';
import { livingResult } from '../../../test/living-fixture.ts';
import type { TimelineSeries } from '../../sim/monitoring/living-result.ts';
import { timelineOf } from './curve-series.ts';
import { openMetrics } from './open-metrics.ts';
import { slicesOfJournal } from './pod-slices.ts';
import { seriesCsv } from './series-csv.ts';
import { seriesNdjson } from './series-ndjson.ts';
import { seriesParquet } from './series-parquet.ts';
import type { Timeline } from './series-rows.ts';
import { traceJson } from './trace-events.ts';

const { timeline } = livingResult();
const measurements = timeline.series.length * timeline.timeUs.length;

function oneSeries(values: number[], more: Partial<TimelineSeries> = {}): Timeline {
  const series = { name: 'baton_x', title: 'An x', unit: '' as const, labels: {}, values, ...more };
  return { timeUs: values.map((_, at) => at * 1_500_000), series: [series] };
}

test('OpenMetrics: a worked example', () => {
  const text = openMetrics(
    oneSeries([0.25, NaN, 1e-7], {
      name: 'baton_service_latency',
      title: 'Time to the "answer"\nin full',
      unit: 's',
      labels: { service: 'we\\b"\n', quantile: '0.99', zone: '' },
    }),
    { labels: { policy: 'fixed' }, epochS: 1_000_000_000 },
  );
  // The unit ends the name; the NaN has no sample; 3 s after the start is 1,000,000,003 in epoch seconds.
  expect(text).toBe(
    [
      '# TYPE baton_service_latency_seconds gauge',
      '# UNIT baton_service_latency_seconds seconds',
      '# HELP baton_service_latency_seconds Time to the \\"answer\\"\\nin full',
      'baton_service_latency_seconds{policy="fixed",service="we\\\\b\\"\\n",quantile="0.99"} 0.25 1000000000',
      'baton_service_latency_seconds{policy="fixed",service="we\\\\b\\"\\n",quantile="0.99"} 1e-7 1000000003',
      '# EOF',
      '',
    ].join('\n'),
  );
  expect(openMetrics(oneSeries([1, 2]))).toContain('baton_x 2 1.5\n');
  expect(openMetrics({ timeUs: [], series: [] })).toBe('# EOF\n');
});

/**
 * The grammar and the rules of OpenMetrics 1.0 that concern gauges: families whole and once, TYPE before samples, unit
 * as suffix, timestamps that grow within a metric, EOF at the end.
 */
function checkOpenMetrics(text: string): number {
  expect(text.endsWith('# EOF\n')).toBe(true);
  const done = new Set<string>();
  const lastStamp = new Map<string, number>();
  let family = '';
  let metric = '';
  let samples = 0;
  for (const line of text.slice(0, -'# EOF\n'.length).split('\n').slice(0, -1)) {
    const head = /^# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/.exec(line);
    if (head) {
      const [, what, name, rest] = head;
      if (what === 'TYPE') {
        expect(done.has(name), line).toBe(false);
        done.add(name);
        family = name;
        expect(rest).toBe('gauge');
      }
      expect(name, line).toBe(family);
      if (what === 'UNIT') expect(name.endsWith(`_${rest}`), line).toBe(true);
      if (what === 'HELP') expect(rest).toMatch(/^(?:[^\\"\n]|\\[\\"n])*$/);
      continue;
    }
    const sample =
      /^([a-zA-Z_:][a-zA-Z0-9_:]*)((?:\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^\\"\n]|\\[\\"n])*",?)+\})?) ([-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?|[-+]Inf|NaN) (\d+(?:\.\d+)?)$/.exec(
        line,
      );
    expect(sample, line).not.toBeNull();
    const [, name, labels, , stamp] = sample!;
    expect(name).toBe(family);
    const key = name + labels;
    // Points of one metric stand together and in order of time.
    if (key !== metric) expect(lastStamp.has(key), line).toBe(false);
    else expect(Number(stamp), line).toBeGreaterThan(lastStamp.get(key)!);
    metric = key;
    lastStamp.set(key, Number(stamp));
    samples++;
  }
  return samples;
}

test('OpenMetrics: a whole run keeps to the grammar', () => {
  const missing = timeline.series.reduce((sum, { values }) => sum + values.filter(Number.isNaN).length, 0);
  expect(missing).toBe(3);
  expect(checkOpenMetrics(openMetrics(timeline))).toBe(measurements - missing);
  expect(() => checkOpenMetrics('# TYPE a gauge\na 1 1\na 2 1\n# EOF\n')).toThrow('a 2 1');
});

test('OpenMetrics: two series of one name and labels are refused', () => {
  const { series, timeUs } = oneSeries([1]);
  expect(() => openMetrics({ timeUs, series: [...series, ...series] })).toThrow('two series are called baton_x');
});

test('CSV: a row a measurement, labels as columns, nothing where nothing was measured', () => {
  const lines = seriesCsv(timeline).trimEnd().split('\n');
  expect(lines.length).toBe(1 + measurements);
  expect(lines[0]).toBe('timeUs,name,service,zone,unit,value');
  expect(lines.filter((line) => line.endsWith(','))).toHaveLength(3);
  expect(seriesCsv(oneSeries([0.1], { labels: { unit: '=1+2', zone: 'a,b' } }))).toBe(
    `timeUs,name,label_unit,zone,unit,value\n0,baton_x,'=1+2,"a,b",,0.1\n`,
  );
});

test('NDJSON: every line is an object with all it needs', () => {
  const rows = seriesNdjson(timeline)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(rows.length).toBe(measurements);
  const at = rows.findIndex((row) => row['name'] === 'baton_service_replicas_ready');
  const series = timeline.series.find(({ name }) => name === 'baton_service_replicas_ready')!;
  expect(rows[at + 7]).toEqual({
    timeUs: timeline.timeUs[7],
    name: 'baton_service_replicas_ready',
    service: 'web',
    unit: '',
    value: series.values[7],
  });
  expect(rows.filter((row) => row['value'] === null).length).toBe(3);
});

test('Parquet: another program reads back every value, exact, and null where nothing was measured', async () => {
  const bytes = await seriesParquet(timeline);
  const rows = await parquetReadObjects({ file: bytes.buffer as ArrayBuffer });
  expect(rows.length).toBe(measurements);
  let at = 0;
  for (const { name, labels, unit, values } of timeline.series)
    for (const [step, value] of values.entries()) {
      const row = rows[at++];
      if (row['timeUs'] !== BigInt(timeline.timeUs[step]) || row['value'] !== (Number.isNaN(value) ? null : value))
        expect(row, `${name} ${step}`).toEqual([timeline.timeUs[step], value]);
      if (step === 0)
        expect(row).toMatchObject({ name, unit, service: labels['service'] ?? null, zone: labels['zone'] ?? null });
    }
  // A tenth of the same as CSV.
  expect(bytes.length).toBeLessThan(seriesCsv(timeline).length / 4);
});

test('Parquet: no series is a file too', async () => {
  const bytes = await seriesParquet({ timeUs: [], series: [] });
  expect(await parquetReadObjects({ file: bytes.buffer as ArrayBuffer })).toEqual([]);
});

test('pod slices: from placement to whatever ends the stay', () => {
  const journal = [
    { timeUs: 0, kind: 'arrive', pod: 0, name: 'web-0' },
    { timeUs: 5, kind: 'place', pod: 0, node: 'n1' },
    { timeUs: 6, kind: 'arrive', pod: 1 },
    { timeUs: 7, kind: 'place', pod: 1, node: 'n0' },
    // A record of no pod: its number is that of a service.
    { timeUs: 8, kind: 'decide', pod: 0 },
    { timeUs: 20, kind: 'evict', pod: 0, node: 'n1' },
    { timeUs: 30, kind: 'place', pod: 0, node: 'n0' },
    { timeUs: 40, kind: 'finish', pod: 1, node: 'n0' },
  ];
  expect(slicesOfJournal([...journal.map((one) => JSON.stringify(one)), ''], 50)).toEqual([
    { pod: 'web-0', node: 'n1', startUs: 5, endUs: 20, ended: 'evicted' },
    { pod: 'pod 1', node: 'n0', startUs: 7, endUs: 40, ended: 'finished' },
    { pod: 'web-0', node: 'n0', startUs: 30, endUs: 50, ended: 'running' },
  ]);
});

test('a run of pods alone has its curves as series', () => {
  const { result } = comparisonFixture({ policies: ['first-fit'], seeds: [1] }).runs[0];
  const { timeUs, series } = timelineOf(result!);
  expect(timeUs).toBe(result!.curves.timeUs);
  expect(series.find(({ name }) => name === 'baton_nodes_used')!.values).toBe(result!.curves.nodesUsed);
  expect(checkOpenMetrics(openMetrics({ timeUs, series }))).toBe(7 * timeUs.length);
});

interface Event {
  ph: string;
  name: string;
  pid: number;
  tid: number;
  ts?: number;
  dur?: number;
  s?: string;
  args?: Record<string, unknown>;
}

test('trace: every record has what its phase asks for, every track has a name, slices of a track do not overlap', () => {
  const living = livingResult();
  const pods = [
    { pod: 'a', node: 'n0', startUs: 0, endUs: 100, ended: 'finished' as const },
    { pod: 'b', node: 'n0', startUs: 50, endUs: 80, ended: 'killed' as const },
    { pod: 'c', node: 'n0', startUs: 80, endUs: 90, ended: 'running' as const },
  ];
  const trace = JSON.parse(traceJson(living, pods)) as { displayTimeUnit: string; traceEvents: Event[] };
  expect(trace.displayTimeUnit).toBe('ms');
  const events = trace.traceEvents;
  const named = new Set(events.filter((one) => one.name === 'thread_name').map((one) => `${one.pid}/${one.tid}`));
  const processes = new Set(events.filter((one) => one.name === 'process_name').map((one) => one.pid));
  const count = { M: 0, X: 0, i: 0, C: 0 };
  for (const event of events) {
    count[event.ph as keyof typeof count]++;
    expect(processes.has(event.pid), JSON.stringify(event)).toBe(true);
    if (event.ph === 'M') continue;
    expect(event.ts, JSON.stringify(event)).toBeGreaterThanOrEqual(0);
    if (event.ph === 'X' || event.ph === 'i') expect(named.has(`${event.pid}/${event.tid}`)).toBe(true);
    if (event.ph === 'i') expect(event.s).toBe('p');
    if (event.ph === 'C') for (const value of Object.values(event.args!)) expect(typeof value).toBe('number');
  }
  expect(count.i).toBe(living.decisions.length + living.happenings.length);
  expect(count.C).toBe(measurements - 3);
  // b needs a second track; c fits behind it at the instant at which b ends.
  expect(events.filter((one) => one.ph === 'X').map((one) => [one.name, one.tid, one.ts, one.dur])).toEqual([
    ['a', 1, 0, 100],
    ['b', 2, 50, 30],
    ['c', 2, 80, 10],
  ]);
  const decision = events.find((one) => one.ph === 'i' && one.pid === 1)!;
  expect(decision.args).toMatchObject({ policy: living.decisions[0].policy, why: living.decisions[0].why });
});
