import { expect, test } from 'vitest';
import { CAPTURE_FORMAT, type CaptureLine } from './capture-line.ts';
import { captureText } from './capture-text.ts';
import { filesOfCapture } from './files-of-capture.ts';
import { historyOfCapture } from './history-of-capture.ts';
import { madeInfo } from '../../../test/made-capture.ts';

const MIB = 2 ** 20;

/** Two replicas of a service, one of which crashes and is started again, and a job; limits and measurements. */
const LINES: CaptureLine[] = [
  { kind: 'begin', format: CAPTURE_FORMAT, atMs: 0 },
  { kind: 'engine', atMs: 0, engine: 'one', info: madeInfo('one'), aheadMs: 0 },
  ...['web-1', 'web-2', 'job-1'].flatMap((name, k): CaptureLine[] => [
    {
      kind: 'event',
      atMs: 1000 * k,
      engine: 'one',
      what: 'create',
      id: name,
      name,
      image: 'shop:1',
      labels: { 'dev.baton.workload': name.slice(0, -2) },
    },
    { kind: 'limits', atMs: 1000 * k + 10, engine: 'one', id: name, ...(k < 2 && { memBytes: 64 * MIB }) },
    { kind: 'event', atMs: 1000 * k + 400, engine: 'one', what: 'start', id: name },
    { kind: 'sample', atMs: 1000 * k + 1400, engine: 'one', id: name, cpuTotalMs: 100 * (k + 1), memBytes: MIB },
  ]),
  { kind: 'event', atMs: 4000, engine: 'one', what: 'die', id: 'web-1', exitCode: 3 },
  { kind: 'event', atMs: 4500, engine: 'one', what: 'start', id: 'web-1' },
  { kind: 'event', atMs: 5000, engine: 'one', what: 'die', id: 'job-1', exitCode: 0 },
  { kind: 'event', atMs: 6000, engine: 'one', what: 'update', id: 'web-2' },
  { kind: 'limits', atMs: 6010, engine: 'one', id: 'web-2', cpuMilli: 1500, memBytes: 64 * MIB },
  { kind: 'end', atMs: 10_000 },
];

test('requests are limits, or what was measured; a stay is cut where limits change', () => {
  const { files, notes } = filesOfCapture(historyOfCapture(LINES));
  const rows = files['captured-states.csv']
    .trim()
    .split('\n')
    .map((row) => row.split(','));
  const column = (name: string): number => rows[0].indexOf(name);
  const told = rows
    .slice(1)
    .map((row) => ['name', 'arrives', 'runs', 'cpu', 'mem'].map((name) => row[column(name)]).join(' '));
  expect(told).toEqual([
    'web-1/0/created 0s 0.4s 0m 0',
    'web-1/1/running 0.4s 3.6s 100m 64Mi',
    'web-2/0/created 1s 0.4s 0m 0',
    'web-2/1/running 1.4s 4.6s 200m 64Mi',
    'job-1/0/created 2s 0.4s 0m 0',
    'job-1/1/running 2.4s 2.6s 300m 1Mi',
    'web-1/2/exited(3) 4s 0.5s 0m 0',
    'web-1/3/running 4.5s  100m 64Mi',
    'job-1/2/exited(0) 5s  0m 0',
    'web-2/2/running 6s  1500m 64Mi',
  ]);
  expect(notes[0]).toBe('CPU of 3 containers that ran: 1 has a limit, 2 ask for the highest that was measured');
});

test('the scenario has services, jobs and crashes as they were', () => {
  const { files } = filesOfCapture(historyOfCapture(LINES));
  const scenario = files['scenario.yaml'];
  for (const part of [
    '  web:\n',
    'replicas: 2',
    'boot: 0.4s',
    'effect: replica-crash',
    'at: 4s',
    'file: captured-jobs.csv',
  ])
    expect(scenario).toContain(part);
  expect(scenario).not.toContain('  job:\n');
  expect(files['captured-jobs.csv'].trim().split('\n')).toHaveLength(2);
});

test('the end of a capture is told in words, and what its names hold cannot paint', () => {
  const history = historyOfCapture(LINES);
  const evil = {
    ...history,
    containers: history.containers.map((one) => ({ ...one, labels: {}, image: 'a\u001b[31m\nb' })),
  };
  const text = captureText({
    history: evil,
    folder: "it's here",
    files: ['captured.json', 'experiment.yaml'],
    notes: ['a note'],
  });
  expect(text).toMatch(/^Captured 10\.0 s of 1 node \(one\): 3 containers, 9 changes of state\.\n/);
  expect(text).toContain("  baton run 'it'\\''s here/experiment.yaml'");
  expect(text).toContain('- a note');
  expect(text).not.toContain('\u001b');
});
