import { expect, test } from 'vitest';
import { SCRIPT_FORMAT, type ReplayScript, type ScriptPod, type ScriptService } from '../script/replay-script.ts';
import { podImages } from './pod-images.ts';
import { readUserImages } from './user-images.ts';
import { workloadCommand } from './workload-command.ts';
import { workloadOrdersOf, type ActingOptions } from './workload-orders-of.ts';

const MIB = 1024 * 1024;

const web: ScriptService = {
  name: 'web',
  concurrency: 4,
  queueLimit: 100,
  workMeanUs: 60_000,
  cpuPerRequestMilli: 500,
  balancing: 'round-robin',
};

const replica: ScriptPod = {
  name: 'web-1',
  workload: 'web',
  service: 0,
  cpuMilli: 2000,
  memBytes: 512 * MIB,
  cpuUseMilli: 300,
  memUseBytes: 400 * MIB,
  bootUs: 6_000_000,
  restart: 'always',
};

const job: ScriptPod = {
  ...replica,
  name: 'job-1',
  workload: 'jobs',
  runsUs: 90_000_000,
  exitCode: 3,
  restart: 'never',
};
const { service: _, ...noService } = job;

function scriptOf(pods: readonly ScriptPod[], service: ScriptService = web): ReplayScript {
  return {
    format: SCRIPT_FORMAT,
    runId: 'test',
    title: 'test',
    policy: 'test',
    seed: 1,
    fingerprint: '0',
    durationUs: 1e9,
    nodes: [],
    services: [service],
    pods,
    steps: [
      { atUs: 1, do: 'stop', pod: 0, graceUs: 20_000_000, why: 'test' },
      { atUs: 2, do: 'stop', pod: 0, graceUs: 10_000_000, why: 'test' },
    ],
    predicted: { metrics: {} },
    notes: [],
  };
}

const options: ActingOptions = { act: 'all', speed: 10, scaleCpu: 1, scaleMem: 1 };
const ordersOf = (pod: ScriptPod, changed: Partial<ActingOptions> = {}, service = web) =>
  workloadOrdersOf(scriptOf([pod], service), { ...options, ...changed })(0);

test('times are divided by the speed; it uses what the scenario says', () => {
  expect(ordersOf(replica)).toEqual({
    bootMs: 600,
    burnMilli: 300,
    holdBytes: 400 * MIB,
    serve: { concurrency: 4, queueLimit: 100, serviceUs: 6000, by: 'burn', burnShare: 0.5 },
    lingerMs: 1800,
  });
  expect(ordersOf(noService, { speed: 1 })).toEqual({
    bootMs: 6000,
    runMs: 90_000,
    exitCode: 3,
    burnMilli: 300,
    holdBytes: 400 * MIB,
    lingerMs: 18_000,
  });
});

test('how much it acts is chosen', () => {
  const sleeping = { concurrency: 4, queueLimit: 100, serviceUs: 6000, by: 'sleep' };
  const rest = { bootMs: 600, lingerMs: 1800 };
  expect(ordersOf(replica, { act: 'none' })).toEqual(rest);
  expect(ordersOf(replica, { act: 'serve' })).toEqual({ ...rest, serve: sleeping });
  expect(ordersOf(replica, { act: 'memory' })).toEqual({ ...rest, serve: sleeping, holdBytes: 400 * MIB });
  expect(ordersOf(replica, { act: 'cpu' })).toEqual({
    ...rest,
    serve: { ...sleeping, by: 'burn', burnShare: 0.5 },
    burnMilli: 300,
  });
  expect(ordersOf(replica, {}, { ...web, cpuPerRequestMilli: 0 }).serve!.by).toBe('sleep');
});

test('versions work longer and fail; what is not known is left out', () => {
  expect(ordersOf({ ...replica, workFactor: 2, errorShare: 0.25 }, { act: 'serve' }).serve).toEqual({
    concurrency: 4,
    queueLimit: 100,
    serviceUs: 12_000,
    by: 'sleep',
    errorShare: 0.25,
  });
  const vague = { ...web, queueLimit: null, workMeanUs: null };
  expect(ordersOf(replica, { act: 'serve' }, vague).serve).toEqual({ concurrency: 4, serviceUs: 0, by: 'sleep' });
});

test('use is scaled as limits are, and stays within them where the simulation stays within them', () => {
  expect(ordersOf(replica, { scaleCpu: 0.1, scaleMem: 0.1 })).toMatchObject({
    burnMilli: 30,
    holdBytes: 40 * MIB,
    serve: { burnShare: 0.05 },
  });
  expect(ordersOf(replica, { scaleCpu: 'shares' })).toMatchObject({ burnMilli: 300, serve: { burnShare: 0.5 } });
  // Full to its limit: the kernel needs some of it.
  expect(ordersOf({ ...replica, memUseBytes: 512 * MIB }).holdBytes).toBe(509 * MIB);
  // The least that a container may have is 6 MiB.
  expect(ordersOf(replica, { scaleMem: 0.001 }).holdBytes).toBe(Math.round(0.4 * MIB));
  expect(ordersOf({ ...replica, memUseBytes: 512 * MIB }, { scaleMem: 0.01 }).holdBytes).toBe(3 * MIB);
  // Too much is too much here as well.
  expect(ordersOf({ ...replica, memLimitBytes: 256 * MIB }).holdBytes).toBe(400 * MIB);
});

test('each pod gets the image of the user, or our own with its orders as a command line', () => {
  const script = scriptOf([replica, job]);
  const imageFor = podImages(script, {
    ...options,
    workloadImage: 'baton-workload:0123',
    userImages: readUserImages(['jobs=busybox,command=true']),
  });
  expect(imageFor(job, 1)).toEqual({ image: 'busybox', command: ['true'] });
  expect(imageFor(replica, 0)).toEqual({
    image: 'baton-workload:0123',
    ports: [8080],
    command: [
      '/baton-workload',
      'port=8080',
      'boot-ms=600',
      'burn-milli=300',
      `hold-bytes=${400 * MIB}`,
      'serve=burn',
      'concurrency=4',
      'queue-limit=100',
      'service-us=6000',
      'share-milli=500',
      'linger-ms=1800',
    ],
  });
});

test('a command line names only what is ordered', () => {
  expect(workloadCommand({ bootMs: 0.6, runMs: 99.4, exitCode: 1, lingerMs: 0 })).toEqual([
    '/baton-workload',
    'port=8080',
    'boot-ms=1',
    'run-ms=99',
    'exit-code=1',
    'linger-ms=0',
  ]);
});

test('who boots otherwise when it is started again is told so', () => {
  const script = scriptOf([{ ...replica, bootUs: 0 }]);
  const restarts = [30, 40].map((bootS) => ({ atUs: 3, do: 'restart', pod: 0, bootUs: bootS * 1e6 }) as const);
  const orders = workloadOrdersOf({ ...script, steps: [...script.steps, ...restarts] }, options)(0);
  expect(orders).toMatchObject({ bootMs: 0, againBootMs: 3000 });
  expect(workloadCommand(orders)).toContain('again-boot-ms=3000');
});
