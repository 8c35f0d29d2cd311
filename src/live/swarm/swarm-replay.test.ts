import { expect, test } from 'vitest';
import { fc } from '../../../test/fuzz.ts';
import type { SwarmMeasured } from './carry-out-swarm.ts';
import { pinnedSteps } from './pinned-steps.ts';
import { predictSwarm } from './predict-swarm.ts';
import { serviceBody } from './service-body.ts';
import { checkSwarm, isAsPredicted } from './swarm-check.ts';
import type { SwarmReplay, SwarmReplayStep } from './swarm-replay.ts';
import { placementAt, type SwarmRun, type TaskLife } from './swarm-run.ts';
import { machineOf } from './swarm-target.ts';
import { changedServices, wantedAfter, wantedAtFirst } from './wanted-stack.ts';

const node = (Hostname: string) => ({
  ID: Hostname,
  Version: { Index: 1 },
  Spec: { Labels: { zone: 'a' }, Role: Hostname === 'n0' ? 'manager' : 'worker', Availability: 'active' },
  Description: {
    Hostname,
    Resources: {
      NanoCPUs: 2e9,
      MemoryBytes: 2 ** 30,
      GenericResources: [{ DiscreteResourceSpec: { Kind: 'gpu', Value: 2 } }],
    },
    Engine: { Labels: { disk: 'ssd' } },
  },
  Status: { State: 'ready' },
});
const NODES = ['n0', 'n1', 'n2'].map(node);
const MACHINES = NODES.map(machineOf);

const FILES = [{ file: 'stack.yaml', text: 'services: { web: { image: web:1, deploy: { replicas: 4 } } }' }];

const replayOf = (steps: readonly SwarmReplayStep[], mode: SwarmReplay['mode'] = 'free'): SwarmReplay => ({
  runId: 'r',
  title: 'stack',
  mode,
  files: FILES,
  steps,
  durationUs: 300e6,
  speed: 1,
  seed: 1,
  images: new Map(),
});

const STEPS: readonly SwarmReplayStep[] = [
  { atUs: 20e6, text: 'scale web=7', change: { verb: 'scale', workload: 'web', replicas: 7 } },
  { atUs: 40e6, text: 'update web web:2', change: { verb: 'update', workload: 'web', image: 'web:2' } },
  { atUs: 120e6, text: 'drain n1', change: { verb: 'drain', machine: 'n1' } },
];

test('a node is a machine with its labels, those of its engine, its role and what can be counted', () => {
  expect(MACHINES[0]).toMatchObject({
    name: 'n0',
    cpuMilli: 2000,
    memBytes: 2 ** 30,
    labels: { zone: 'a', 'engine.labels.disk': 'ssd', 'generic.gpu': '2', 'node.role': 'manager' },
  });
  expect(MACHINES[1].labels).not.toHaveProperty(['node.role']);
});

test('what is wanted follows what people do, and only what has changed is changed', () => {
  const first = wantedAtFirst(FILES);
  const scaled = wantedAfter(first, STEPS[0].change);
  expect(scaled.get('web')?.replicas).toBe(7);
  expect(changedServices(first, scaled)).toEqual(['web']);
  expect(changedServices(scaled, wantedAfter(scaled, STEPS[2].change))).toEqual([]);
  const removed = wantedAfter(scaled, { verb: 'remove', workload: 'web' });
  expect([removed.size, changedServices(scaled, removed)]).toEqual([0, ['web']]);
});

test('a replay ends when nothing changes any more', () => {
  const { predicted, durationUs } = predictSwarm(replayOf(STEPS), MACHINES);
  expect(durationUs).toBeGreaterThan(120e6);
  expect(durationUs).toBeLessThan(160e6);
  expect([...placementAt(predicted, durationUs, 3)['web']].sort((a, b) => a - b)).toEqual([0, 3, 4]);
});

