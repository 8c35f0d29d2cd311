import { describe, expect, test } from 'vitest';
import { fc } from '../../../../../test/fuzz.ts';
import { create, podSpec, template, type TestControlPlane } from '../../cluster-fixture.ts';
import type { Pod } from '../../objects/pod.ts';
import type { JobSpec } from '../../objects/workloads.ts';
import { changeSpec, eventsOf, job, runTo, workloadCluster, type FakeMachines } from '../workload-fixture.ts';
import { backoffUs } from './job-backoff.ts';
import { indexesText, indexOf } from './job-indexes.ts';

const SUCCEEDS = (afterS = 5) => ({ end: () => ({ afterUs: afterS * 1e6, exitCode: 0 }) });
const FAILS = { end: () => ({ afterUs: 0, exitCode: 1 }) };

function cluster(fields: Partial<JobSpec>, machines: Partial<FakeMachines>): TestControlPlane {
  return workloadCluster((api) => create(api, 'Job', job('sum', fields)), machines);
}
const statusOf = (plane: TestControlPlane) => plane.api.store('Job').named('default', 'sum')!.status;
/** Whether no pod was made before it. */
const isFirst = (plane: TestControlPlane, { id }: Pod): boolean =>
  [...plane.api.pods.all()].every((other) => other.id >= id);
const created = (plane: TestControlPlane) => eventsOf(plane, 'SuccessfulCreate').map(({ seconds }) => seconds);

test('one pod that succeeds completes a job, a second after it ended', () => {
  const plane = cluster({}, SUCCEEDS());
  runTo(plane, 60);
  const status = statusOf(plane);
  expect(status).toMatchObject({ active: 0, succeeded: 1, failed: 0, outcome: 'Complete' });
  // Created after 1 ms, bound after another, ready after 1 s, ended after 5 s, counted in a batch of 1 s.
  expect(status.finishedUs! / 1e6).toBeCloseTo(7, 1);
  expect(eventsOf(plane, 'Completed')[0].message).toBe('Job completed');
  const [pod] = plane.api.pods.all();
  expect(pod.metadata.name).toMatch(/^sum-[a-z0-9]{5}$/);
  expect(pod.metadata.labels['job-name']).toBe('sum');
});

test('as many pods are active as parallelism and what is left allow', () => {
  const plane = cluster({ completions: 5, parallelism: 2 }, SUCCEEDS());
  let most = 0;
  plane.api.pods.watch(() => {
    const active = [...plane.api.pods.all()].filter(({ status }) => status.phase !== 'Succeeded');
    most = Math.max(most, active.length);
  });
  runTo(plane, 100);
  expect([most, plane.api.podsCreated]).toEqual([2, 5]);
  expect(statusOf(plane)).toMatchObject({ succeeded: 5, outcome: 'Complete' });
});

test('without completions the first success ends it: no pod more, the others may finish', () => {
  const { completions: _, ...fields } = job('sum', { parallelism: 3 }).spec;
  const plane = workloadCluster((api) => create(api, 'Job', { ...job('sum'), spec: fields }), {
    end: (pod) => ({ afterUs: pod.id % 2 === 0 ? 5e6 : 60e6, exitCode: 0 }),
  });
  runTo(plane, 30);
  expect(statusOf(plane).outcome).toBe(undefined);
  runTo(plane, 100);
  expect(statusOf(plane)).toMatchObject({ succeeded: 3, outcome: 'Complete' });
  expect(plane.api.podsCreated).toBe(3);
});

