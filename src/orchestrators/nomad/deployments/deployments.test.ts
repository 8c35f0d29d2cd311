import { expect, test } from 'vitest';
import { modelledService } from '../../data-plane/data-plane-fixture.ts';
import { nomadRun, serviceJob, standingAllocs, updateAt } from '../nomad-fixture.ts';
import type { NomadLoop } from '../nomad-loop.ts';
import { isTerminal } from '../state/allocation.ts';

const S = 1e6;
const CRASHES = { workFactor: 1, errorShare: 0, crashAfterUs: 3 * S };

const imagesOf = (loop: NomadLoop): string[] =>
  standingAllocs(loop, 'web').map(({ of }) => of.job.groups[0].tasks[0].image);

/** How many of the job's are healthy now; and how many of a new image are not healthy yet. */
function watchUpdate(loop: NomadLoop, seen: { least: number; most: number }, from: number): void {
  const { state, plane } = loop.server;
  if (plane.clock.nowUs < from) return;
  const standing = state.allocsOf('web').filter((alloc) => !isTerminal(alloc));
  const fresh = standing.filter(({ of }) => of.version > 0 && of.job.groups[0].tasks[0].image === 'web:2');
  seen.most = Math.max(seen.most, fresh.filter(({ healthy }) => healthy !== true).length);
  seen.least = Math.min(seen.least, standing.filter(({ healthy }) => healthy === true).length);
}

test.each([1, 2, 3])(
  'a rolling update keeps to max_parallel = %i, and each step waits min_healthy_time',
  (parallel) => {
    const seen = { least: Infinity, most: 0 };
    const { loop } = nomadRun(serviceJob('web', 6, `update {\nmax_parallel = ${parallel}\n}`), {
      durationUs: 300 * S,
      operations: [updateAt(10, 'web', 'web:2')],
      each: (one) => watchUpdate(one, seen, 0),
    });
    expect(imagesOf(loop)).toEqual(Array.from({ length: 6 }, () => 'web:2'));
    expect(seen.most).toBe(parallel);
    expect(seen.least).toBe(6 - parallel);
    expect(loop.server.state.deployments.get('web')?.status).toBe('successful');
    const steps = [...new Set(standingAllocs(loop, 'web').map(({ createdUs }) => createdUs))].sort((a, b) => a - b);
    expect(steps.length).toBe(6 / parallel);
    // 10 s healthy, up to 0.2 s until told, a second of the watcher's, and the start of the process.
    for (let k = 1; k < steps.length; k++) {
      expect(steps[k] - steps[k - 1]).toBeGreaterThan(11 * S);
      expect(steps[k] - steps[k - 1]).toBeLessThan(17 * S);
    }
  },
);

test('a canary is placed beside the others, promoted by itself, and the rest follows', () => {
  const counts: number[] = [];
  const { loop } = nomadRun(serviceJob('web', 4, 'update {\ncanary = 1\nauto_promote = true\nmax_parallel = 4\n}'), {
    durationUs: 200 * S,
    operations: [updateAt(10, 'web', 'web:2')],
    each: (one) => counts.push(standingAllocs(one, 'web').length),
  });
  expect(Math.max(...counts)).toBe(5);
  expect(imagesOf(loop)).toEqual(['web:2', 'web:2', 'web:2', 'web:2']);
  expect(new Set(standingAllocs(loop, 'web').map(({ name }) => name)).size).toBe(4);
  expect(loop.server.state.deployments.get('web')?.status).toBe('successful');
});

test('a canary that nobody promotes waits, and nothing else is touched', () => {
  const { loop } = nomadRun(serviceJob('web', 3, 'update {\ncanary = 2\n}'), {
    durationUs: 1200 * S,
    operations: [updateAt(10, 'web', 'web:2')],
  });
  expect(imagesOf(loop).sort()).toEqual(['web:1', 'web:1', 'web:1', 'web:2', 'web:2']);
  expect(loop.server.state.deployments.get('web')?.status).toBe('running');
});

test('auto_revert: without progress for progress_deadline the job goes back to the version that was stable', () => {
  const update = `update {
    max_parallel = 1
    healthy_deadline = "1m"
    progress_deadline = "2m"
    auto_revert = true
  }`;
  const { loop, run } = nomadRun(serviceJob('web', 3, update), {
    durationUs: 400 * S,
    operations: [updateAt(10, 'web', 'web:2', CRASHES)],
  });
  const failed = run.recorder.records.happenings.filter(({ kind }) => kind === 'deployment-failed');
  expect(failed.length).toBe(1);
  expect(failed[0].timeUs).toBeGreaterThanOrEqual(130 * S);
  expect(failed[0].timeUs).toBeLessThan(132 * S);
  expect(imagesOf(loop)).toEqual(['web:1', 'web:1', 'web:1']);
  expect(loop.server.state.jobs.get('web')?.current.version).toBe(2);
  expect(loop.server.state.deployments.get('web')?.status).toBe('successful');
});

