import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openNamed, plannedScenarios } from '../../src/experiment/local/scenarios-here.ts';
import { calibratedScenario, type CalibrationPlan } from '../../src/experiment/scenario/calibration-plan.ts';
import { calibrate, type Replayed } from '../../src/live/calibration/calibrate.ts';
import { calibrationPlan } from '../../src/live/calibration/calibration-file.ts';
import { dockerEngine } from '../../src/live/engine/docker-engine.ts';
import { guardedEngine } from '../../src/live/engine/guarded-engine.ts';
import { compareWithReality } from '../../src/live/reality/compare-with-reality.ts';
import { conduct } from '../../src/live/replay/conduct.ts';
import { recordScript } from '../../src/live/script/record-script.ts';
import { ensureWorkload } from '../../src/live/workload/ensure-workload.ts';
import { podImages } from '../../src/live/workload/pod-images.ts';
import type { TimesCompared } from '../../src/reporting/reality/reality-check.ts';
import { SLOW_MARK } from '../slow.ts';
import { startDocker } from './docker-daemon.ts';
import { DOCKER_MARK, whyNoDocker } from './docker-test.ts';

/** Two services that are replaced twice: some thirty starts in four minutes, with boots that differ by the seed. */
const SCENARIO = `
name: Two rollouts
duration: 4m
cluster:
  groups:
    general: { instance: m5.xlarge, count: 3 }
services:
  web: { cpu: 250m, memory: 64Mi, replicas: 8, work: 20ms, boot: lognormal 8s sigma 0.4 }
  cart: { cpu: 250m, memory: 64Mi, replicas: 6, work: 20ms, boot: lognormal 5s sigma 0.4 }
traffic:
  web: 5/s
  cart: 5/s
deployments:
  - { service: web, at: 30s }
  - { service: cart, at: 50s }
  - { service: web, at: 130s }
  - { service: cart, at: 150s }
`;
const SPEED = 5;
const NAME = 'a calibration by one replay predicts the starts of another';

const why = whyNoDocker();
test.skipIf(why !== undefined || process.env['SLOW'] !== '1')(
  `${NAME}${why === undefined ? '' : ` (${why})`} ${DOCKER_MARK} ${SLOW_MARK}`,
  { timeout: 10 * 60_000 },
  twoSeeds,
);

async function twoSeeds(): Promise<void> {
  const { socket } = await startDocker();
  const docker = await dockerEngine({ by: 'socket', path: socket });
  const engine = guardedEngine(docker);
  const workloadImage = await ensureWorkload(engine);
  const scale = { scaleCpu: 'shares', scaleMem: 1 } as const;
  const replay = async (seed: number, calibration?: CalibrationPlan): Promise<Replayed> => {
    const script = await scriptOf(seed, calibration);
    const imageFor = podImages(script, { workloadImage, act: 'none', speed: SPEED, ...scale });
    const record = await conduct(script, { engineOf: () => engine, imageFor, speed: SPEED, ...scale });
    expect(record.outcome).toBe('finished');
    expect(record.leftBehind).toBe(0);
    return { script, record };
  };
  const first = await replay(1);
  const calibration = calibrate([first]);
  const plain = await replay(2);
  const predicted = await replay(2, calibrationPlan(calibration, SPEED));
  docker.close();
  const startOf = ({ script, record }: Replayed): TimesCompared => compareWithReality(script, record).starts[0];
  const [before, after] = [startOf(plain), startOf(predicted)];
  if (process.env['KEEP_REPLAYS'] !== undefined)
    writeFileSync(process.env['KEEP_REPLAYS'], JSON.stringify({ first, plain, predicted, calibration }));
  // On a busy machine rollouts take so long that some are overtaken by the next.
  expect(after.measuredMs!.count).toBeGreaterThan(5);
  expect(gapOf(after) < 0.1 || after.isInsideSpread).toBe(true);
  expect(gapOf(after)).toBeLessThan(gapOf(before));
}

/** How far the predicted median is from the measured one, relative to the measured one. */
function gapOf({ predictedMs, measuredMs }: TimesCompared): number {
  return Math.abs(predictedMs!.median - measuredMs!.median) / measuredMs!.median;
}

function scriptOf(seed: number, calibration: CalibrationPlan | undefined): Promise<Replayed['script']> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-calibration-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'rollouts.yaml');
  writeFileSync(file, SCENARIO);
  const named = openNamed(file, []);
  if (named.kind !== 'scenario') throw new Error('not a scenario');
  const all = plannedScenarios([calibration ? calibratedScenario(named.planned, calibration) : named.planned], [seed]);
  return recordScript(all.runs((policy) => policy, all.digests())[0]);
}
