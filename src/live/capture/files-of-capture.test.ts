import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fc } from '../../../test/fuzz.ts';
import { openNamed } from '../../experiment/local/scenarios-here.ts';
import { plannedScenarios } from '../../experiment/local/scenarios-here.ts';
import { runHere } from '../../experiment/local/run-here.ts';
import { checkCapture, journalOfExperiment, writeCaptureFiles } from './check-capture.ts';
import { compareSequences } from './compare-sequences.ts';
import { CAPTURE_FILES, filesOfCapture } from './files-of-capture.ts';
import { historyOfCapture } from './history-of-capture.ts';
import { madeCapture } from '../../../test/made-capture.ts';
import { runsOfHistory } from './state-sequence.ts';
import { statesOfRun } from './states-of-run.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'baton-capture-test-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('whatever is captured goes through the simulator in the same sequence of container states', async () => {
  const path = folder();
  let changes = 0;
  await fc.assert(
    fc.asyncProperty(madeCapture, async (lines) => {
      const history = historyOfCapture(lines);
      const { files } = filesOfCapture(history);
      if (history.containers.length === 0) {
        expect(Object.keys(files)).toEqual([CAPTURE_FILES.history]);
        return;
      }
      writeCaptureFiles(path, files);
      expect(JSON.parse(files[CAPTURE_FILES.history])).toEqual(history);
      const states = await checkCapture(history, path);
      expect(states.differences).toEqual([]);
      changes += states.changes;
    }),
    { numRuns: 100 },
  );
  expect(changes).toBeGreaterThan(1000);
});

test('the trace of processes starts and ends what was captured, where it was', async () => {
  const path = folder();
  await fc.assert(
    fc.asyncProperty(madeCapture, async (lines) => {
      const history = historyOfCapture(lines);
      const { files } = filesOfCapture(history);
      if (files[CAPTURE_FILES.pods] === undefined) return;
      writeCaptureFiles(path, {
        ...files,
        'pinned.yaml': files[CAPTURE_FILES.experiment].replace(CAPTURE_FILES.states, CAPTURE_FILES.pods),
      });
      const journal = await journalOfExperiment(path, 'pinned.yaml');
      expect(compareSequences(runsOfHistory(history), statesOfRun(journal)).differences).toEqual([]);
    }),
    { numRuns: 25 },
  );
});

test('every scenario of a capture can be read and run, whatever its containers are called', async () => {
  const path = folder();
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(madeCapture, async (lines) => {
      const { files } = filesOfCapture(historyOfCapture(lines));
      if (files[CAPTURE_FILES.scenario] === undefined) return;
      writeCaptureFiles(path, files);
      const named = openNamed(join(path, CAPTURE_FILES.scenario), []);
      if (named.kind !== 'scenario') throw new Error('it is no scenario');
      const planned = plannedScenarios([named.planned], [1]);
      for (const plan of planned.runs((policy) => policy, planned.digests())) {
        const { result } = await runHere(plan);
        expect(result!.living).toBeDefined();
        runs++;
      }
    }),
    { numRuns: 25 },
  );
  expect(runs).toBeGreaterThan(10);
});

test('what differs between two sequences is told, container by container', () => {
  const entry = (atUs: number, container: string, state: string, node = 'one') => ({ atUs, container, node, state });
  const captured = [entry(0, 'a', 'created'), entry(5, 'a', 'running'), entry(5, 'b', 'running')];
  expect(compareSequences(captured, captured)).toEqual({ isEqual: true, changes: 3, containers: 2, differences: [] });
  for (const [changed, sentence] of [
    [captured.slice(1), 'a: captured created at 0 s on one, simulated running at 0.000005 s on one'],
    [captured.slice(0, 2), 'b: captured running at 0.000005 s on one, simulated nothing more'],
    [
      captured.with(2, entry(5, 'b', 'running', 'two')),
      'b: captured running at 0.000005 s on one, simulated running at 0.000005 s on two',
    ],
    [
      captured.with(2, entry(6, 'b', 'running')),
      'b: captured running at 0.000005 s on one, simulated running at 0.000006 s on one',
    ],
    [[captured[0], captured[2], captured[1]], 'the order differs from change 2 on: captured a, simulated b'],
  ] as const)
    expect(compareSequences(captured, changed)).toMatchObject({ isEqual: false, differences: [sentence] });
});
