import { expect } from 'vitest';
import { dockerEngine } from '../../src/live/engine/docker-engine.ts';
import { guardedEngine } from '../../src/live/engine/guarded-engine.ts';
import { conduct } from '../../src/live/replay/conduct.ts';
import { checkScript } from '../../src/live/script/check-script.ts';
import type { ScriptStep } from '../../src/live/script/replay-script.ts';
import { ensureWorkload } from '../../src/live/workload/ensure-workload.ts';
import { podImages } from '../../src/live/workload/pod-images.ts';
import { scriptOf, SECOND_US as S } from '../driven-replay.ts';
import { startDocker } from './docker-daemon.ts';
import { dockerTest } from './docker-test.ts';

const SPEED = 10;
const MIB = 1024 * 1024;

/** Twelve pods on two nodes, of which the last two are jobs; every kind of step. */
function everyStep() {
  const pods = Array.from({ length: 12 }, (_, k) => ({
    name: `${k < 10 ? 'web' : 'job'}-${k}`,
    workload: k < 10 ? 'web' : 'job',
    memBytes: 16 * MIB,
    bootUs: 2 * S,
    ...(k < 10 ? { service: 0 } : { runsUs: 20 * S, ...(k === 11 && { exitCode: 3 }) }),
  }));
  const steps: ScriptStep[] = [
    ...pods.map((_, pod): ScriptStep => ({ atUs: pod * 0.5 * S, do: 'start', pod, node: pod % 2 })),
    { atUs: 8 * S, do: 'ready', pod: 0 },
    { atUs: 8 * S, do: 'rotate-in', pod: 0 },
    { atUs: 12 * S, do: 'pause', pod: 1, why: 'hang' },
    { atUs: 14 * S, do: 'stop', pod: 2, graceUs: 30 * S, why: 'update' },
    { atUs: 15 * S, do: 'gone', pod: 2 },
    { atUs: 16 * S, do: 'kill', pod: 3, why: 'crash' },
    { atUs: 20 * S, do: 'restart', pod: 3 },
    { atUs: 22 * S, do: 'resume', pod: 1 },
    { atUs: 24 * S, do: 'resize', pod: 4, cpuMilli: 50, memBytes: 24 * MIB },
    { atUs: 25 * S, do: 'node-cut-off', node: 1, why: 'network' },
    { atUs: 28 * S, do: 'unready', pod: 0 },
    { atUs: 28 * S, do: 'rotate-out', pod: 0 },
    { atUs: 30 * S, do: 'finish', pod: 10 },
    { atUs: 30 * S, do: 'finish', pod: 11 },
    { atUs: 31 * S, do: 'gone', pod: 10 },
    { atUs: 33 * S, do: 'node-speed', node: 0, speed: 0.5, why: 'thermal' },
    { atUs: 35 * S, do: 'node-back', node: 1 },
    { atUs: 38 * S, do: 'node-speed', node: 0, speed: 1, why: 'thermal' },
    { atUs: 40 * S, do: 'node-down', node: 1, why: 'power' },
    ...[1, 3, 5, 7, 9].map((pod): ScriptStep => ({ atUs: 40 * S, do: 'kill', pod, why: 'power' })),
    { atUs: 45 * S, do: 'node-up', node: 1 },
    ...[1, 3].map((pod): ScriptStep => ({ atUs: 46 * S, do: 'restart', pod })),
    ...[5, 7, 9].map((pod): ScriptStep => ({ atUs: 50 * S, do: 'gone', pod })),
    { atUs: 52 * S, do: 'stop', pod: 6, graceUs: 0, why: 'scaled down' },
    { atUs: 55 * S, do: 'gone', pod: 6 },
  ];
  const services = [
    { name: 'web', concurrency: 4, queueLimit: null, workMeanUs: S / 10, cpuPerRequestMilli: 0, balancing: 'random' },
  ];
  return scriptOf(pods, steps, { services });
}

dockerTest('every kind of step is carried out on a real engine, and nothing is left', async () => {
  const { socket } = await startDocker();
  const docker = await dockerEngine({ by: 'socket', path: socket });
  const engine = guardedEngine(docker);
  const script = everyStep();
  expect(checkScript(script)).toEqual([]);
  const scale = { scaleCpu: 1, scaleMem: 1 };
  const workloadImage = await ensureWorkload(engine);
  const record = await conduct(script, {
    engineOf: () => engine,
    imageFor: podImages(script, { workloadImage, act: 'serve', speed: SPEED, ...scale }),
    speed: SPEED,
    ...scale,
  });
  expect(record.troubles).toEqual([]);
  expect(record.steps.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
  expect(record.steps.length).toBe(script.steps.length);
  expect(record.checkpoints.map(({ differences }) => differences)).toEqual(Array.from({ length: 12 }, () => []));
  expect(record.leftBehind).toBe(0);
  expect(record.processes.length).toBe(15);
  for (const { pod, started } of record.processes) expect(started, script.pods[pod].name).toBeDefined();
  // The others may have been told to end before anyone could ask them, where the machine is slow.
  for (const { pod, ordered, ready } of record.processes)
    if ([0, 4, 8].includes(pod)) expect(ready!.wallMs).toBeGreaterThanOrEqual(ordered.wallMs);
  const codes = record.processes.map(({ pod, exitCode }) => [pod, exitCode]);
  expect(codes).toEqual(
    expect.arrayContaining([
      [3, 137],
      [10, 0],
      [11, 3],
      [1, 137],
      [6, 137],
    ]),
  );
  expect(record.samples.length).toBeGreaterThan(0);
  expect(record.outcome).toBe('finished');
  docker.close();
});
