import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fixtureSpec, machineSpec } from '../data-plane/data-plane-fixture.ts';
import { OrchestratedRun } from '../data-plane/orchestrated-run.ts';
import { PLAIN_PROCESS } from '../data-plane/process-behaviour.ts';
import { mesos } from './index.ts';

const FOLDER = 'scenarios/native/mesos';
const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .sort();
const ZONES = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'];
const GIB = 2 ** 30;

/** Six agents in three zones, one for the public, two with GPUs. */
const CLUSTER = [
  ...[0, 1, 2, 3, 4, 5].map((k) =>
    machineSpec(`agent-${k + 1}`, {
      cpuMilli: 8000,
      memBytes: 32 * GIB,
      zone: ZONES[k % 3],
      labels: { rack: `rack-${(k % 3) + 1}`, disk: k < 3 ? 'ssd' : 'nvme' },
    }),
  ),
  machineSpec('public-1', {
    zone: ZONES[0],
    labels: { 'mesos-resources': 'cpus(slave_public):4;mem(slave_public):8192' },
  }),
  ...[1, 2].map((k) => machineSpec(`gpu-${k}`, { zone: ZONES[k], gpuCount: 2, labels: { rack: 'rack-3' } })),
];

function run(names: readonly string[]): OrchestratedRun {
  const native = mesos.read(
    names.map((name) => ({ file: `${FOLDER}/${name}`, text: readFileSync(`${FOLDER}/${name}`, 'utf8') })),
  );
  const jobs = new Set(native.jobs.keys());
  const behaviourOf = (workload: string) => ({
    ...PLAIN_PROCESS,
    ...(jobs.has(workload) ? { runs: { kind: 'constant', meanUs: 40e6 } as const } : {}),
  });
  const loop = mesos.loop(native, { behaviourOf, constants: {} });
  const all = new OrchestratedRun(
    fixtureSpec(loop, { machines: CLUSTER, zones: ZONES, durationUs: 899e6, coldStart: true }),
    { seed: 1 },
  );
  while (all.step());
  return all;
}

describe('ten everyday files and more, unedited', () => {
  test('there are as many as said', () => {
    expect(files.length).toBeGreaterThanOrEqual(10);
  });

  test.each(files)('%s is read without a fault and comes to rest within 15 minutes', (name) => {
    const all = run([name]);
    expect(all.loop.isQuiet()).toBe(true);
    expect(all.result().fingerprint).not.toBe('');
  });

  test('all of them together come to rest on one cluster', () => {
    expect(run(files).loop.isQuiet()).toBe(true);
  });
});

test('a scheduled job runs at five and ten past', () => {
  const all = run(['report-job.json']);
  const ends = all.recorder.records.events
    .filter(({ reason }) => reason === 'TASK_FINISHED')
    .map(({ timeUs }) => Math.floor(timeUs / 60e6));
  expect(ends).toEqual([5, 10]);
});
