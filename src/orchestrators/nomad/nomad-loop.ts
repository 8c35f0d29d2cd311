import { InputError } from '../../sim/input-error.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import type { ControlLoop, OperatorChange } from '../data-plane/control-loop.ts';
import type { DataPlane } from '../data-plane/data-plane.ts';
import type { ProcessBehaviour } from '../data-plane/process-behaviour.ts';
import type { NativeFile } from '../native-file.ts';
import type { LoopOptions } from '../orchestrator.ts';
import { NomadAutoscaler } from './autoscaler/nomad-autoscaler.ts';
import { ClientAgents } from './clients/client-agents.ts';
import { datacenterRule } from './clients/datacenters.ts';
import { Drainer } from './clients/drainer.ts';
import { NodeWatch } from './clients/node-watch.ts';
import { DeploymentWatcher } from './deployments/deployment-watcher.ts';
import type { NomadJob, NomadJobs } from './jobs/nomad-jobs.ts';
import { workloadName } from './jobs/nomad-jobs.ts';
import { mainTask, readNomadFiles } from './jobs/read-nomad-files.ts';
import { nomadTimes } from './nomad-constants.ts';
import { NomadServer } from './nomad-server.ts';
import { PeriodicJobs } from './periodic/periodic-jobs.ts';
import type { Allocation } from './state/allocation.ts';

type UpdateAs = NonNullable<Extract<OperatorChange, { verb: 'update' }>['as']>;

/** Nomad's servers and clients, put together for one run. */
export class NomadLoop implements ControlLoop {
  readonly server: NomadServer;
  readonly clients: ClientAgents;
  readonly watch: NodeWatch;
  readonly drainer: Drainer;
  readonly deployments: DeploymentWatcher;
  readonly periodic: PeriodicJobs;
  readonly autoscaler: NomadAutoscaler;
  private readonly plane: DataPlane;
  private readonly laterNotes: string[] = [];
  private readonly native: NomadJobs;
  private readonly options: LoopOptions;
  /** How processes of an image differ that somebody updated to, by workload and image. */
  private readonly differs = new Map<string, UpdateAs>();

  constructor(plane: DataPlane, native: NomadJobs, options: LoopOptions) {
    this.plane = plane;
    this.native = native;
    this.options = options;
    const times = nomadTimes(options.constants);
    this.server = new NomadServer(plane, times);
    this.clients = new ClientAgents(plane, this.server, times, (alloc) => this.behaviourOf(alloc));
    const datacenters = datacenterRule(native.jobs, plane.machines.specs);
    this.watch = new NodeWatch(plane, this.server, this.clients, times, datacenters);
    this.drainer = new Drainer(plane, this.server, times);
    this.deployments = new DeploymentWatcher(plane, this.server, times);
    this.periodic = new PeriodicJobs(plane, this.server);
    this.autoscaler = new NomadAutoscaler(
      plane,
      this.server,
      (job, group) => this.containersOf(job, group),
      (job, group, count, why) => this.autoscale(job, group, count, why),
    );
    this.server.allocChanged = (alloc) => {
      this.deployments.allocChanged(alloc);
      this.drainer.changed();
    };
  }

  begin(): void {
    this.watch.begin();
    for (const job of this.native.jobs) this.register(job);
  }

  operate(change: OperatorChange): void {
    switch (change.verb) {
      case 'apply':
        this.apply(change.files);
        break;
      case 'remove': {
        const { job } = this.find(change.workload);
        this.periodic.remove(job.id);
        this.server.deregister(job.id);
        break;
      }
      case 'scale': {
        const { job, group } = this.find(change.workload);
        this.setCount(job, group, change.replicas);
        break;
      }
      case 'update':
        this.update(change);
        break;
      case 'drain':
        this.drainer.begin(this.machine(change.machine), this.times.drainDeadlineUs);
        break;
      case 'pause':
        this.drainer.pause(this.machine(change.machine));
        break;
      case 'activate':
        this.drainer.end(this.machine(change.machine));
        break;
      default:
        change satisfies never;
    }
  }

