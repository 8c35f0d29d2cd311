import { controllerOf, isRefusal, ownerReference, type ApiServer, type NewObject } from '../../api/api-server.ts';
import { aboutOf } from '../../api/about-of.ts';
import type { Component, ControlPlane } from '../../api/control-plane.ts';
import { WorkQueue } from '../../api/work-queue.ts';
import { InputError } from '../../../../sim/input-error.ts';
import { NEW_JOB_STATUS } from '../../objects/new-statuses.ts';
import type { CronJob, Job } from '../../objects/workloads.ts';
import { Children, NumberByUid } from '../shared/children.ts';
import { utcText } from './calendar.ts';
import { parseCron, type CronSchedule } from './cron-schedule.ts';
import { missedSchedules, nextLookMs } from './missed-schedules.ts';

const COMPONENT = 'cronjob-controller';
const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** Starts the Jobs of CronJobs when they are due (`pkg/controller/cronjob/cronjob_controllerv2.go`). */
export class CronJobController implements Component {
  private readonly plane: ControlPlane;
  private readonly api: ApiServer;
  private readonly queue: WorkQueue;
  private readonly jobs: Children<'Job'>;
  private readonly cronJobs: NumberByUid;
  private readonly schedules = new WeakMap<CronJob['spec'], CronSchedule>();

  constructor(plane: ControlPlane) {
    this.plane = plane;
    this.api = plane.api;
    this.queue = new WorkQueue(plane.clock, (id) => this.sync(id));
    this.jobs = new Children(plane.api, 'Job');
    this.cronJobs = new NumberByUid(plane.api, 'CronJob');
    plane.api.store('CronJob').watch((cron, before) => {
      if (cron !== undefined && cron.spec !== before?.spec) this.queue.add(cron.id);
    });
    plane.api.store('Job').watch((job, before) => {
      if (before === undefined || job?.status.outcome === before.status.outcome) return;
      const id = this.cronJobs.of(controllerOf(before)?.uid ?? '');
      if (id !== undefined) this.queue.add(id);
    });
  }

  begin(): void {
    for (const cron of this.api.store('CronJob').all()) this.queue.add(cron.id);
  }

  private get nowMs(): number {
    return this.plane.epochMs + this.plane.clock.nowUs / 1000;
  }

  private sync(id: number): void {
    let cron = this.api.store('CronJob').get(id);
    if (cron === undefined) return;
    cron = this.noteEnded(cron);
    this.cleanUp(cron);
    if (cron.metadata.deletionUs !== undefined || cron.spec.suspend) return;
    const schedule = this.scheduleOf(cron);
    if (schedule === undefined) return;
    this.startDue(cron, schedule);
    const nextMs = nextLookMs(this.api.store('CronJob').get(id)!, schedule, this.plane.epochMs, this.nowMs);
    if (nextMs !== undefined) this.queue.addAfter(id, (nextMs - this.plane.epochMs) * 1000 - this.plane.clock.nowUs);
  }

  private scheduleOf(cron: CronJob): CronSchedule | undefined {
    const known = this.schedules.get(cron.spec);
    if (known !== undefined) return known;
    try {
      const schedule = parseCron(cron.spec.schedule, cron.spec.timeZone);
      this.schedules.set(cron.spec, schedule);
      return schedule;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.plane.chronicle.event(COMPONENT, 'Warning', 'UnparseableSchedule', aboutOf(cron), error.message);
      return undefined;
    }
  }

  private startDue(cron: CronJob, schedule: CronSchedule): void {
    const { chronicle, epochMs } = this.plane;
    const { nowMs } = this;
    const about = aboutOf(cron);
    const { lastDueMs, tooMany } = missedSchedules(cron, schedule, epochMs, nowMs, true);
    if (lastDueMs === undefined) return;
    if (tooMany)
      chronicle.event(
        COMPONENT,
        'Warning',
        'TooManyMissedTimes',
        about,
        'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
      );
    const { startingDeadlineSeconds, concurrencyPolicy } = cron.spec;
    if (startingDeadlineSeconds !== undefined && lastDueMs + startingDeadlineSeconds * 1000 < nowMs) {
      const text = `Missed scheduled time to start a job: ${utcText(lastDueMs)}`;
      chronicle.event(COMPONENT, 'Warning', 'MissSchedule', about, text);
      return;
    }
    const lastScheduleUs = (lastDueMs - epochMs) * 1000;
    const name = jobName(cron, lastDueMs);
    if (cron.status.active.includes(name) || cron.status.lastScheduleUs === lastScheduleUs) return;
    const { active } = cron.status;
    if (concurrencyPolicy === 'Forbid' && active.length > 0) {
      const text = 'Not starting job because prior execution is running and concurrency policy is Forbid';
      chronicle.event(COMPONENT, 'Normal', 'JobAlreadyActive', about, text);
      return;
    }
    if (concurrencyPolicy === 'Replace') for (const running of active) this.deleteJob(cron, running);
    this.startJob(cron, name, lastDueMs, lastScheduleUs);
  }

