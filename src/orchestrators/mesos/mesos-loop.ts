import { InputError } from '../../sim/input-error.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import { valuesOf } from '../constants.ts';
import type { ControlLoop, OperatorChange } from '../data-plane/control-loop.ts';
import type { DataPlane, MachineWish } from '../data-plane/data-plane.ts';
import type { ProcessBehaviour } from '../data-plane/process-behaviour.ts';
import type { NativeFile } from '../native-file.ts';
import type { LoopOptions } from '../orchestrator.ts';
import { mesosConstants, type MesosValues } from './constants.ts';
import { BatchFramework } from './frameworks/batch/batch-framework.ts';
import type { JobSpec } from './frameworks/batch/job-spec.ts';
import type { AppSpec } from './frameworks/marathon/app-spec.ts';
import { Marathon } from './frameworks/marathon/marathon.ts';
import { plainName } from './frameworks/marathon/path-id.ts';
import { Master } from './master/master.ts';
import { readMesosFiles, type MesosFiles } from './read-mesos-files.ts';

type UpdateChange = Extract<OperatorChange, { verb: 'update' }>;

/** A Mesos cluster: one master, its agents, and the frameworks that the files name. */
export class MesosLoop implements ControlLoop {
  readonly master: Master;
  readonly marathons = new Map<string, Marathon>();
  readonly batches = new Map<string, BatchFramework>();
  private readonly plane: DataPlane;
  private readonly values: MesosValues;
  private readonly options: LoopOptions;
  private readonly native: MesosFiles;
  private readonly apps: Map<string, AppSpec>;
  private readonly changedAs = new Map<string, UpdateChange['as']>();
  private readonly said: string[];
  private readonly wishes: MachineWish[] = [];
  private hasBegun = false;

  constructor(plane: DataPlane, native: MesosFiles, options: LoopOptions) {
    this.plane = plane;
    this.native = native;
    this.options = options;
    this.values = valuesOf(mesosConstants, options.constants);
    this.master = new Master(plane, this.values);
    this.apps = new Map(native.apps);
    this.said = [...native.notes];
    const wishKind = plane.clock.apiKind((number) => this.grant(this.wishes[number]));
    plane.machines.watchWishes((wish) => plane.clock.after(0, wishKind, this.wishes.push(wish) - 1));
    this.makeFrameworks(native);
  }

  begin(): void {
    this.hasBegun = true;
    this.master.health.begin();
    this.master.setRoles(this.native.weights, this.native.quotas);
    for (const marathon of this.marathons.values()) marathon.begin();
    this.deployApps(this.native.apps, []);
    for (const job of this.native.jobs.values()) this.setJob(job);
  }

  operate(change: OperatorChange): void {
    switch (change.verb) {
      case 'apply':
        this.apply(change.files);
        break;
      case 'remove':
        this.remove(change.workload);
        break;
      case 'scale':
        this.scale(change.workload, change.replicas);
        break;
      case 'update':
        this.update(change);
        break;
      default:
        this.commandMachine(change.verb, change.machine);
    }
  }

  notes(): readonly string[] {
    return this.said;
  }

  isQuiet(): boolean {
    return (
      [...this.marathons.values()].every((one) => one.isQuiet) && [...this.batches.values()].every((one) => one.isQuiet)
    );
  }

  private makeFrameworks({ apps, jobs }: Pick<MesosFiles, 'apps' | 'jobs'>): void {
    const { plane, values, master } = this;
    for (const { framework } of apps.values()) {
      if (this.marathons.has(framework)) continue;
      // enable_features gpu_resources: switched on where any app needs it.
      const usesGpus = [...apps.values()].some((app) => app.framework === framework && app.resources.gpuCount > 0);
      const marathon = new Marathon(plane, values, master, framework, usesGpus);
      this.marathons.set(framework, marathon);
      if (this.hasBegun) marathon.begin();
    }
    for (const { framework } of jobs.values()) {
      if (this.batches.has(framework)) continue;
      const usesGpus = [...jobs.values()].some((job) => job.framework === framework && job.resources.gpuCount > 0);
      this.batches.set(framework, new BatchFramework(plane, values, master, framework, usesGpus));
    }
  }

