import { expect, test } from 'vitest';
import { controlPlane, create, node, pod, podSpec } from '../cluster-fixture.ts';
import { AnnotatedBehaviour } from './annotated-behaviour.ts';

const DEFAULTS = {
  imageBytes: 200e6,
  pullBytesPerSecond: 50e6,
  bootUs: 2e6,
  stopUs: 1e6,
  cpuUsageShare: 0.5,
  memUsageShare: 0.5,
};

function made(annotations: Record<string, string>, name = 'one', restartPolicy: 'Always' | 'Never' = 'Always') {
  const plane = controlPlane();
  const behaviour = new AnnotatedBehaviour(plane, DEFAULTS);
  const wish = pod(name, {}, { restartPolicy });
  const one = create(plane.api, 'Pod', { ...wish, metadata: { ...wish.metadata, annotations } });
  return { behaviour, one, main: one.spec.containers[0], plane };
}

test('without annotations: the defaults, services for ever and jobs for a minute, which is noted once', () => {
  const { behaviour, one, main } = made({});
  expect(behaviour.bootUs(one, main, 0)).toBe(2e6);
  expect(behaviour.stopUs(one, main)).toBe(1e6);
  expect(behaviour.exit(one, main, 0)).toEqual({ afterUs: Infinity, exitCode: 0 });
  expect(behaviour.notes).toEqual([]);
  const job = made({}, 'job', 'Never');
  expect(job.behaviour.exit(job.one, job.main, 0)).toEqual({ afterUs: 60e6, exitCode: 0 });
  expect(job.behaviour.exit(job.one, job.main, 1).afterUs).toBe(60e6);
  expect(job.behaviour.notes).toEqual([
    '1 pod of jobs ran for 60 s, since no annotation baton.dev/duration says how long (the first: "job")',
  ]);
});

test('a share of runs fails, each run by its own draw, the same in every order', () => {
  const { behaviour, one, main } = made({ 'baton.dev/failure-share': '30%', 'baton.dev/exit-code': '3' });
  const runs = Array.from({ length: 2000 }, (_, restart) => behaviour.exit(one, main, restart));
  const failed = runs.filter(({ exitCode }) => exitCode === 3);
  // Binomial: 600 with a deviation of 20.5; five deviations.
  expect(Math.abs(failed.length - 600)).toBeLessThan(103);
  expect(failed.every(({ afterUs }) => afterUs === 1e6)).toBe(true);
  expect(behaviour.exit(one, main, 77)).toEqual(runs[77]);
  const again = made({ 'baton.dev/failure-share': '30%', 'baton.dev/exit-code': '3' });
  expect(again.behaviour.exit(again.one, again.main, 77)).toEqual(runs[77]);
});

test('durations are drawn by the name of the pod', () => {
  const draw = (name: string): number => {
    const { behaviour, one, main } = made({ 'baton.dev/duration': 'exponential 5m' }, name, 'Never');
    return behaviour.exit(one, main, 0).afterUs;
  };
  expect(draw('a-1')).toBe(draw('a-1'));
  expect(draw('a-1')).not.toBe(draw('a-2'));
  const mean = Array.from({ length: 400 }, (_, k) => draw(`a-${k}`)).reduce((sum, us) => sum + us, 0) / 400;
  // The mean of 400 exponentials has a deviation of 5 %.
  expect(mean / 300e6).toBeGreaterThan(0.8);
  expect(mean / 300e6).toBeLessThan(1.2);
});

test('init containers end, sidecars and what they prepare do not', () => {
  const { behaviour, plane } = made({});
  const main = podSpec().containers[0];
  const spec = podSpec(
    {},
    {
      initContainers: [
        { ...main, name: 'init' },
        { ...main, name: 'mesh', restartPolicy: 'Always' },
      ],
    },
  );
  const wish = { ...pod('two'), spec };
  const two = create(plane.api, 'Pod', {
    ...wish,
    metadata: { ...wish.metadata, annotations: { 'baton.dev/duration': 'init = 5s' } },
  });
  expect(two.spec.initContainers.map((one) => behaviour.exit(two, one, 0).afterUs)).toEqual([5e6, Infinity]);
  expect(behaviour.exit(two, two.spec.containers[0], 0).afterUs).toBe(Infinity);
});

test('images: what a pod says, what a node has, the default', () => {
  const { behaviour, plane } = made({ 'baton.dev/image-size': '1Gi' });
  expect(behaviour.imageBytes('registry.example/app:1')).toBe(2 ** 30);
  const wish = node('n1');
  const images = [{ names: ['redis:7', 'redis@sha256:1'], sizeBytes: 40e6 }];
  create(plane.api, 'Node', { ...wish, status: { ...wish.status, images } });
  expect(behaviour.imageBytes('redis@sha256:1')).toBe(40e6);
  expect(behaviour.imageBytes('nginx:1')).toBe(200e6);
});