  notes(): readonly string[] {
    return [...this.native.notes, ...this.laterNotes, ...this.autoscaler.notes];
  }

  isQuiet(): boolean {
    return this.server.isIdle && this.clients.areQuiet && !this.deployments.isBusy && !this.drainer.isBusy;
  }

  private apply(files: readonly NativeFile[]): void {
    const { jobs, notes } = readNomadFiles(files);
    this.laterNotes.push(...notes);
    for (const job of jobs) this.register(job);
  }

  private get times(): { readonly drainDeadlineUs: number } {
    return nomadTimes(this.options.constants);
  }

  private register(job: NomadJob): void {
    this.server.register(job);
    this.periodic.add(job);
    this.autoscaler.add(job);
  }

  private update({ workload, image, as }: Extract<OperatorChange, { verb: 'update' }>): void {
    const { job, group } = this.find(workload);
    if (as !== undefined) this.differs.set(`${workload} ${image}`, as);
    const groups = job.groups.map((one) => {
      if (one.name !== group) return one;
      const main = mainTask(one.tasks);
      const tasks = one.tasks.map((task) =>
        task === main ? { ...task, image, fingerprint: `${task.fingerprint} ${image}` } : task,
      );
      return { ...one, tasks };
    });
    this.register({ ...job, groups });
  }

  /** `nomad job scale`. */
  private setCount(job: NomadJob, group: string, count: number): void {
    const groups = job.groups.map((one) => (one.name === group ? { ...one, count } : one));
    this.server.register({ ...job, groups }, this.server.state.jobs.get(job.id)?.current.parent, 'job-scaling');
  }

  private autoscale(job: NomadJob, group: string, count: number, why: string): void {
    const before = job.groups.find(({ name }) => name === group)?.count ?? 0;
    this.plane.chronicle.decision({
      component: 'nomad-autoscaler',
      about: workloadName(job, group),
      what: `${before} -> ${count} replicas`,
      why,
    });
    this.setCount(job, group, count);
  }

  /** A workload by the name that reports give it, as it is now. */
  private find(workload: string): { job: NomadJob; group: string } {
    const names: string[] = [];
    for (const { current, stopped } of this.server.state.jobs.values()) {
      if (stopped || current.parent !== current.job.id) continue;
      for (const { name } of current.job.groups) {
        if (workloadName(current.job, name) === workload) return { job: current.job, group: name };
        names.push(workloadName(current.job, name));
      }
    }
    throw new InputError(`there is no workload "${workload}"${suggestion(workload, names)}`);
  }

  private machine(name: string): number {
    const { specs } = this.plane.machines;
    const number = specs.findIndex((spec) => spec.name === name);
    if (number >= 0) return number;
    throw new InputError(
      `there is no machine "${name}"${suggestion(
        name,
        specs.map((spec) => spec.name),
      )}`,
    );
  }

  private behaviourOf(alloc: Allocation): ProcessBehaviour {
    const { job } = alloc.of;
    const workload = workloadName({ id: alloc.of.parent, groups: job.groups }, alloc.group);
    const plain = this.options.behaviourOf(workload);
    const group = job.groups.find(({ name }) => name === alloc.group);
    const image = group === undefined ? '' : mainTask(group.tasks).image;
    const as = this.differs.get(`${workload} ${image}`);
    if (as === undefined) return plain;
    const { workFactor, errorShare, crashAfterUs } = as;
    const crashes =
      crashAfterUs === undefined ? {} : { runs: { kind: 'constant' as const, meanUs: crashAfterUs }, failureShare: 1 };
    return { ...plain, workFactor, errorShare, ...crashes };
  }

  private containersOf(jobId: string, group: string): readonly number[] {
    const containers: number[] = [];
    for (const node of this.server.state.nodes)
      for (const { alloc, tasks } of this.clients.runnersOn(node.number))
        if (alloc.jobId === jobId && alloc.group === group)
          for (const { container } of tasks) if (container >= 0) containers.push(container);
    return containers;
  }
}
