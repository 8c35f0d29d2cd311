import { expect, test } from 'vitest';
import { replayFixture, type ReplayFixture } from '../../../test/replay-fixture.ts';
import type { ReplayRecord } from '../replay/replay-record.ts';
import type { ReplayScript, ScriptStep } from '../script/replay-script.ts';
import { compareWithReality } from './compare-with-reality.ts';
import { sampleSummary } from './sample-summary.ts';

const S = 1e6;

/** A replay at ten times the speed of one workload of four pods, with these steps and this of the record. */
function small(steps: ScriptStep[], record: Partial<ReplayRecord>): { script: ReplayScript; record: ReplayRecord } {
  const fixture = replayFixture({ seed: 1, traffic: false });
  const pods = [0, 1, 2, 3].map((k) => ({
    name: `web-${k}`,
    workload: 'web',
    cpuMilli: 100,
    memBytes: 1,
    bootUs: 2 * S,
    cpuUseMilli: 50,
    restart: 'always' as const,
  }));
  const script = { ...fixture.script, durationUs: 100 * S, services: [], pods, steps, predicted: { metrics: {} } };
  const blank = { speed: 10, scaleCpu: 0.5, steps: [], processes: [], checkpoints: [], samples: [], troubles: [] };
  return { script, record: { ...fixture.record, ...blank, ...record } };
}

const at = (wallMs: number) => ({ wallMs, simUs: wallMs * 10_000 });

test('a sample is told by its mean, its quantiles and their intervals', () => {
  // 1 ... 9: the deviation is 2.7386, t(0.975, 8) = 2.306, so the interval is 5 ± 2.1051.
  const summary = sampleSummary([9, 1, 8, 2, 7, 3, 6, 4, 5])!;
  expect(summary).toMatchObject({ count: 9, mean: 5, min: 1, median: 5, max: 9 });
  expect(summary.low).toBeCloseTo(2.8949, 4);
  expect(summary.p90).toBeCloseTo(8.2, 10);
  // 9/2 ± 0.98 · 3: the first and the ninth value.
  expect([summary.medianLow, summary.medianHigh]).toEqual([1, 9]);
  expect(sampleSummary([])).toBeUndefined();
  expect(sampleSummary([3])).not.toHaveProperty('low');
});

test('start latency is the time from order to readiness, in real ms on both sides, without what was there before', () => {
  const { script, record } = small(
    [
      { atUs: 0, do: 'start', pod: 0, node: 0 },
      { atUs: 0, do: 'ready', pod: 0 },
      { atUs: 10 * S, do: 'start', pod: 1, node: 0 },
      { atUs: 12 * S, do: 'ready', pod: 1 },
      { atUs: 20 * S, do: 'start', pod: 2, node: 0 },
      { atUs: 22 * S, do: 'ready', pod: 2 },
      { atUs: 60 * S, do: 'stop', pod: 1, graceUs: 30 * S, why: 'fewer are wanted' },
      { atUs: 61 * S, do: 'gone', pod: 1 },
    ],
    {
      processes: [
        { pod: 0, node: 0, step: 0, due: at(0), ordered: at(5), ready: at(700) },
        // Due at 1000 ms, ordered 20 ms late, ready 300 ms after the order.
        {
          pod: 1,
          node: 0,
          step: 2,
          due: at(1000),
          ordered: at(1020),
          started: at(1110),
          ready: at(1320),
          told: at(6010),
          ended: at(6160),
        },
        { pod: 2, node: 0, step: 4, due: at(2000), ordered: at(2010), started: at(2070), ready: at(2290) },
      ],
    },
  );
  const { starts, stops, ready } = compareWithReality(script, record);
  expect(starts.map(({ about }) => about)).toEqual(['*', 'web']);
  expect(starts[0].predictedMs).toMatchObject({ count: 2, mean: 200, median: 200 });
  expect(starts[0].measuredMs).toMatchObject({ count: 2, mean: 290, median: 290 });
  expect(starts[0]).toMatchObject({ orderToStartMs: 75, startToReadyMs: 215, isInsideSpread: false });
  expect(starts[0].verdict.text).toBe('45 % longer than predicted');
  expect(stops[0].predictedMs?.mean).toBe(100);
  expect(stops[0].measuredMs?.mean).toBe(150);
  // Predicted 1 + 48 s + 78 s of pods 0, 1, 2 in 100 s; measured 93 + (60.1 - 13.2) + (100 - 22.9).
  expect(ready[0].predictedMean).toBeCloseTo(2.26, 10);
  expect(ready[0].measuredMean).toBeCloseTo(0.93 + 0.469 + 0.771, 10);
  expect(ready[0].largestGap).toBe(1);
});