describe('failures', () => {
  test('hold the next pod up for 10, 20, 40, 80, 160, 320 and then 600 s', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 40].map((failures) => backoffUs(failures) / 1e6)).toEqual([
      0, 10, 20, 40, 80, 160, 320, 600, 600, 600,
    ]);
    const plane = cluster({ backoffLimit: 8 }, FAILS);
    runTo(plane, 4000);
    const times = created(plane);
    const ended = times.map((time) => time + 1.001);
    expect(times.slice(1).map((time, k) => Math.round(time - ended[k]))).toEqual([10, 20, 40, 80, 160, 320, 600, 600]);
    // Nine failures are more than the limit of 8.
    expect(statusOf(plane)).toMatchObject({ failed: 9, outcome: 'Failed', reason: 'BackoffLimitExceeded' });
    expect(eventsOf(plane, 'BackoffLimitExceeded')[0].message).toBe('Job has reached the specified backoff limit');
    expect(plane.chronicle.timers[0].timer).toBe('pod failure backoff (1 in a row, 10 s)');
  });

  test('begin anew after a success', () => {
    // Pods 1, 2 and 4 fail, 3 and 5 succeed: 10 and 20 s after the first two, none after the success, then 10 s again.
    const fates = [1, 1, 0, 1, 0];
    const plane = cluster(
      { completions: 2 },
      { end: (pod) => ({ afterUs: 0, exitCode: fates[[...plane.api.pods.all()].indexOf(pod)] }) },
    );
    runTo(plane, 300);
    const times = created(plane);
    const waits = times.slice(1).map((time, k) => Math.round(time - times[k] - 1));
    // After the success the next pod follows in the next batch of changes, 1 s.
    expect(waits).toEqual([10, 20, 1, 10]);
    expect(statusOf(plane)).toMatchObject({ succeeded: 2, failed: 3, outcome: 'Complete' });
  });

  test('by restarts count with restartPolicy OnFailure', () => {
    const spec = podSpec({}, { restartPolicy: 'OnFailure' });
    const plane = cluster({ backoffLimit: 3, template: template({}, spec) }, {});
    runTo(plane, 10);
    const [pod] = plane.api.pods.all();
    plane.api.setPodStatus(pod.id, { restarts: 3, ready: false, readyChangedUs: plane.clock.nowUs });
    runTo(plane, 20);
    expect(statusOf(plane)).toMatchObject({ outcome: 'Failed', reason: 'BackoffLimitExceeded' });
  });

  test('count pods that were deleted, unless only failed ones are replaced', () => {
    const plane = cluster({}, { stopUs: () => 20e6 });
    runTo(plane, 10);
    plane.api.deletePod([...plane.api.pods.all()][0].id);
    runTo(plane, 25);
    // The failure is 10 s old: the next pod is there although the first is still going.
    expect([plane.api.pods.size, statusOf(plane).failed]).toEqual([2, 1]);

    const patient = cluster({ podReplacementPolicy: 'Failed' }, { stopUs: () => 20e6 });
    runTo(patient, 10);
    patient.api.deletePod([...patient.api.pods.all()][0].id);
    runTo(patient, 29);
    expect([patient.api.podsCreated, statusOf(patient).failed]).toEqual([1, 0]);
    runTo(patient, 60);
    expect([patient.api.podsCreated, statusOf(patient).failed]).toEqual([2, 1]);
  });
});

describe('the pod failure policy', () => {
  const policy = (rules: NonNullable<JobSpec['podFailurePolicy']>, exitCode: number) =>
    cluster({ backoffLimit: 2, podFailurePolicy: rules }, { end: () => ({ afterUs: 0, exitCode }) });

  test('may fail the job by an exit code', () => {
    const rules = [{ action: 'FailJob' as const, exitCodes: { operator: 'In' as const, values: [42] } }];
    const plane = policy(rules, 42);
    runTo(plane, 30);
    expect(statusOf(plane)).toMatchObject({ outcome: 'Failed', reason: 'PodFailurePolicy', failed: 1 });
    expect(eventsOf(plane, 'PodFailurePolicy')[0].message).toMatch(
      /^Container main for pod default\/sum-[a-z0-9]{5} failed with exit code 42 matching FailJob rule at index 0$/,
    );
    const other = policy(rules, 1);
    runTo(other, 30);
    expect(statusOf(other).outcome).toBe(undefined);
  });

  test('may not count disruptions', () => {
    const plane = cluster(
      { backoffLimit: 0, podFailurePolicy: [{ action: 'Ignore', conditions: ['DisruptionTarget'] }] },
      SUCCEEDS(30),
    );
    runTo(plane, 10);
    const [pod] = plane.api.pods.all();
    plane.api.setPodStatus(pod.id, { phase: 'Failed', ready: false, disruptionTarget: 'PreemptionByScheduler' });
    runTo(plane, 100);
    expect(statusOf(plane)).toMatchObject({ failed: 0, succeeded: 1, outcome: 'Complete' });
    expect(plane.api.podsCreated).toBe(2);
  });
});

