import { describe, expect, test } from 'vitest';
import { create, type TestControlPlane } from '../../cluster-fixture.ts';
import type { CronJob } from '../../objects/workloads.ts';
import { changeSpec, cronJob, eventsOf, jobSpec, runTo, workloadCluster } from '../workload-fixture.ts';

/** The fixture's clock begins at 2026-01-01T00:00Z, 29,453,760 minutes after 1970. */
const EPOCH_MINUTES = 29_453_760;
const jobs = (plane: TestControlPlane) => [...plane.api.store('Job').all()];
const started = (plane: TestControlPlane) =>
  eventsOf(plane, 'SuccessfulCreate').filter(({ message }) => message.startsWith('Created job'));

function cluster(schedule: string, runsS: number, fields: Partial<CronJob['spec']> = {}, status = {}) {
  return workloadCluster(
    (api) => {
      const made = cronJob('report', schedule, fields);
      create(api, 'CronJob', { ...made, status: { ...made.status, ...status } });
    },
    { end: () => ({ afterUs: runsS * 1e6, exitCode: 0 }) },
  );
}

test('a job is started 100 ms after it was due, named after the minute', () => {
  const plane = cluster('*/10 * * * *', 30);
  runTo(plane, 1300);
  expect(started(plane)).toEqual([
    { seconds: 600.1, message: `Created job report-${EPOCH_MINUTES + 10}` },
    { seconds: 1200.1, message: `Created job report-${EPOCH_MINUTES + 20}` },
  ]);
  expect(plane.chronicle.decisions[0].why).toContain('was due at 2026-01-01T00:10:00Z');
  expect(eventsOf(plane, 'SawCompletedJob')[0].message).toBe(
    `Saw completed job: report-${EPOCH_MINUTES + 10}, condition: Complete`,
  );
});

describe('a job that is still running when the next is due', () => {
  const run = (concurrencyPolicy: CronJob['spec']['concurrencyPolicy']) => {
    const plane = cluster('*/10 * * * *', 1000, { concurrencyPolicy });
    runTo(plane, 1260);
    return plane;
  };
  test('has company with Allow', () => {
    expect(run('Allow').api.store('CronJob').named('default', 'report')!.status.active).toHaveLength(2);
  });
  test('keeps the next away with Forbid', () => {
    const plane = run('Forbid');
    expect(jobs(plane)).toHaveLength(1);
    expect(eventsOf(plane, 'JobAlreadyActive')[0]).toEqual({
      seconds: 1200.1,
      message: 'Not starting job because prior execution is running and concurrency policy is Forbid',
    });
  });
  test('gives way with Replace', () => {
    const plane = run('Replace');
    expect(jobs(plane).map(({ metadata }) => metadata.name)).toEqual([`report-${EPOCH_MINUTES + 20}`]);
    expect(eventsOf(plane, 'SuccessfulDelete')[0].message).toBe(`Deleted job report-${EPOCH_MINUTES + 10}`);
    expect(plane.api.pods.size).toBe(1);
  });
  test('with Forbid is followed as soon as it has ended', () => {
    const plane = run('Forbid');
    runTo(plane, 1700);
    // 1000 s and a bit after 600.1 s: the run of 1200 s that was missed is made up for.
    expect(started(plane)[1].message).toBe(`Created job report-${EPOCH_MINUTES + 20}`);
    expect(Math.round(started(plane)[1].seconds)).toBe(1602);
  });
});

test('a missed start is made up for once, the last of them, unless it is older than the deadline', () => {
  // Last run two hours before the beginning.
  const late = cluster('5 * * * *', 30, {}, { lastScheduleUs: -2 * 3600e6 });
  runTo(late, 60);
  // Due were 22:05 and 23:05 (of the day before).
  expect(started(late).map(({ message }) => message)).toEqual([`Created job report-${EPOCH_MINUTES - 55}`]);
  const strict = cluster('5 * * * *', 30, { startingDeadlineSeconds: 600 }, { lastScheduleUs: -2 * 3600e6 });
  runTo(strict, 60);
  expect(started(strict)).toEqual([]);
  runTo(strict, 400);
  expect(started(strict).map(({ message }) => message)).toEqual([`Created job report-${EPOCH_MINUTES + 5}`]);
});

test('more than 100 missed starts are worth a warning', () => {
  const plane = cluster('* * * * *', 5, {}, { lastScheduleUs: -101 * 60e6 });
  runTo(plane, 1);
  expect(eventsOf(plane, 'TooManyMissedTimes')[0].message).toContain('too many missed start times');
  expect(started(plane).map(({ message }) => message)).toEqual([`Created job report-${EPOCH_MINUTES}`]);
  const few = cluster('* * * * *', 5, {}, { lastScheduleUs: -100 * 60e6 });
  runTo(few, 1);
  expect(eventsOf(few, 'TooManyMissedTimes')).toEqual([]);
});

test('the history keeps three complete and one failed job', () => {
  const plane = workloadCluster((api) => create(api, 'CronJob', cronJob('report', '* * * * *')), {
    end: (pod) => ({ afterUs: 1e6, exitCode: Math.floor(pod.id / 2) % 2 }),
  });
  changeSpec(plane, 'CronJob', 'report', {
    jobTemplate: { metadata: { labels: {}, annotations: {} }, spec: jobSpec({ backoffLimit: 0 }) },
  });
  runTo(plane, 3600);
  const outcomes = jobs(plane).map(({ status }) => status.outcome);
  expect(outcomes.filter((outcome) => outcome === 'Complete')).toHaveLength(3);
  expect(outcomes.filter((outcome) => outcome === 'Failed')).toHaveLength(1);
  // Their pods went with them.
  expect(plane.api.pods.size).toBe(outcomes.length);
});

test('a suspended one starts nothing; resumed, it makes up for the last time', () => {
  const plane = cluster('*/10 * * * *', 30, { suspend: true });
  runTo(plane, 1900);
  expect(jobs(plane)).toEqual([]);
  changeSpec(plane, 'CronJob', 'report', { suspend: false });
  runTo(plane, 1910);
  expect(started(plane).map(({ message }) => message)).toEqual([`Created job report-${EPOCH_MINUTES + 30}`]);
});

test('a schedule that cannot be read is said once', () => {
  const plane = cluster('61 * * * *', 30);
  runTo(plane, 7200);
  expect(eventsOf(plane, 'UnparseableSchedule')).toHaveLength(1);
});

test('a deleted CronJob takes its jobs and their pods with it', () => {
  const plane = cluster('* * * * *', 1000);
  runTo(plane, 200);
  expect(plane.api.pods.size).toBe(3);
  plane.api.remove('CronJob', plane.api.store('CronJob').named('default', 'report')!.id);
  runTo(plane, 210);
  expect([jobs(plane).length, plane.api.pods.size]).toEqual([0, 0]);
});