test('recovery is timed from what befell the pods until as many are ready again', () => {
  const two: ScriptStep[] = [0, 1].flatMap((pod) => [
    { atUs: 0, do: 'start', pod, node: 0 } as const,
    { atUs: 0, do: 'ready', pod } as const,
  ]);
  const { script, record } = small(
    [
      ...two,
      { atUs: 30 * S, do: 'node-down', node: 0, why: 'crash' },
      { atUs: 30 * S, do: 'kill', pod: 0, why: 'n0 stopped: crash' },
      { atUs: 30 * S, do: 'kill', pod: 1, why: 'n0 stopped: crash' },
      { atUs: 40 * S, do: 'start', pod: 2, node: 1 },
      { atUs: 41 * S, do: 'start', pod: 3, node: 1 },
      { atUs: 42 * S, do: 'ready', pod: 2 },
      { atUs: 43 * S, do: 'ready', pod: 3 },
    ],
    {
      steps: [5, 6].map((step) => ({
        step,
        due: at(3000),
        begun: at(3010),
        done: at(3050),
        outcome: 'done' as const,
      })),
      processes: [
        ...[0, 1].map((pod) => ({
          pod,
          node: 0,
          step: 2 * pod,
          due: at(0),
          ordered: at(0),
          ready: at(0),
          told: at(3010),
          ended: at(3040),
        })),
        { pod: 2, node: 1, step: 7, due: at(4000), ordered: at(4000), ready: at(4400) },
        { pod: 3, node: 1, step: 8, due: at(4100), ordered: at(4100), ready: at(4510) },
      ],
    },
  );
  const { recoveries } = compareWithReality(script, record);
  expect(recoveries).toHaveLength(1);
  expect(recoveries[0]).toMatchObject({
    atS: 30,
    cause: 'node-down',
    what: 'n0 stopped, 2 pods lost',
    before: 2,
    predictedLowest: 0,
    measuredLowest: 0,
    predictedMs: 1300,
    measuredMs: 1500,
  });
});

test('decisions are counted by what became of them, and those of no engine are not', () => {
  const { script, record } = small(
    [
      { atUs: 10 * S, do: 'start', pod: 0, node: 0 },
      { atUs: 12 * S, do: 'ready', pod: 0 },
      { atUs: 12 * S, do: 'rotate-in', pod: 0 },
      { atUs: 20 * S, do: 'stop', pod: 0, graceUs: S, why: 'fewer are wanted' },
      { atUs: 21 * S, do: 'gone', pod: 0 },
    ],
    {
      steps: [
        { step: 0, due: at(1000), begun: at(1040), done: at(1100), outcome: 'done' },
        { step: 2, due: at(1200), begun: at(9000), done: at(9000), outcome: 'done' },
        {
          step: 3,
          due: at(2000),
          begun: at(2060),
          done: at(2070),
          outcome: 'failed',
          sentence: 'docker: no such container',
        },
      ],
    },
  );
  const { decisions, lateness } = compareWithReality(script, record);
  expect(decisions).toMatchObject({ total: 3, done: 1, failed: 1, missed: 0, notBegun: 1 });
  expect(decisions.examples).toEqual([{ atS: 20, kind: 'stop', about: 'web-0', why: 'docker: no such container' }]);
  expect(lateness.begunMs).toMatchObject({ count: 2, mean: 50, max: 60 });
  expect(lateness.overTime.map(({ medianMs }) => medianMs)).toEqual([40, 60]);
});

