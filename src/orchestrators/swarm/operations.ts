import { InputError } from '../../sim/input-error.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import type { OperatorChange } from '../data-plane/control-loop.ts';
import type { DataPlane } from '../data-plane/data-plane.ts';
import type { ProcessBehaviour } from '../data-plane/process-behaviour.ts';
import type { NativeFile } from '../native-file.ts';
import type { LoopOptions } from '../orchestrator.ts';
import type { RestartSupervisor } from './restart/restart-supervisor.ts';
import { isJob, type Node, type Service } from './store/objects.ts';
import type { SwarmStore } from './store/swarm-store.ts';
import { TaskState } from './store/task-state.ts';
import type { SwarmServiceSpec, SwarmStack } from './swarm-spec.ts';
import { portConflict } from './tasks/allocator.ts';

/**
 * What people tell the managers: services made, changed and removed, nodes drained and paused. It waits while there is no
 * leader. (SwarmKit manager/controlapi.)
 */
export class Operations {
  readonly notes: string[] = [];
  private readonly plane: DataPlane;
  private readonly store: SwarmStore;
  private readonly options: LoopOptions;
  private readonly restarts: RestartSupervisor;
  private readonly read: (files: readonly NativeFile[]) => SwarmStack;
  private readonly waiting: OperatorChange[] = [];
  private readonly dueKind: number;
  private services = 0;
  private versions = 0;

  constructor(
    plane: DataPlane,
    store: SwarmStore,
    options: LoopOptions,
    restarts: RestartSupervisor,
    read: (files: readonly NativeFile[]) => SwarmStack,
  ) {
    this.plane = plane;
    this.store = store;
    this.options = options;
    this.restarts = restarts;
    this.read = read;
    this.dueKind = plane.clock.apiKind(() => this.next());
    plane.machines.watchWishes((wish) => {
      const machine = plane.machines.specs[wish.machine].name;
      if (wish.kind === 'drain-begin') this.operate({ verb: 'drain', machine });
      else if (wish.kind === 'drain-end') this.operate({ verb: 'activate', machine });
      else this.say(`nothing in a swarm heeds a spot notice: tasks on ${machine} run until the machine is gone`);
    });
  }

  get isWaiting(): boolean {
    return this.waiting.length > 0;
  }

  operate(change: OperatorChange): void {
    this.waiting.push(change);
    this.plane.clock.after(0, this.dueKind, 0);
  }

  /** Creates a service. Throws an InputError where another one has one of its ports. */
  create(spec: SwarmServiceSpec): void {
    const conflict = portConflict(spec, this.store.services.values());
    if (conflict !== undefined)
      throw new InputError(`service "${spec.name}": ${conflict}; publish another port, or none`);
    const { books, balancers } = this.plane;
    const kinds = { replicated: 'service', global: 'daemon', 'replicated-job': 'job', 'global-job': 'job' } as const;
    const balancer = balancers.indexOf(spec.name);
    this.store.createService({
      id: this.services++,
      name: spec.name,
      current: { spec, version: ++this.versions, behaviour: this.options.behaviourOf(spec.name) },
      previous: undefined,
      updateStatus: undefined,
      jobIteration: 0,
      isRemoved: false,
      workload: books.addWorkload(spec.name, kinds[spec.mode], balancer),
      balancer,
    });
  }

  private next(): void {
    const change = this.waiting.shift();
    if (change !== undefined) this.store.write(() => this.carryOut(change));
  }

  private carryOut(change: OperatorChange): void {
    switch (change.verb) {
      case 'apply':
        this.apply(this.read(change.files));
        break;
      case 'remove':
        this.remove(this.serviceNamed(change.workload));
        break;
      case 'scale': {
        const service = this.serviceNamed(change.workload);
        const { mode } = service.current.spec;
        if (mode !== 'replicated' && mode !== 'replicated-job')
          throw new InputError(
            `service "${service.name}" is ${mode} and cannot be scaled; scale one that is replicated or replicated-job`,
          );
        this.change(service, { ...service.current.spec, replicas: change.replicas }, service.current.behaviour);
        break;
      }
      case 'update': {
        const service = this.serviceNamed(change.workload);
        const { spec, behaviour } = service.current;
        this.change(service, { ...spec, image: change.image }, withDifference(behaviour, change.as));
        break;
      }
      case 'drain':
        this.store.updateNode(this.nodeNamed(change.machine), { availability: 'drain' });
        break;
      case 'pause':
        this.store.updateNode(this.nodeNamed(change.machine), { availability: 'pause' });
        break;
      case 'activate':
        this.store.updateNode(this.nodeNamed(change.machine), { availability: 'active' });
        break;
      default:
        change satisfies never;
    }
  }

  /** `docker stack deploy`: what is there is updated, what is new is created. */
  private apply({ services, notes }: SwarmStack): void {
    for (const note of notes) this.say(note);
    for (const spec of services) {
      const service = this.store.services.get(spec.name);
      if (service === undefined) {
        this.create(spec);
        continue;
      }
      if (service.current.spec.mode !== spec.mode)
        throw new InputError(
          `service "${spec.name}" is ${service.current.spec.mode}: service mode change is not allowed; remove it first, or write "mode: ${service.current.spec.mode}"`,
        );
      const conflict = portConflict(spec, this.store.services.values());
      if (conflict !== undefined)
        throw new InputError(`service "${spec.name}": ${conflict}; publish another port, or none`);
      this.change(service, spec, service.current.behaviour);
    }
  }

  /**
   * A new version; what it was before is what a rollback goes back to. A job runs anew, whatever has changed, if anything
   * has. (Controlapi, UpdateService.)
   */
  private change(service: Service, spec: SwarmServiceSpec, behaviour: ProcessBehaviour): void {
    if (isJob(service)) service.jobIteration++;
    service.previous = service.current;
    service.current = { spec, version: ++this.versions, behaviour };
    service.updateStatus = undefined;
    this.store.updateService(service);
  }

  private remove(service: Service): void {
    this.store.deleteService(service);
    this.restarts.history.forget(service.id);
    for (const task of this.store.tasksOf(service)) this.store.setDesired(task, TaskState.remove);
  }

  private say(note: string): void {
    if (!this.notes.includes(note)) this.notes.push(note);
  }

  private serviceNamed(name: string): Service {
    const service = this.store.services.get(name);
    if (service !== undefined) return service;
    const names = [...this.store.services.keys()];
    throw new InputError(`there is no service "${name}"${suggestion(name, names)}`);
  }

  private nodeNamed(name: string): Node {
    const node = this.store.allNodes().find((one) => one.facts.hostname === name);
    if (node !== undefined) return node;
    const names = this.store.allNodes().map(({ facts }) => facts.hostname);
    throw new InputError(`there is no node "${name}"${suggestion(name, names)}`);
  }
}

/** How the processes of another version behave. */
function withDifference(
  behaviour: ProcessBehaviour,
  as: Extract<OperatorChange, { verb: 'update' }>['as'],
): ProcessBehaviour {
  if (as === undefined) return behaviour;
  const { workFactor, errorShare, crashAfterUs } = as;
  const other = { ...behaviour, workFactor, errorShare };
  if (crashAfterUs === undefined) return other;
  return { ...other, runs: { kind: 'constant', meanUs: crashAfterUs }, failureShare: 1 };
}