test('progress_deadline = 0: the first unhealthy allocation fails the deployment, and what is old stays', () => {
  const update = `update {
    healthy_deadline = "30s"
    progress_deadline = "0s"
  }`;
  const { loop, run } = nomadRun(serviceJob('web', 3, update), {
    durationUs: 300 * S,
    operations: [updateAt(10, 'web', 'web:2', CRASHES)],
  });
  const failed = run.recorder.records.happenings.find(({ kind }) => kind === 'deployment-failed');
  expect(failed?.timeUs).toBeLessThan(45 * S);
  expect(imagesOf(loop).sort().slice(0, 2)).toEqual(['web:1', 'web:1']);
  expect(loop.server.state.deployments.get('web')?.status).toBe('failed');
});

test('a deployment that has failed replaces its own failed allocations no more; older ones that fail are replaced', () => {
  const update = `update {
    healthy_deadline = "30s"
    progress_deadline = "0s"
  }
  restart {
    attempts = 0
    mode = "fail"
  }`;
  const { loop } = nomadRun(serviceJob('web', 3, update), {
    durationUs: 400 * S,
    services: [modelledService('web')],
    operations: [updateAt(10, 'web', 'web:2', CRASHES)],
    weather_: [{ atUs: 300 * S, event: { kind: 'replica-crash', service: 0, which: 0.3, cause: 'test' } }],
  });
  const { state } = loop.server;
  const failed = state.deployments.get('web')!;
  expect(failed.status).toBe('failed');
  const own = state.allocsOf('web').filter(({ deployment }) => deployment === failed.id);
  expect(own.map(({ status, next }) => [status, next])).toEqual([['failed', undefined]]);
  // The reschedule delay of 30 s after the crash.
  const later = state.allocsOf('web').find(({ createdUs }) => createdUs > 60 * S)!;
  expect(later.createdUs).toBeGreaterThan(329 * S);
  expect(later.createdUs).toBeLessThan(332 * S);
});

test('a change that needs no new tasks leaves them where they are', () => {
  const { loop } = nomadRun(serviceJob('web', 4), {
    durationUs: 120 * S,
    operations: [
      { atUs: 10 * S, text: 'nomad job scale web 6', change: { verb: 'scale', workload: 'web', replicas: 6 } },
    ],
  });
  const standing = standingAllocs(loop, 'web');
  expect(standing.length).toBe(6);
  expect(standing.filter(({ createdUs }) => createdUs < 0).length).toBe(4);
  expect(standing.every(({ of }) => of.version === 1)).toBe(true);
  expect(loop.server.state.deployments.get('web')?.status).toBe('successful');
});

test('scaled down, the highest indexes go', () => {
  const { loop } = nomadRun(serviceJob('web', 6), {
    durationUs: 60 * S,
    operations: [
      { atUs: 10 * S, text: 'nomad job scale web 3', change: { verb: 'scale', workload: 'web', replicas: 3 } },
    ],
  });
  expect(
    standingAllocs(loop, 'web')
      .map(({ index }) => index)
      .sort((a, b) => a - b),
  ).toEqual([0, 1, 2]);
});

test('a canary that fails takes its deployment with it and is stopped; nothing else is touched', () => {
  const update = `update {
    canary = 1
    healthy_deadline = "30s"
    progress_deadline = "0s"
  }`;
  const { loop } = nomadRun(serviceJob('web', 3, update), {
    durationUs: 300 * S,
    operations: [updateAt(10, 'web', 'web:2', CRASHES)],
  });
  const { state } = loop.server;
  expect(state.deployments.get('web')?.status).toBe('failed');
  expect(imagesOf(loop)).toEqual(['web:1', 'web:1', 'web:1']);
  const canaries = state.allocsOf('web').filter(({ isCanary }) => isCanary);
  expect(canaries.map(({ desired }) => desired)).toEqual(['stop']);
});

test('beside an allocation that is unhealthy no other one is updated, though max_parallel would allow it', () => {
  const update = `update {
    max_parallel = 2
    healthy_deadline = "30s"
    progress_deadline = "10m"
  }
  reschedule {
    attempts = 0
    unlimited = false
  }`;
  const { loop } = nomadRun(serviceJob('web', 6, update), {
    durationUs: 400 * S,
    operations: [updateAt(10, 'web', 'web:2', CRASHES)],
  });
  const fresh = loop.server.state.allocsOf('web').filter(({ of }) => of.version === 1);
  expect(fresh.length).toBe(2);
  expect(imagesOf(loop).filter((image) => image === 'web:1').length).toBe(4);
});