test('use is told in the size of the scenario', () => {
  const { script, record } = small(
    [
      { atUs: 0, do: 'start', pod: 0, node: 0 },
      { atUs: 0, do: 'ready', pod: 0 },
    ],
    {
      processes: [{ pod: 0, node: 0, step: 0, due: at(0), ordered: at(0), started: at(0), ready: at(0) }],
      samples: Array.from({ length: 20 }, (_, k) => ({
        at: at(250 + 500 * k),
        pod: 0,
        cpuMilli: k % 2 === 0 ? 24 : 28,
        memBytes: 8,
      })),
    },
  );
  const { use } = compareWithReality(script, record);
  const cpu = use.filter(({ resource }) => resource === 'cpu');
  expect(cpu.map(({ of, about }) => `${of} ${about}`)).toEqual(['workload web', 'node n0']);
  expect(cpu[0].predicted).toBe(50);
  expect(cpu[0].measured.mean).toBeGreaterThan(51);
  expect(cpu[0].measured.mean).toBeLessThan(53);
  expect(use.find(({ resource }) => resource === 'memory')?.verdict.text).toBe('not predicted');
});

test('a check is the same to the byte each time, and survives JSON', () => {
  const one = JSON.stringify(compareWithReality(...both(replayFixture({ seed: 5 }))));
  const other = JSON.stringify(
    compareWithReality(...both(JSON.parse(JSON.stringify(replayFixture({ seed: 5 }))) as ReplayFixture)),
  );
  expect(other).toBe(one);
  expect(one).not.toContain('NaN');
});

test('a perfect engine is told as predicted everywhere', () => {
  const check = compareWithReality(...both(replayFixture({ seed: 3, overheadMs: 0, stopMs: 0, traffic: false })));
  expect(check.starts.map(({ verdict }) => verdict.is)).toEqual(check.starts.map(() => 'same'));
  expect(check.recoveries.map(({ verdict }) => verdict.is)).toEqual(check.recoveries.map(() => 'same'));
  expect(check.recoveries.map(({ cause }) => cause)).toEqual([
    'rollout',
    'crash',
    'hang',
    'node-down',
    'node-down',
    'node-down',
  ]);
});

test('the record of another run is refused', () => {
  const { script } = replayFixture({ seed: 1 });
  const { record } = replayFixture({ seed: 2 });
  expect(() => compareWithReality(script, record)).toThrow(/the record is of run fixture-2/);
});

function both({ script, record }: ReplayFixture): [ReplayScript, ReplayRecord] {
  return [script, record];
}

test('a job runs from its placement on, so nothing is predicted of its start', () => {
  const { script, record } = small(
    [
      { atUs: 10 * S, do: 'start', pod: 0, node: 0 },
      { atUs: 10 * S, do: 'ready', pod: 0 },
      { atUs: 20 * S, do: 'start', pod: 1, node: 0 },
      { atUs: 22 * S, do: 'ready', pod: 1 },
    ],
    {
      processes: [
        { pod: 0, node: 0, step: 0, due: at(1000), ordered: at(1000), ready: at(1600) },
        { pod: 1, node: 0, step: 2, due: at(2000), ordered: at(2000), ready: at(2250) },
      ],
    },
  );
  const pods = script.pods.map((pod, k) => (k === 0 ? { ...pod, workload: 'batch', bootUs: 0 } : pod));
  const { starts } = compareWithReality({ ...script, pods }, record);
  expect(starts.map(({ about, measuredMs, predictedMs }) => [about, measuredMs?.mean, predictedMs?.mean])).toEqual([
    ['*', 250, 200],
    ['batch', 600, undefined],
    ['web', 250, 200],
  ]);
  expect(starts[1].verdict.text).toBe('not predicted');
});
