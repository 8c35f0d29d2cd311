import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { replayFixture } from '../../../test/replay-fixture.ts';
import { durationSampler } from '../../sim/duration-spec.ts';
import { stream } from '../../sim/random.ts';
import { compareWithReality } from '../reality/compare-with-reality.ts';
import { calibrate } from './calibrate.ts';
import { calibrationPlan, readCalibration, writeCalibration } from './calibration-file.ts';

test('the overhead of a start is the time from order to readiness less the boot that was told', () => {
  const { script, record } = replayFixture({ seed: 1, traffic: false });
  const told = (pod: number): number => script.pods[pod].bootUs / 1000 / record.speed;
  const starts = record.processes.filter(
    ({ step }) => script.steps[step].do === 'start' && script.steps[step].atUs > 0,
  );
  const overheads = starts
    .map(({ pod, ordered, ready }) => ready!.wallMs - ordered.wallMs - told(pod))
    .sort((a, b) => a - b);
  const { startMs, stopMs, runs, speed, engine } = calibrate([{ script, record }]);
  expect(startMs['*'].count).toBe(starts.length);
  expect(startMs['*'].quantilesMs).toHaveLength(21);
  expect(startMs['*'].quantilesMs[0]).toBeCloseTo(overheads[0], 9);
  expect(startMs['*'].quantilesMs[20]).toBeCloseTo(overheads.at(-1)!, 9);
  // Four starts of cart and of search are too few to be told for themselves.
  expect(Object.keys(startMs)).toEqual(['*', 'report', 'web']);
  expect(stopMs['*'].count).toBe(36);
  expect([runs, speed]).toEqual([['fixture-1'], 20]);
  expect(engine).toBe('Docker 26.1.5 on builder-1 (Debian GNU/Linux 13 (trixie), amd64, 2 CPUs)');
});

test('traffic teaches service factors and what a request takes beyond service and queue', () => {
  const { serviceFactor, requestOverheadMs } = calibrate([replayFixture({ seed: 1 })]);
  // Measured service times are 1.03 of those told; latencies 1.38 of them where 1.3 were predicted: 0.05 of 40 ms at 20 times the speed.
  expect(serviceFactor['web']).toBeCloseTo(1.03, 10);
  expect(requestOverheadMs['web']).toBeCloseTo((0.05 * 40) / 20, 10);
  expect(Object.keys(requestOverheadMs)).toEqual(['web', 'cart', 'search', '*']);
});

test('what containers say of a request is believed before what the run predicts of its queue', () => {
  const { script, record } = replayFixture({ seed: 1 });
  const services = record.traffic!.services.map((one) => ({ ...one, overhead: { ...one.latency, meanMs: 1.5 } }));
  const told = { script: { ...script, isCalibrated: true as const }, record: { ...record, traffic: { services } } };
  expect(calibrate([told]).requestOverheadMs).toEqual({ web: 1.5, cart: 1.5, search: 1.5, '*': 1.5 });
  // Without it a run that was calibrated teaches nothing of requests.
  expect(calibrate([{ ...told, record }]).requestOverheadMs).toEqual({});
});

test('several replays count as one', () => {
  const [one, other] = [replayFixture({ seed: 1 }), replayFixture({ seed: 2 })];
  const both = calibrate([one, other]);
  const alone = [calibrate([one]), calibrate([other])].map(({ startMs }) => startMs['*']);
  expect(both.startMs['*'].count).toBe(alone[0].count + alone[1].count);
  expect(both.startMs['*'].meanMs).toBeCloseTo(
    (alone[0].meanMs * alone[0].count + alone[1].meanMs * alone[1].count) / both.startMs['*'].count,
    9,
  );
  expect(both.runs).toEqual(['fixture-1', 'fixture-2']);
  const faster = replayFixture({ seed: 3, speed: 60 });
  expect(() => calibrate([one, faster])).toThrow(/different speeds \(20, 60\)/);
});

test('a replay in which nothing became ready teaches nothing, and says so', () => {
  const { script, record } = replayFixture({ seed: 1, traffic: false });
  expect(() => calibrate([{ script, record: { ...record, processes: [] } }])).toThrow(/nothing can be learnt/);
});

test('a calibration predicts the start latency of replays that it has not seen', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const calibration = calibrate([replayFixture({ seed, traffic: false })]);
    const { quantilesMs } = calibration.startMs['*'];
    const draw = durationSampler({ kind: 'empirical', quantilesUs: quantilesMs }, stream(seed, 'drawn'));
    const unseen = seed + 100;
    const before = compareWithReality(...pairOf({ seed: unseen }));
    const after = compareWithReality(...pairOf({ seed: unseen, knownOverheadMs: draw }));
    const gapOf = ({ starts: [{ predictedMs, measuredMs }] }: typeof before): number =>
      Math.abs(predictedMs!.median - measuredMs!.median) / measuredMs!.median;
    expect(gapOf(before), `seed ${seed}`).toBeGreaterThan(0.3);
    expect(gapOf(after), `seed ${seed}`).toBeLessThan(0.1);
    expect(after.starts[0].isInsideSpread, `seed ${seed}`).toBe(true);
  }
});

test('real times become simulated ones at the speed of the replay', () => {
  const calibration = calibrate([replayFixture({ seed: 1 })]);
  const own = calibrationPlan(calibration);
  const faster = calibrationPlan(calibration, 60);
  expect(own.startUs['*'][10]).toBe(Math.round(calibration.startMs['*'].quantilesMs[10] * 20_000));
  expect(faster.startUs['*'][10]).toBe(Math.round(calibration.startMs['*'].quantilesMs[10] * 60_000));
  expect(faster.requestUs).toBe(Math.round(calibration.requestOverheadMs['*'] * 60_000));
});

test('a calibration is written and read again, and a file that is none is refused in a sentence', () => {
  const folder = mkdtempSync(join(tmpdir(), 'baton-calibration-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'calibration.json');
  const calibration = calibrate([replayFixture({ seed: 1 })]);
  writeCalibration(file, calibration);
  expect(readCalibration(file)).toEqual(calibration);
  const refused = (content: string): string => {
    writeFileSync(file, content);
    try {
      readCalibration(file);
    } catch (error) {
      return (error as Error).message.replace(file, 'FILE');
    }
    return '';
  };
  expect(refused('speed: 3')).toContain('FILE: this is not JSON');
  expect(refused('{"format":"other/1"}')).toContain('("format" is "other/1", not "baton-calibration/1")');
  expect(refused('null')).toContain('"format" is missing');
  expect(refused(JSON.stringify({ ...calibration, speed: 0 }))).toBe('FILE: speed must be above 0, not 0');
  for (const far of [1e300, -1])
    expect(refused(JSON.stringify({ ...calibration, requestOverheadMs: { '*': far } }))).toMatch(
      /^FILE: requestOverheadMs\S* must be at (most 1000000000|least 0), not /,
    );
  expect(refused(JSON.stringify({ ...calibration, serviceFactor: { web: 1e300 } }))).toMatch(
    /must be at most 1000000,/,
  );
  const falling = { ...calibration.startMs['*'], quantilesMs: Array.from({ length: 21 }, (_, k) => 30 - k) };
  expect(refused(JSON.stringify({ ...calibration, startMs: { '*': falling } }))).toBe(
    'FILE: startMs.*.quantilesMs: must not fall from one to the next',
  );
});

function pairOf(options: Parameters<typeof replayFixture>[0]): Parameters<typeof compareWithReality> {
  const { script, record } = replayFixture({ ...options, traffic: false });
  return [script, record];
}
