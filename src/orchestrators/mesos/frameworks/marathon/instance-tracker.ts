import type { DataPlane, TaskEnd } from '../../../data-plane/data-plane.ts';
import type { ProcessBehaviour } from '../../../data-plane/process-behaviour.ts';
import type { AppSpec } from './app-spec.ts';
import { isHealthy, type Instance, type RunningApp } from './instance.ts';
import { plainName } from './path-id.ts';

/** All apps and their instances, and what the books say of them. */
export class InstanceTracker {
  readonly apps = new Map<string, RunningApp>();
  readonly byIndex: RunningApp[] = [];
  readonly byTask = new Map<number, Instance>();
  readonly byId = new Map<number, Instance>();
  private readonly plane: DataPlane;
  private readonly named = new Map<string, number>();
  private nextId = 0;

  constructor(plane: DataPlane) {
    this.plane = plane;
  }

  addApp(spec: AppSpec, behaviour: ProcessBehaviour): RunningApp {
    const name = plainName(spec.id);
    const service = this.plane.balancers.indexOf(name);
    const app: RunningApp = {
      index: this.byIndex.length,
      id: spec.id,
      name,
      workload: this.workloads.get(name) ?? this.plane.books.addWorkload(name, 'service', service),
      service,
      spec,
      version: 0,
      behaviour,
      target: 0,
      isRemoved: false,
      instances: new Set(),
      replacement: undefined,
    };
    this.workloads.set(name, app.workload);
    this.apps.set(spec.id, app);
    this.byIndex.push(app);
    return app;
  }

  /** One instance more that waits for an offer. */
  schedule(app: RunningApp): Instance {
    const number = (this.named.get(app.id) ?? 0) + 1;
    this.named.set(app.id, number);
    const name = `${app.name}.${number}`;
    const instance: Instance = {
      id: this.nextId++,
      app,
      spec: app.spec,
      version: app.version,
      name,
      book: this.plane.books.addTask(app.workload, name, app.spec.resources),
      state: 'scheduled',
      sinceUs: this.plane.clock.nowUs,
      isWanted: true,
      task: -1,
      machine: -1,
      attributes: undefined,
      container: -1,
      alive: app.spec.healthChecks.map(() => false),
      unready: app.spec.readinessChecks.length,
      probes: [],
      killedUs: Number.NaN,
      failedHealth: false,
    };
    app.instances.add(instance);
    this.byId.set(instance.id, instance);
    return instance;
  }

  launched(instance: Instance, task: number): void {
    instance.task = task;
    this.byTask.set(task, instance);
    this.become(instance, 'staging');
  }

  become(instance: Instance, state: Instance['state']): void {
    instance.state = state;
    instance.sinceUs = this.plane.clock.nowUs;
  }

  /** Tells the books whether it counts as ready. */
  tellReady(instance: Instance): void {
    if (instance.state !== 'ended' && isLaunchedInBooks(instance))
      this.plane.books.setReady(instance.book, isHealthy(instance));
  }

  /** It is no more. */
  end(instance: Instance, how: TaskEnd): void {
    if (instance.state === 'ended') return;
    if (isHealthy(instance)) this.plane.books.setReady(instance.book, false);
    this.become(instance, 'ended');
    instance.app.instances.delete(instance);
    this.byId.delete(instance.id);
    if (instance.task >= 0) this.byTask.delete(instance.task);
    for (const probe of instance.probes) this.plane.probes.stop(probe);
    instance.probes = [];
    this.plane.books.end(instance.book, how);
  }

  private readonly workloads = new Map<string, number>();
}

const isLaunchedInBooks = ({ task }: Instance): boolean => task >= 0;
