import type { DataPlane } from '../../data-plane/data-plane.ts';
import type { NomadTimes } from '../nomad-constants.ts';
import type { NomadServer } from '../nomad-server.ts';
import type { Allocation } from '../state/allocation.ts';
import type { Deployment } from './deployment.ts';
import { deploymentCounts, needsPromotion } from './deployment.ts';

/** Watches allocations of deployments become healthy or not, and what follows of it (nomad/deploymentwatcher). */
export class DeploymentWatcher {
  private readonly batchKind: number;
  private readonly progressKind: number;
  private readonly due = new Set<string>();
  private readonly jobs: string[] = [];
  private readonly plane: DataPlane;
  private readonly server: NomadServer;
  private readonly times: NomadTimes;

  constructor(plane: DataPlane, server: NomadServer, times: NomadTimes) {
    this.plane = plane;
    this.server = server;
    this.times = times;
    this.batchKind = plane.clock.apiKind((job) => this.evaluate(this.jobs[job]));
    this.progressKind = plane.clock.apiKind((job) => this.progress(this.jobs[job]));
    server.deploymentChanged = (job) => this.changed(job);
  }

  get isBusy(): boolean {
    for (const { status } of this.server.state.deployments.values()) if (status === 'running') return true;
    return false;
  }

  /** Health of an allocation, or its end. */
  allocChanged(alloc: Allocation): void {
    const deployment = this.running(alloc.jobId);
    const group = deployment?.groups.get(alloc.group);
    if (deployment === undefined || group === undefined || alloc.deployment !== deployment.id) return;
    const { nowUs } = this.plane.clock;
    if (alloc.healthy === true) {
      if (group.strategy.progressDeadlineUs > 0) group.progressByUs = nowUs + group.strategy.progressDeadlineUs;
      this.promoteByItself(deployment);
      this.later(alloc.jobId);
    } else if (alloc.healthy === false && alloc.desired === 'run') {
      if (group.strategy.progressDeadlineUs === 0) this.fail(deployment, 'Failed due to unhealthy allocations');
      else if (!alloc.mayReschedule) {
        alloc.mayReschedule = true;
        this.later(alloc.jobId);
      }
    }
  }

  /** Everything that was placed for trial goes on. */
  promote(deployment: Deployment): void {
    for (const group of deployment.groups.values()) group.promoted = true;
    this.plane.chronicle.event(
      'deployment-watcher',
      'Normal',
      'DeploymentPromoted',
      `job ${deployment.jobId}`,
      'canaries promoted',
    );
    this.later(deployment.jobId);
  }

  private changed(jobId: string): void {
    const deployment = this.running(jobId);
    if (deployment === undefined) return;
    this.plane.chronicle.event(
      'deployment-watcher',
      'Normal',
      'DeploymentRunning',
      `job ${jobId}`,
      `version ${deployment.version}`,
    );
    this.watchProgress(deployment);
  }

  private watchProgress(deployment: Deployment): void {
    const atUs = this.progressBy(deployment);
    if (atUs < Infinity) this.plane.clock.at(atUs, this.progressKind, this.numberOf(deployment.jobId));
  }

  private progress(jobId: string): void {
    const deployment = this.running(jobId);
    if (deployment === undefined) return;
    const isLate = [...deployment.groups].some(
      ([name, group]) => group.progressByUs <= this.plane.clock.nowUs && this.isIncomplete(deployment, name),
    );
    if (isLate) this.fail(deployment, 'Failed due to progress deadline');
    else this.watchProgress(deployment);
  }

  /** The earliest time at which a group that is not complete must have got on; later than now. */
  private progressBy(deployment: Deployment): number {
    let atUs = Infinity;
    for (const [name, { progressByUs }] of deployment.groups)
      if (progressByUs > this.plane.clock.nowUs && this.isIncomplete(deployment, name))
        atUs = Math.min(atUs, progressByUs);
    return atUs;
  }

  private isIncomplete(deployment: Deployment, name: string): boolean {
    const group = deployment.groups.get(name)!;
    const { healthy, healthyCanaries } = deploymentCounts(
      deployment,
      name,
      this.server.state.allocsOf(deployment.jobId),
    );
    // Canaries that are healthy wait for somebody to promote them, however long.
    if (needsPromotion(group)) return healthyCanaries < group.desiredCanaries;
    return healthy < group.desiredTotal;
  }

  private promoteByItself(deployment: Deployment): void {
    const canaried = [...deployment.groups].filter(([, group]) => needsPromotion(group));
    if (canaried.length === 0 || !canaried.every(([, { strategy }]) => strategy.autoPromote)) return;
    const allocs = this.server.state.allocsOf(deployment.jobId);
    if (
      canaried.every(
        ([name, group]) => deploymentCounts(deployment, name, allocs).healthyCanaries >= group.desiredCanaries,
      )
    )
      this.promote(deployment);
  }

  private fail(deployment: Deployment, why: string): void {
    const { chronicle } = this.plane;
    deployment.status = 'failed';
    deployment.description = why;
    this.server.state.index++;
    chronicle.event('deployment-watcher', 'Warning', 'DeploymentFailed', `job ${deployment.jobId}`, why);
    const record = this.server.state.jobs.get(deployment.jobId);
    const reverts = [...deployment.groups.values()].some(({ strategy }) => strategy.autoRevert);
    const stable = record?.versions.findLast((one) => one.stable && one.version < deployment.version);
    if (!reverts || record === undefined || stable === undefined) {
      this.later(deployment.jobId);
      return;
    }
    deployment.description = `${why} - rolling back to job version ${stable.version}`;
    chronicle.decision({
      component: 'deployment-watcher',
      about: `job ${deployment.jobId}`,
      what: `rolled back to version ${stable.version}`,
      why,
    });
    // Counts that were set meanwhile stay.
    const groups = stable.job.groups.map((group) => ({
      ...group,
      count: record.current.job.groups.find(({ name }) => name === group.name)?.count ?? group.count,
    }));
    this.server.register({ ...stable.job, groups }, record.current.parent, 'deployment-watcher');
  }

  /** Evaluations are made a second later, for all that has changed by then. */
  private later(jobId: string): void {
    if (this.due.has(jobId)) return;
    this.due.add(jobId);
    this.plane.clock.after(this.times.deploymentBatchUs, this.batchKind, this.numberOf(jobId));
  }

  private evaluate(jobId: string): void {
    this.due.delete(jobId);
    this.server.make(jobId, 'deployment-watcher');
  }

  private running(jobId: string): Deployment | undefined {
    const deployment = this.server.state.deployments.get(jobId);
    return deployment?.status === 'running' ? deployment : undefined;
  }

  private numberOf(jobId: string): number {
    const known = this.jobs.indexOf(jobId);
    return known >= 0 ? known : this.jobs.push(jobId) - 1;
  }
}
