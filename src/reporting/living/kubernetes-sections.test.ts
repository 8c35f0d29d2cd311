import { expect, test } from 'vitest';
import { livingFixture } from '../../../test/living-fixture.ts';
import type { Comparison } from '../../experiment/comparison.ts';
import { summarise } from '../../experiment/statistics/summarise.ts';
import type { LivingResult, TimelineSeries } from '../../sim/monitoring/living-result.ts';
import { metricAcross } from '../primary-metric.ts';
import { availabilityCharts } from './availability-charts.ts';
import { costByService } from './cost-chart.ts';
import { eventsSection } from './events-section.ts';
import { happeningBands } from './happening-bands.ts';

const line = (name: string, service: string, values: number[]): TimelineSeries => ({
  name: `baton_service_replicas_${name}`,
  title: '',
  unit: '',
  labels: { service },
  values,
});

/** Four workloads over three minutes; `a` has none, then half, then all of its four replicas. */
function run(): LivingResult {
  const services = ['a', 'b', 'c', 'd'].map((service) => ({ service, deficitReplicaS: service === 'a' ? 360 : 0 }));
  const series = services.flatMap(({ service }) => [
    line('desired', service, [4, 4, 4]),
    line('ready', service, service === 'a' ? [0, 2, 4] : [4, 4, 4]),
  ]);
  return { timeline: { timeUs: [60e6, 120e6, 180e6], series }, services } as unknown as LivingResult;
}

test('only workloads that missed replicas have a row, with a bar for each share', () => {
  const [chart] = availabilityCharts(new Map([['default', [run()]]]));
  expect(chart.note).toBe('3 workloads not shown missed none');
  expect(chart.data.columns[0]).toEqual(['a', 'a', 'a']);
  // 0 of 4, 2 of 4 and 4 of 4, a minute each.
  expect(chart.data.columns[3]).toEqual([0, 0.5, 1]);
  expect(chart.data.columns[4]).toEqual(['0 of 4', '2 of 4', '4 of 4']);
  const complete = { ...run(), services: run().services.map((one) => ({ ...one, deficitReplicaS: 0 })) };
  expect(availabilityCharts(new Map([['default', [complete]]]))).toEqual([]);
});

function comparison(change: (living: LivingResult) => LivingResult): Comparison {
  const { facts, runs } = livingFixture({ seeds: [1] });
  return summarise(
    facts,
    runs.map((one) => ({ ...one, result: { ...one.result!, living: change(one.result!.living!) } })),
  );
}

test('events by reason and pods left without a node, warnings first; nothing where nothing was recorded', () => {
  const bare = comparison((living) => living);
  expect(eventsSection(bare, bare.cells[0])).toBe('');
  const told = comparison((living) => ({
    ...living,
    events: [
      { reason: 'Scheduled', type: 'Normal', count: 1234 },
      { reason: 'FailedCreate', type: 'Warning', count: 7 },
    ],
    waiting: [{ owner: 'Job <x>', reason: '2 Insufficient cpu', count: 36, examples: ['x/p'], sinceUs: 0 }],
  }));
  const html = eventsSection(told, told.cells[0]);
  expect(html.indexOf('FailedCreate')).toBeLessThan(html.indexOf('Scheduled'));
  expect(html).toContain('2 kinds of events, 1 of warnings');
  expect(html).toContain('<td class="n">1,234</td>');
  expect(html).toContain('Job &lt;x&gt;</th><td class="n">36</td><td>2 Insufficient cpu</td>');
});

test('of many services the cheaper ones are one part of the bill, and idle capacity is the last', () => {
  const byService = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`s${at}`, at + 1]));
  const total = 210 + 5;
  const living = { cost: { byService, idleUsd: 5, totalUsd: total } } as unknown as LivingResult;
  const { parts, data } = costByService(new Map([['p', [living]]]));
  expect(parts).toEqual(['s19', 's18', 's17', 's16', 's15', 's14', '14 others', 'idle']);
  // 1 + 2 + ... + 14 = 105; nothing is lost.
  const usd = data.columns[2] as number[];
  expect(usd[(data.columns[1] as string[]).indexOf('14 others')]).toBe(105);
  expect(usd.reduce((sum, one) => sum + one, 0)).toBe(total);
});

test('a node that is not ready while its machine is down is shaded once', () => {
  const at = (timeUs: number, kind: string, about: string) => ({ timeUs, kind, about, what: '' });
  const bands = happeningBands([at(10, 'node-down', 'n1'), at(60, 'node-not-ready', 'n1')], 100);
  expect(bands.map(({ kind, from, to }) => [kind, from, to])).toEqual([['node-down', 10, 100]]);
  const others = happeningBands([at(10, 'node-down', 'n1'), at(60, 'node-not-ready', 'n2')], 100);
  expect(others).toHaveLength(2);
});

test('one policy on several workloads is told by the first metric that differs by a hundredth or more', () => {
  const cell = (costUsd: number, missing: number) =>
    ({
      metrics: Object.fromEntries(
        Object.entries({ costUsd, replicaDeficitS: missing, meanReadyS: 5 }).map(([name, mean]) => [
          name,
          { policies: [{ mean }] },
        ]),
      ),
    }) as never;
  expect(metricAcross([cell(1, 100), cell(1.005, 200)])?.name).toBe('replicaDeficitS');
  expect(metricAcross([cell(1, 100), cell(1.5, 200)])?.name).toBe('costUsd');
  expect(metricAcross([cell(1, 100), cell(1, 100)])).toBe(undefined);
});