  private startJob(cron: CronJob, name: string, dueMs: number, lastScheduleUs: number): void {
    const { chronicle } = this.plane;
    const about = aboutOf(cron);
    const made = this.api.create('Job', jobOf(cron, name, dueMs));
    const active = cron.spec.concurrencyPolicy === 'Replace' ? [] : cron.status.active;
    if (isRefusal(made)) {
      // A job of that name is there: it was started for this time, by whomever.
      if (this.api.store('Job').named(cron.metadata.namespace, name) === undefined) {
        chronicle.event(COMPONENT, 'Warning', 'FailedCreate', about, `Error creating job: ${made.refused}`);
        this.queue.retry(cron.id);
        return;
      }
      this.api.setStatus('CronJob', cron.id, { lastScheduleUs });
      return;
    }
    chronicle.event(COMPONENT, 'Normal', 'SuccessfulCreate', about, `Created job ${name}`);
    chronicle.decision({
      component: COMPONENT,
      about,
      what: `start ${name}`,
      why: `"${cron.spec.schedule}" was due at ${utcText(dueMs)}; ${cron.status.active.length} active, concurrencyPolicy ${cron.spec.concurrencyPolicy}`,
    });
    this.api.setStatus('CronJob', cron.id, { lastScheduleUs, active: [...active, name] });
  }

  private deleteJob(cron: CronJob, name: string): void {
    const job = this.api.store('Job').named(cron.metadata.namespace, name);
    if (job === undefined) return;
    this.plane.chronicle.event(COMPONENT, 'Normal', 'SuccessfulDelete', aboutOf(cron), `Deleted job ${name}`);
    this.api.remove('Job', job.id);
  }

  /** Takes jobs that have ended or are gone out of the list of active ones. */
  private noteEnded(cron: CronJob): CronJob {
    const { chronicle } = this.plane;
    const about = aboutOf(cron);
    const active = cron.status.active.filter((name) => {
      const job = this.api.store('Job').named(cron.metadata.namespace, name);
      if (job === undefined) {
        chronicle.event(COMPONENT, 'Normal', 'MissingJob', about, `Active job went missing: ${name}`);
        return false;
      }
      if (job.status.outcome === undefined) return true;
      const text = `Saw completed job: ${name}, condition: ${job.status.outcome}`;
      chronicle.event(COMPONENT, 'Normal', 'SawCompletedJob', about, text);
      return false;
    });
    if (active.length === cron.status.active.length) return cron;
    this.api.setStatus('CronJob', cron.id, { active });
    return this.api.store('CronJob').get(cron.id)!;
  }

  /** Finished jobs beyond the history limits go, the oldest first (`cleanupFinishedJobs`). */
  private cleanUp(cron: CronJob): void {
    const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = cron.spec;
    const jobs = this.jobs.of(cron.metadata.uid);
    for (const [outcome, limit] of [
      ['Complete', successfulJobsHistoryLimit],
      ['Failed', failedJobsHistoryLimit],
    ] as const) {
      const finished = jobs
        .filter(({ status }) => status.outcome === outcome)
        .sort((left, right) => startOf(left) - startOf(right) || left.id - right.id);
      for (const job of finished.slice(0, Math.max(0, finished.length - limit)))
        this.deleteJob(cron, job.metadata.name);
    }
  }
}

function startOf(job: Job): number {
  return job.status.startUs ?? job.metadata.creationUs;
}

/** The cron's name and the minutes since 1970 at which it was due. */
function jobName(cron: CronJob, dueMs: number): string {
  return `${cron.metadata.name}-${Math.floor(dueMs / 60_000)}`;
}

function jobOf(cron: CronJob, name: string, dueMs: number): NewObject<Job> {
  const { metadata, spec } = cron.spec.jobTemplate;
  return {
    kind: 'Job',
    metadata: {
      name,
      namespace: cron.metadata.namespace,
      labels: metadata.labels,
      annotations: { ...metadata.annotations, [SCHEDULED_AT]: utcText(dueMs) },
      ownerReferences: [ownerReference(cron, 'batch/v1')],
    },
    spec,
    status: NEW_JOB_STATUS,
  };
}
