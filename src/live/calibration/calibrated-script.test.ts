import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openNamed, plannedScenarios } from '../../experiment/local/scenarios-here.ts';
import { calibratedScenario, type CalibrationPlan } from '../../experiment/scenario/calibration-plan.ts';
import type { RunPlan } from '../../experiment/run-plan.ts';
import { scriptLives } from '../reality/script-lives.ts';
import { recordScript } from '../script/record-script.ts';
import type { ReplayScript } from '../script/replay-script.ts';
import { trafficOfRun } from '../traffic/run-traffic.ts';

const SCENARIO = `
name: Shop
duration: 6m
cluster:
  groups:
    general: { instance: m5.xlarge, count: 3 }
services:
  web: { cpu: 500m, memory: 256Mi, replicas: 4, work: exponential 20ms, concurrency: 2, boot: exponential 6s, readiness: true }
traffic:
  web: 60/s
deployments:
  - { service: web, at: 1m }
`;

const CALIBRATION: CalibrationPlan = {
  startUs: { '*': [2e6, 3e6, 5e6] },
  stopUs: { '*': [400_000, 600_000] },
  serviceFactor: { web: 1.5 },
  requestUs: 30_000,
};

function planOf(text: string, calibration?: CalibrationPlan): RunPlan {
  const folder = mkdtempSync(join(tmpdir(), 'baton-calibrated-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'shop.yaml');
  writeFileSync(file, text);
  const named = openNamed(file, []);
  if (named.kind !== 'scenario') throw new Error('not a scenario');
  const planned = calibration ? calibratedScenario(named.planned, calibration) : named.planned;
  const all = plannedScenarios([planned], [1]);
  return all.runs((policy) => policy, all.digests())[0];
}

/** From order to readiness beyond the boot that the container is told, of everything that starts during the run. */
function beyondBoot(script: ReplayScript): number[] {
  return scriptLives(script).flatMap(({ pod, step, startUs, readyUs, isWarm }) =>
    isWarm || readyUs === undefined || script.steps[step].do !== 'start'
      ? []
      : [readyUs - startUs - script.pods[pod].bootUs],
  );
}

test('a calibrated run is another run, predicts later starts and slower stops, and tells software the same as before', async () => {
  const plain = planOf(SCENARIO);
  const calibrated = planOf(SCENARIO, CALIBRATION);
  expect(calibrated.id).not.toBe(plain.id);
  const [before, after] = [await recordScript(plain), await recordScript(calibrated)];
  expect([before.isCalibrated, after.isCalibrated]).toEqual([undefined, true]);
  expect(beyondBoot(before).length).toBeGreaterThan(3);
  expect(beyondBoot(before).every((us) => us === 0)).toBe(true);
  const overheads = beyondBoot(after);
  expect(overheads.length).toBeGreaterThan(3);
  expect(Math.min(...overheads)).toBeGreaterThanOrEqual(2e6);
  expect(Math.max(...overheads)).toBeLessThanOrEqual(5e6);
  expect(new Set(overheads).size).toBe(overheads.length);
  // Probes every 10 s are before the overhead: boots are what they were.
  expect(new Set(after.pods.map(({ bootUs }) => bootUs))).toEqual(new Set(before.pods.map(({ bootUs }) => bootUs)));
  expect(after.services).toEqual(before.services);
  expect(await trafficOfRun(calibrated)).toEqual(await trafficOfRun(plain));

  const stopsOf = (script: ReplayScript): number[] =>
    scriptLives(script).flatMap(({ leftStep, leftUs, endUs }) =>
      leftStep !== undefined && script.steps[leftStep].do === 'stop' ? [endUs! - leftUs!] : [],
    );
  expect(stopsOf(before)).toContain(0);
  expect(stopsOf(after).length).toBeGreaterThanOrEqual(4);
  expect(Math.min(...stopsOf(after))).toBeGreaterThanOrEqual(400_000);

  const meanOf = ({ predicted }: ReplayScript): number => predicted.living!.services[0].meanMs;
  // The work is half as much again, and every request takes 30 ms more, there and back.
  expect(meanOf(after) - meanOf(before)).toBeGreaterThan(39);
});

test('without a calibration a plan and its run are what they were', () => {
  expect(planOf(SCENARIO).scenario).not.toHaveProperty('calibration');
  expect(planOf(SCENARIO).id).toBe(planOf(SCENARIO).id);
});

test('manifests are refused in a sentence', () => {
  const named = openNamed('kubernetes-rolling-update', []);
  if (named.kind !== 'scenario') throw new Error('not a scenario');
  expect(() => calibratedScenario(named.planned, CALIBRATION)).toThrow(/run it without --calibration/);
});
