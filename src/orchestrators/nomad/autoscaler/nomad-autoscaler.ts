import type { DataPlane } from '../../data-plane/data-plane.ts';
import { jobResources } from '../jobs/job-resources.ts';
import type { NomadGroup, NomadJob, ScalingPolicy } from '../jobs/nomad-jobs.ts';
import { workloadName } from '../jobs/nomad-jobs.ts';
import type { NomadServer } from '../nomad-server.ts';
import { isTerminal } from '../state/allocation.ts';
import { targetValueCount } from './target-value.ts';

interface Scaled {
  readonly jobId: string;
  readonly group: string;
  readonly policy: ScalingPolicy;
  cooldownUntilUs: number;
  offered: number;
  lookedUs: number;
}

/** Sets a group's count, within the bounds of its `scaling` block. */
export type SetCount = (job: NomadJob, group: string, count: number, why: string) => void;

/**
 * The Nomad Autoscaler, a program beside Nomad that reads `scaling` blocks with policies. Metrics that it can ask for
 * here: CPU or memory in percent of what is allocated, and requests a second to a modelled service.
 */
export class NomadAutoscaler {
  readonly notes: string[] = [];
  private readonly scaled: Scaled[] = [];
  private readonly lookKind: number;
  private readonly plane: DataPlane;
  private readonly server: NomadServer;
  private readonly containersOf: (jobId: string, group: string) => readonly number[];
  private readonly setCount: SetCount;

  constructor(
    plane: DataPlane,
    server: NomadServer,
    containersOf: (jobId: string, group: string) => readonly number[],
    setCount: SetCount,
  ) {
    this.plane = plane;
    this.server = server;
    this.containersOf = containersOf;
    this.setCount = setCount;
    this.lookKind = plane.clock.apiKind((number) => this.look(number));
  }

  add(job: NomadJob): void {
    for (const group of job.groups) {
      const policy = group.scaling;
      if (policy === undefined || !policy.enabled || policy.checks.length === 0) continue;
      if (this.scaled.some((one) => one.jobId === job.id && one.group === group.name)) continue;
      for (const { name, query } of policy.checks)
        if (this.kindOf(query) === undefined)
          this.notes.push(
            `job "${job.id}" > group "${group.name}" > check "${name}": the query "${query}" is about nothing that is measured here; the check has no effect`,
          );
      const number = this.scaled.push({
        jobId: job.id,
        group: group.name,
        policy,
        cooldownUntilUs: 0,
        offered: 0,
        lookedUs: 0,
      });
      // Scaling begins with the traffic.
      this.plane.clock.at(Math.max(0, this.plane.clock.nowUs) + policy.evaluationUs, this.lookKind, number - 1);
    }
  }

  private look(number: number): void {
    const scaled = this.scaled[number];
    const { clock } = this.plane;
    clock.after(scaled.policy.evaluationUs, this.lookKind, number);
    const record = this.server.state.jobs.get(scaled.jobId);
    const group = record?.current.job.groups.find(({ name }) => name === scaled.group);
    if (record === undefined || record.stopped || group === undefined) return;
    const { policy } = scaled;
    let wanted: number | undefined;
    let why = '';
    for (const { name, query, target, threshold } of policy.checks) {
      const metric = this.metric(query, scaled, record.current.job, group);
      if (metric === undefined) continue;
      const count = targetValueCount(group.count, metric, target, threshold);
      // Of several checks the one that wants the most decides.
      if (wanted === undefined || count > wanted) {
        wanted = count;
        why = `${name}: ${metric.toFixed(2)} of target ${target}, ceil(${group.count} x ${(metric / target).toFixed(3)})`;
      }
    }
    scaled.lookedUs = clock.nowUs;
    if (wanted === undefined || clock.nowUs < scaled.cooldownUntilUs) return;
    const count = Math.min(policy.max, Math.max(policy.min, wanted));
    if (count === group.count) return;
    scaled.cooldownUntilUs = clock.nowUs + policy.cooldownUs;
    this.plane.chronicle.timer({
      fromUs: clock.nowUs,
      toUs: scaled.cooldownUntilUs,
      timer: 'cooldown',
      about: `${scaled.jobId}.${scaled.group}`,
    });
    this.setCount(record.current.job, scaled.group, count, why);
  }

  private kindOf(query: string): 'cpu' | 'memory' | 'requests' | undefined {
    const text = query.toLowerCase();
    if (text.includes('cpu')) return 'cpu';
    if (text.includes('mem')) return 'memory';
    return /req|rps|http|connections|sessions/.test(text) ? 'requests' : undefined;
  }

  private metric(query: string, scaled: Scaled, job: NomadJob, group: NomadGroup): number | undefined {
    const { clock, usage, balancers } = this.plane;
    const kind = this.kindOf(query);
    const allocs = this.server.state
      .allocsOf(job.id)
      .filter((alloc) => alloc.group === group.name && !isTerminal(alloc));
    if (kind === undefined) return undefined;
    if (kind === 'requests') {
      const service = balancers.indexOf(workloadName(job, group.name));
      if (service < 0) return undefined;
      const offered = balancers.offered(service);
      const rate = ((offered - scaled.offered) * 1e6) / Math.max(1, clock.nowUs - scaled.lookedUs);
      scaled.offered = offered;
      return allocs.length === 0 ? rate : rate / allocs.length;
    }
    const containers = this.containersOf(job.id, group.name);
    if (containers.length === 0 || allocs.length === 0) return undefined;
    const has = jobResources(group);
    const fromUs = clock.nowUs - Math.min(60e6, scaled.policy.evaluationUs);
    let used = 0;
    for (const container of containers)
      used += kind === 'cpu' ? usage.meanCpuMilli(container, fromUs, clock.nowUs) : usage.memBytes(container);
    return (100 * used) / (allocs.length * (kind === 'cpu' ? has.cpuMilli : has.memBytes));
  }
}