  private apply(files: readonly NativeFile[]): void {
    const read = readMesosFiles(files, this.apps);
    for (const note of read.notes) if (!this.said.includes(note)) this.said.push(note);
    this.makeFrameworks(read);
    this.master.setRoles(read.weights, read.quotas);
    for (const app of read.apps.values()) this.apps.set(app.id, app);
    this.deployApps(read.apps, []);
    for (const job of read.jobs.values()) this.setJob(job);
  }

  private remove(workload: string): void {
    const app = this.apps.get(`/${workload}`);
    if (app !== undefined) {
      this.apps.delete(app.id);
      this.marathons.get(app.framework)!.deploy(new Map(), [app.id], (id) => this.behaviourOf(plainName(id)));
      return;
    }
    const [batch, job] = this.jobNamed(workload);
    batch.remove(job);
  }

  private scale(workload: string, replicas: number): void {
    const app = this.apps.get(`/${workload}`);
    if (app === undefined) {
      const [batch, job] = this.jobNamed(workload);
      batch.trigger(job, replicas);
    } else this.change({ ...app, instances: replicas });
  }

  private update(change: UpdateChange): void {
    const { workload, image, as } = change;
    this.changedAs.set(workload, as);
    const app = this.apps.get(`/${workload}`);
    if (app !== undefined) {
      // The same image once more is a restart.
      const configuration = JSON.stringify([app.configuration, image]);
      this.change({ ...app, image, configuration });
      return;
    }
    const [batch, { spec }] = this.jobNamed(workload);
    batch.setJob({ ...spec, image }, this.behaviourOf(workload));
  }

  private change(app: AppSpec): void {
    this.apps.set(app.id, app);
    this.deployApps(new Map([[app.id, app]]), []);
  }

  private deployApps(apps: ReadonlyMap<string, AppSpec>, removed: readonly string[]): void {
    for (const [name, marathon] of this.marathons) {
      const own = new Map([...apps].filter(([, { framework }]) => framework === name));
      if (own.size > 0) marathon.deploy(own, removed, (id) => this.behaviourOf(plainName(id)));
    }
  }

  private setJob(job: JobSpec): void {
    this.batches.get(job.framework)!.setJob(job, this.behaviourOf(job.id));
  }

  private jobNamed(workload: string): [BatchFramework, NonNullable<ReturnType<BatchFramework['jobs']['get']>>] {
    for (const batch of this.batches.values()) {
      const job = batch.jobs.get(workload);
      if (job !== undefined) return [batch, job];
    }
    const known = [...this.apps.keys()].map(plainName);
    for (const batch of this.batches.values()) known.push(...batch.jobs.keys());
    throw new InputError(`there is no app or job "${workload}"${suggestion(workload, known)}`);
  }

  private behaviourOf(workload: string): ProcessBehaviour {
    const plain = this.options.behaviourOf(workload);
    const as = this.changedAs.get(workload);
    if (as === undefined) return plain;
    const { workFactor, errorShare, crashAfterUs } = as;
    const other = { ...plain, workFactor, errorShare };
    return crashAfterUs === undefined
      ? other
      : { ...other, runs: { kind: 'constant', meanUs: crashAfterUs }, failureShare: 1 };
  }

  private commandMachine(verb: 'drain' | 'pause' | 'activate', name: string): void {
    const { specs } = this.plane.machines;
    const machine = specs.findIndex((one) => one.name === name);
    if (machine < 0)
      throw new InputError(
        `there is no machine "${name}"${suggestion(
          name,
          specs.map((one) => one.name),
        )}`,
      );
    if (verb === 'drain') this.master.drain(machine);
    else if (verb === 'pause') this.master.deactivate(machine);
    else this.master.reactivate(machine);
  }

  private grant(wish: MachineWish): void {
    if (wish.kind === 'drain-begin') this.master.drain(wish.machine);
    else if (wish.kind === 'drain-end') this.master.reactivate(wish.machine);
    else this.master.schedule(wish.machine);
  }
}
