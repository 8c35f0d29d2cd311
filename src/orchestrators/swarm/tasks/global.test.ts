import { expect, test } from 'vitest';
import { runSwarm, S, service, type SwarmRun } from '../swarm-fixture.ts';

const agent = service('agent', { mode: 'global', replicas: 0 });
const perNode = (run: SwarmRun, atUs: number) => [0, 1, 2, 3].map((node) => run.runningAt(atUs).get(node)?.length ?? 0);
const imageOn = (run: SwarmRun, node: number, atUs: number) => run.runningAt(atUs).get(node)?.[0]?.of.spec.image;
const crash = (fromS: number, toS: number) => [
  { atUs: fromS * S, event: { kind: 'node-down' as const, node: 0, cause: 'test' } },
  { atUs: toS * S, event: { kind: 'node-up' as const, node: 0, cause: 'test' } },
];

test('a paused node keeps its task through an update, and gets the new version at once when it is active again', () => {
  const run = runSwarm({
    services: [agent],
    operations: [
      [50 * S, { verb: 'pause', machine: 'n1' }],
      [60 * S, { verb: 'update', workload: 'agent', image: 'agent:2' }],
      [200 * S, { verb: 'activate', machine: 'n1' }],
    ],
  });
  expect([0, 1, 2, 3].map((node) => imageOn(run, node, 190 * S))).toEqual(['agent:1', 'agent:2', 'agent:2', 'agent:2']);
  expect(imageOn(run, 0, 220 * S)).toBe('agent:2');
  expect(perNode(run, 220 * S)).toEqual([1, 1, 1, 1]);
});

test('a paused node gets nothing in the place of what has ended there, nor when it has been DOWN', () => {
  for (const [fromS, toS] of [
    [100, 103],
    [100, 160],
  ]) {
    const run = runSwarm({
      services: [agent],
      operations: [
        [50 * S, { verb: 'pause', machine: 'n1' }],
        [300 * S, { verb: 'activate', machine: 'n1' }],
      ],
      weather: crash(fromS, toS),
    });
    expect(perNode(run, 99 * S)).toEqual([1, 1, 1, 1]);
    expect(perNode(run, 290 * S)).toEqual([0, 1, 1, 1]);
    // Not even one that would have to wait.
    const made = run.written.filter(
      ({ what, taskNode, atUs }) => what === 'created' && taskNode === 0 && atUs > 50 * S && atUs < 300 * S,
    );
    expect(made).toEqual([]);
    expect(perNode(run, 320 * S)).toEqual([1, 1, 1, 1]);
  }
});

test('a drained node loses its task, without another one elsewhere, and gets one when it is active again', () => {
  const run = runSwarm({
    services: [agent],
    operations: [
      [50 * S, { verb: 'drain', machine: 'n1' }],
      [100 * S, { verb: 'activate', machine: 'n1' }],
    ],
  });
  expect(perNode(run, 99 * S)).toEqual([0, 1, 1, 1]);
  expect(perNode(run, 120 * S)).toEqual([1, 1, 1, 1]);
});

test('a job that is run anew while it still runs ends what runs, and a paused node has no part in it', () => {
  const run = runSwarm({
    services: [
      service('once', { mode: 'global-job', replicas: 0 }),
      service('batch', { mode: 'replicated-job', replicas: 3, maxConcurrent: 3 }),
    ],
    behaviour: { runs: { kind: 'constant', meanUs: 3000 * S } },
    operations: [
      [50 * S, { verb: 'pause', machine: 'n1' }],
      [100 * S, { verb: 'apply', files: [] }],
    ],
  });
  const of = (name: string, atUs: number) =>
    [...run.runningAt(atUs).values()].flat().filter((task) => task.service.name === name);
  expect(of('once', 99 * S).length).toBe(4);
  expect(of('batch', 99 * S).length).toBe(3);
  expect(of('once', 150 * S).map(({ jobIteration, node }) => [jobIteration, node])).toEqual([
    [1, 1],
    [1, 2],
    [1, 3],
  ]);
  expect(of('batch', 150 * S).map(({ jobIteration }) => jobIteration)).toEqual([1, 1, 1]);
});
