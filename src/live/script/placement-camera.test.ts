import { expect, test } from 'vitest';
import { fc } from '../../../test/fuzz.ts';
import { placementPolicy } from '../../policies/placement/index.ts';
import { blankRow, type PodRow, type PodSource } from '../../sim/pod-source.ts';
import { simulate, type SimulationOptions } from '../../sim/simulation.ts';
import { checkScript } from './check-script.ts';
import { PlacementCamera } from './placement-camera.ts';
import { filmedScript, stepLines } from './script-fixture.ts';
import { ScriptState } from './script-state.ts';

const GIB = 2 ** 30;

function podsOf(rows: readonly PodRow[]): PodSource {
  let at = 0;
  return { next: (row) => at < rows.length && (Object.assign(row, rows[at++]), true) };
}

const row = (arrivesS: number, runsS: number, cpuMilli: number, over: Partial<PodRow> = {}): PodRow => ({
  ...blankRow(),
  arrivesUs: arrivesS * 1e6,
  runsUs: runsS * 1e6,
  request: { cpuMilli, memBytes: GIB },
  ...over,
});

const options = (rows: readonly PodRow[], nodes = 2): SimulationOptions => ({
  nodes: Array.from({ length: nodes }, (_, k) => ({ name: `n${k}`, cpuMilli: 1000, memBytes: 8 * GIB })),
  pods: podsOf(rows),
  placement: placementPolicy('first-fit'),
  seed: 1,
});

test('pods start where they are placed, when they are, and end by themselves; time 0 is the first arrival', () => {
  const rows = [row(100, 30, 800), row(110, 5, 800, { name: 'Build #7', user: 'ann' }), row(111, Infinity, 500)];
  const camera = new PlacementCamera(options(rows));
  while (camera.step());
  const { builder } = camera;
  expect(stepLines(builder)).toEqual([
    '0 start pod-0 on n0',
    '0 ready pod-0',
    '10 start build-7 on n1',
    '10 ready build-7',
    // Nothing had room for it before.
    '15 finish build-7',
    '15 gone build-7',
    '15 start pod-2 on n1',
    '15 ready pod-2',
    '30 finish pod-0',
    '30 gone pod-0',
  ]);
  expect(builder.pods[1]).toEqual({
    name: 'build-7',
    workload: 'ann',
    cpuMilli: 800,
    memBytes: GIB,
    bootUs: 0,
    runsUs: 5e6,
    exitCode: 0,
    restart: 'never',
  });
  expect(builder.pods[2].runsUs).toBeUndefined();
});

test('at the end of any run, stopped or not, the script has as many containers as the cluster has pods', () => {
  const rows = fc.array(
    fc.record({
      gap: fc.integer({ min: 0, max: 20 }),
      runs: fc.integer({ min: 0, max: 50 }),
      cpu: fc.integer({ min: 1, max: 1200 }),
    }),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(rows, fc.option(fc.integer({ min: 0, max: 600 })), fc.boolean(), (drawn, stopS, refuses) => {
      let atS = 50;
      const pods = drawn.map(({ gap, runs, cpu }) => row((atS += gap), runs, cpu));
      const run: SimulationOptions = {
        ...options(pods, 3),
        ...(stopS !== null && { endUs: (50 + stopS) * 1e6 }),
        whenFull: refuses ? 'refuse' : 'wait',
      };
      const camera = new PlacementCamera(run);
      while (camera.step());
      const result = camera.simulation.result();
      const script = filmedScript(camera.builder, result.endUs - result.startUs);
      expect(checkScript(script)).toEqual([]);
      const state = new ScriptState(script);
      state.advanceTo(Infinity);
      expect(state.there.size).toBe(result.counts.running);
      expect(script.pods.length).toBe(result.counts.running + result.counts.finished);
      const { cluster } = camera.simulation;
      for (let node = 0; node < cluster.count; node++) {
        const used = [...state.there].filter((pod) => state.pods[pod].node === node);
        const free = used.reduce((sum, pod) => sum - script.pods[pod].cpuMilli, 1000);
        expect(cluster.cpuFreeMilli[node]).toBe(free);
      }
      expect(result.fingerprint).toBe(simulate({ ...run, pods: podsOf(pods) }).fingerprint);
    }),
  );
});
