import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { machineSpecs, runLoop } from '../data-plane/data-plane-fixture.ts';
import { PLAIN_PROCESS } from '../data-plane/process-behaviour.ts';
import { nomad } from './index.ts';
import type { NomadLoop } from './nomad-loop.ts';
import { isTerminal } from './state/allocation.ts';

const FOLDER = 'scenarios/native/nomad';
const files = readdirSync(FOLDER).filter((file) => /\.(nomad|hcl|json)$/.test(file));
const MINUTE = 60e6;

test('there are ten everyday files', () => {
  expect(files.length).toBe(10);
});

test.each(files)('%s is read as it stands and comes to rest within 15 minutes', (file) => {
  const native = nomad.read([{ file, text: readFileSync(`${FOLDER}/${file}`, 'utf8') }]);
  expect(native.workloads.length).toBeGreaterThan(0);
  const make = nomad.loop(native, {
    behaviourOf: (workload) =>
      native.workloads.find(({ name }) => name === workload)?.kind === 'job'
        ? { ...PLAIN_PROCESS, runs: { kind: 'constant', meanUs: 40e6 } }
        : PLAIN_PROCESS,
    constants: {},
  });
  const machines = machineSpecs(6, ['a', 'b', 'c'], {
    cpuMilli: 8000,
    memBytes: 32 * 2 ** 30,
    gpuCount: 1,
    labels: { accelerator: 'l4' },
  });
  const run = runLoop(make, {
    durationUs: 15 * MINUTE,
    coldStart: true,
    epochMs: 60_000,
    machines,
    zones: ['a', 'b', 'c'],
  });
  const loop = run.loop as NomadLoop;
  expect(loop.isQuiet()).toBe(true);
  for (const job of native.jobs)
    for (const group of job.groups) {
      const allocs = loop.server.state.allocsOf(job.id).filter((alloc) => alloc.group === group.name);
      const running = allocs.filter((alloc) => !isTerminal(alloc) && alloc.status === 'running').length;
      if (job.type === 'service') expect(running, group.name).toBe(group.count);
      else if (job.type === 'system') expect(running, group.name).toBe(6);
      else if (job.periodic !== undefined)
        expect([...loop.server.state.jobs.keys()].filter((id) => id.startsWith(`${job.id}/periodic-`)).length).toBe(3);
      else expect(allocs.filter(({ status }) => status === 'complete').length, group.name).toBe(group.count);
      if (job.type === 'service') expect(loop.server.state.deployments.get(job.id)?.status).toBe('successful');
    }
});