test('pinned services add up to what the simulation had, at every moment and node by node', () => {
  const { predicted } = predictSwarm(replayOf(STEPS, 'pinned'), MACHINES);
  const pinned = pinnedSteps(predicted, wantedAtFirst(FILES), STEPS);
  expect(new Set(pinned.map(({ version, spec }) => `${version} ${spec.image}`))).toEqual(
    new Set(['1 web:1', '2 web:2']),
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 150 }), (second) => {
      const atUs = second * 1e6 + 500_000;
      const wanted = [0, 0, 0];
      const counts = new Map<string, [number, number]>();
      for (const { workload, version, machine, count, atUs: at } of pinned)
        if (at <= atUs) counts.set(`${workload} ${version} ${machine}`, [machine, count]);
      for (const [machine, count] of counts.values()) wanted[machine] += count;
      const there = predicted.tasks.filter(({ madeUs, endedUs }) => madeUs <= atUs && atUs < endedUs);
      const actual = [0, 1, 2].map((machine) => there.filter((task) => task.machine === machine).length);
      // Changes within 0.2 s are one, so only moments without any nearby are compared.
      const isCalm = predicted.tasks.every(({ madeUs, endedUs }) =>
        [madeUs, endedUs].every((us) => Math.abs(us - atUs) > 250_000),
      );
      if (isCalm) expect(wanted).toEqual(actual);
    }),
  );
});

const task = (machine: number, runningUs: number, endedUs = Infinity): TaskLife => ({
  workload: 'web',
  name: 'web.1',
  machine,
  madeUs: 0,
  runningUs,
  endedUs,
});

function checked(predicted: readonly number[], measured: readonly number[], mode: SwarmReplay['mode']) {
  const run = (machines: readonly number[]): SwarmRun => ({
    tasks: machines.map((machine) => task(machine, 1e6)),
    happenings: [],
    durationUs: 10e6,
  });
  const real: SwarmMeasured = { run: run(measured), stepsUs: [], troubles: [], isCutOff: false };
  return checkSwarm({
    replay: { ...replayOf([], mode), durationUs: 10e6 },
    target: { version: '1', nodes: NODES, machines: MACHINES },
    address: '/x',
    predicted: run(predicted),
    measured: real,
    startedAt: '',
    notes: [],
    left: [],
  });
}

test('other nodes that are alike are no difference when the swarm chooses, and one when tasks are pinned', () => {
  const tie = checked([0, 0, 1], [1, 2, 2], 'free');
  expect(tie.moments.map(({ verdict }) => verdict)).toEqual(['alike']);
  expect(isAsPredicted(tie)).toBe(true);
  expect(isAsPredicted(checked([0, 0, 1], [1, 2, 2], 'pinned'))).toBe(false);
  expect(isAsPredicted(checked([0, 0, 1], [0, 0, 1], 'pinned'))).toBe(true);
  expect(isAsPredicted(checked([0, 0, 1], [0, 0, 0], 'free'))).toBe(false);
});

test('a service is made with our labels, no ports and no mounts; with another image an update still is one', () => {
  const spec = wantedAtFirst([
    {
      file: 'x.yaml',
      text: 'services: { web: { image: web:1, entrypoint: [sh, -c], command: [run], ports: ["80:80"], volumes: ["a:/b"] } }',
    },
  ]).get('web')!;
  const own = serviceBody(spec, { runId: 'r', name: 'real' });
  expect(own).toMatchObject({
    Name: 'real',
    Labels: { 'dev.baton.run': 'r', 'dev.baton.workload': 'web' },
    TaskTemplate: { ContainerSpec: { Image: 'web:1', Command: ['sh', '-c'], Args: ['run'] } },
    EndpointSpec: { Ports: [] },
  });
  expect(JSON.stringify(own)).not.toMatch(/Mounts|Published/);
  const replaced = serviceBody(spec, { runId: 'r', name: 'real', image: { image: 'other' }, pinnedTo: 'n1' });
  expect(replaced).toMatchObject({
    TaskTemplate: {
      ContainerSpec: { Image: 'other', Env: ['BATON_IMAGE=web:1'] },
      Placement: { Constraints: ['node.hostname==n1'] },
    },
  });
});