describe('an indexed job', () => {
  const indexed = { completionMode: 'Indexed' as const, completions: 5, parallelism: 2 };

  test('works on the lowest free indexes first', () => {
    const plane = cluster(indexed, SUCCEEDS());
    runTo(plane, 100);
    const pods = [...plane.api.pods.all()];
    expect(pods.map(indexOf)).toEqual([0, 1, 2, 3, 4]);
    expect(pods[3].metadata.name).toMatch(/^sum-3-[a-z0-9]{5}$/);
    expect(statusOf(plane)).toMatchObject({ completedIndexes: [0, 1, 2, 3, 4], outcome: 'Complete' });
  });

  test('tries an index again until it succeeds', () => {
    const plane = cluster(indexed, {
      end: (pod) => ({ afterUs: 0, exitCode: indexOf(pod) === 1 && pod.id < 10 ? 1 : 0 }),
    });
    runTo(plane, 200);
    expect(statusOf(plane)).toMatchObject({ completedIndexes: [0, 1, 2, 3, 4], outcome: 'Complete' });
    expect(statusOf(plane).failed).toBeGreaterThan(0);
  });

  test('with a limit per index goes on with the others and fails in the end', () => {
    const fails = (pod: Pod): boolean => indexOf(pod) === 1;
    const plane = cluster(
      { ...indexed, backoffLimit: 2 ** 31 - 1, backoffLimitPerIndex: 1 },
      { end: (pod) => ({ afterUs: 0, exitCode: fails(pod) ? 1 : 0 }) },
    );
    runTo(plane, 200);
    expect(statusOf(plane)).toMatchObject({
      completedIndexes: [0, 2, 3, 4],
      failedIndexes: [1],
      failed: 2,
      outcome: 'Failed',
      reason: 'FailedIndexes',
    });
    const tries = [...plane.api.pods.all()].filter(fails).map(({ metadata }) => metadata);
    // Its second try comes 10 s after the first failed, and says that there was one.
    expect(Math.round((tries[1].creationUs - tries[0].creationUs) / 1e6)).toBe(11);
    expect(tries.map(({ annotations }) => annotations['batch.kubernetes.io/job-index-failure-count'])).toEqual([
      '0',
      '1',
    ]);
  });

  test('with a limit per index keeps the turn of an index that backs off', () => {
    const spec = { ...indexed, completions: 3, parallelism: 1, backoffLimit: 2 ** 31 - 1, backoffLimitPerIndex: 2 };
    // Index 0 fails once. One pod at a time: index 1 does not overtake it (getPodCreationInfoForIndependentIndexes).
    const plane = cluster(spec, { end: (pod) => ({ afterUs: 0, exitCode: isFirst(plane, pod) ? 1 : 0 }) });
    runTo(plane, 100);
    const pods = [...plane.api.pods.all()];
    expect(pods.map(indexOf)).toEqual([0, 0, 1, 2]);
    // 1 s until it is ready and fails, 10 s of backoff; then 1 s each, counted a second later.
    const waits = pods
      .slice(1)
      .map((pod, k) => Math.round((pod.metadata.creationUs - pods[k].metadata.creationUs) / 1e6));
    expect(waits).toEqual([11, 2, 2]);
    expect(statusOf(plane)).toMatchObject({ completedIndexes: [0, 1, 2], failed: 1, outcome: 'Complete' });
  });

  test('is given up when more indexes failed than may', () => {
    const plane = cluster(
      { ...indexed, completions: 6, backoffLimit: 2 ** 31 - 1, backoffLimitPerIndex: 0, maxFailedIndexes: 2 },
      FAILS,
    );
    runTo(plane, 100);
    expect(statusOf(plane)).toMatchObject({ outcome: 'Failed', reason: 'MaxFailedIndexesExceeded' });
    expect(statusOf(plane).failedIndexes.length).toBeLessThan(6);
  });

  test('writes indexes as kubectl does', () => {
    expect(indexesText([0, 1, 2, 5, 7, 8])).toBe('0-2,5,7,8');
    expect(indexesText([])).toBe('');
  });
});

