import type { DataPlane } from '../../data-plane/data-plane.ts';
import { parseCron } from '../../kubernetes/controllers/cronjob/cron-schedule.ts';
import type { CronSchedule } from '../../kubernetes/controllers/cronjob/cron-schedule.ts';
import type { NomadJob } from '../jobs/nomad-jobs.ts';
import type { NomadServer } from '../nomad-server.ts';

interface Periodic {
  readonly job: NomadJob;
  readonly schedules: readonly CronSchedule[];
  /** The run that was launched last. */
  last: string;
  isStopped: boolean;
}

/** Launches jobs by the calendar (nomad/periodic.go): each run is a job of its own, `name/periodic-<seconds>`. */
export class PeriodicJobs {
  private readonly jobs: Periodic[] = [];
  private readonly dueKind: number;
  private readonly plane: DataPlane;
  private readonly server: NomadServer;

  constructor(plane: DataPlane, server: NomadServer) {
    this.plane = plane;
    this.server = server;
    this.dueKind = plane.clock.apiKind((number) => this.due(number));
  }

  add(job: NomadJob): void {
    const { periodic } = job;
    this.remove(job.id);
    if (periodic === undefined || !periodic.enabled) return;
    const schedules = periodic.crons.map((cron) => parseCron(cron, periodic.timeZone));
    this.plan(this.jobs.push({ job, schedules, last: '', isStopped: false }) - 1);
  }

  remove(jobId: string): void {
    for (const one of this.jobs) if (one.job.id === jobId) one.isStopped = true;
  }

  private plan(number: number): void {
    const { clock, epochMs, durationUs } = this.plane;
    const nowMs = epochMs + Math.floor(clock.nowUs / 1000);
    const times = this.jobs[number].schedules.map((schedule) => schedule.next(nowMs) ?? Infinity);
    const nextUs = (Math.min(...times) - epochMs) * 1000;
    if (nextUs <= durationUs) clock.at(nextUs, this.dueKind, number);
  }

  private due(number: number): void {
    const one = this.jobs[number];
    if (one.isStopped) return;
    const { clock, epochMs, chronicle } = this.plane;
    const { job } = one;
    // Cluster and services come to rest before the run begins; nothing is launched by then.
    if (clock.nowUs >= 0) {
      const runs = one.last !== '' && !this.server.hasEnded(one.last);
      if (runs && job.periodic?.prohibitOverlap === true)
        chronicle.event(
          'periodic',
          'Warning',
          'PeriodicSkipped',
          `job ${job.id}`,
          `${one.last} still runs, and prohibit_overlap is set`,
        );
      else {
        const atMs = epochMs + Math.floor(clock.nowUs / 1000);
        const id = `${job.id}/periodic-${Math.floor(atMs / 1000)}`;
        const { periodic: _, ...rest } = job;
        one.last = id;
        chronicle.event('periodic', 'Normal', 'PeriodicLaunch', `job ${job.id}`, id);
        this.server.register({ ...rest, id }, job.id, 'periodic-job');
      }
    }
    this.plan(number);
  }
}