test('a suspended job has no pods, and its time begins when it is resumed', () => {
  const plane = cluster({ suspend: true, parallelism: 2, completions: 2 }, SUCCEEDS(50));
  runTo(plane, 50);
  expect([plane.api.podsCreated, statusOf(plane).startUs]).toEqual([0, undefined]);
  changeSpec(plane, 'Job', 'sum', { suspend: false });
  runTo(plane, 60);
  expect([plane.api.pods.size, Math.round(statusOf(plane).startUs! / 1e6)]).toEqual([2, 50]);
  changeSpec(plane, 'Job', 'sum', { suspend: true });
  runTo(plane, 70);
  expect(plane.api.pods.size).toBe(0);
  changeSpec(plane, 'Job', 'sum', { suspend: false });
  runTo(plane, 200);
  // Pods that were suspended are no failures.
  expect(statusOf(plane)).toMatchObject({ failed: 0, succeeded: 2, outcome: 'Complete' });
  expect(eventsOf(plane, 'Suspended')).toHaveLength(2);
  expect(eventsOf(plane, 'Resumed')).toHaveLength(2);
});

test('a job that is active for too long fails, and its pods go', () => {
  const plane = cluster({ activeDeadlineSeconds: 100 }, SUCCEEDS(500));
  runTo(plane, 99);
  expect(statusOf(plane).outcome).toBe(undefined);
  runTo(plane, 110);
  expect(statusOf(plane)).toMatchObject({ outcome: 'Failed', reason: 'DeadlineExceeded' });
  expect(plane.api.pods.size).toBe(0);
});

test('a finished job is deleted after its time to live, with its pods', () => {
  const plane = cluster({ ttlSecondsAfterFinished: 100 }, SUCCEEDS());
  runTo(plane, 100);
  expect(plane.api.pods.size).toBe(1);
  runTo(plane, 110);
  expect([plane.api.store('Job').size, plane.api.pods.size]).toEqual([0, 0]);
});

test('a smaller parallelism takes pods away, which are no failures', () => {
  const plane = cluster({ parallelism: 8, completions: 8 }, SUCCEEDS(100));
  runTo(plane, 10);
  changeSpec(plane, 'Job', 'sum', { parallelism: 3 });
  runTo(plane, 20);
  expect([plane.api.pods.size, statusOf(plane).failed, statusOf(plane).active]).toEqual([3, 0, 3]);
});

test('jobs of a dump go on where they were', () => {
  const plane = workloadCluster((api) => {
    const made = job('sum', { completions: 3, parallelism: 1 });
    create(api, 'Job', { ...made, status: { ...made.status, succeeded: 2, startUs: -1e9 } });
  }, SUCCEEDS());
  runTo(plane, 100);
  expect(plane.api.podsCreated).toBe(1);
  expect(statusOf(plane)).toMatchObject({ succeeded: 3, outcome: 'Complete' });
});

test('over random fates every job ends, no index is done twice, and the counts agree with the pods', () => {
  const history = fc.record({
    completions: fc.integer({ min: 1, max: 6 }),
    parallelism: fc.integer({ min: 1, max: 4 }),
    indexed: fc.boolean(),
    backoffLimit: fc.nat({ max: 5 }),
    fates: fc.array(fc.record({ fails: fc.boolean(), seconds: fc.integer({ min: 0, max: 20 }) }), {
      minLength: 1,
      maxLength: 10,
    }),
  });
  fc.assert(
    fc.property(history, ({ completions, parallelism, indexed, backoffLimit, fates }) => {
      const fate = (pod: Pod) => fates[pod.id % fates.length];
      const plane = cluster(
        { completions, parallelism, completionMode: indexed ? 'Indexed' : 'NonIndexed', backoffLimit },
        { end: (pod) => ({ afterUs: fate(pod).seconds * 1e6, exitCode: fate(pod).fails ? 1 : 0 }) },
      );
      plane.api.pods.watch(() => {
        const active = [...plane.api.pods.all()].filter(
          ({ status, metadata }) =>
            status.phase !== 'Succeeded' && status.phase !== 'Failed' && metadata.deletionUs === undefined,
        );
        expect(active.length).toBeLessThanOrEqual(parallelism);
        if (indexed) expect(new Set(active.map(indexOf)).size).toBe(active.length);
      });
      runTo(plane, 100_000);
      const { outcome, succeeded, failed } = statusOf(plane);
      const pods = [...plane.api.pods.all()];
      expect(succeeded).toBe(pods.filter(({ status }) => status.phase === 'Succeeded').length);
      if (outcome === 'Complete') expect([succeeded, failed <= backoffLimit]).toEqual([completions, true]);
      else expect([outcome, failed > backoffLimit]).toEqual(['Failed', true]);
    }),
    { numRuns: 60 },
  );
});
