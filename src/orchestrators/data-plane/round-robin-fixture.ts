import { containerOrder } from './container-fixture.ts';
import type { ControlLoop } from './control-loop.ts';
import type { ContainerExit, DataPlane } from './data-plane.ts';
import { NO_RESOURCES, type Resources } from './machine-spec.ts';
import type { ProcessBehaviour } from './process-behaviour.ts';

export interface RoundRobinOptions {
  readonly workload?: string;
  readonly replicas?: number;
  readonly resources?: Resources;
  readonly behaviour?: Partial<ProcessBehaviour>;
  /** Index of the modelled service that its replicas serve. */
  readonly service?: number;
  /** So long after a machine is silent its tasks are replaced. */
  readonly noticeUs?: number;
  /** One that ends or cannot be started is replaced after so long. */
  readonly restartUs?: number;
}

/** One replica of the round robin. */
interface Replica {
  readonly task: number;
  readonly machine: number;
  readonly container: number;
  isReady: boolean;
}

/**
 * The smallest control loop: so many replicas on machines in turn; one that ends is replaced soon, those of a machine that
 * has been silent for a while at once.
 */
export class RoundRobin implements ControlLoop {
  readonly replicas: Replica[] = [];
  private readonly plane: DataPlane;
  private readonly options: Required<Omit<RoundRobinOptions, 'behaviour'>> & Pick<RoundRobinOptions, 'behaviour'>;
  private readonly workload: number;
  private readonly silentSinceUs = new Map<number, number>();
  private readonly noticeKind: number;
  private readonly addKind: number;
  private made = 0;
  private turn = -1;

  constructor(plane: DataPlane, options: RoundRobinOptions = {}) {
    this.plane = plane;
    this.options = {
      workload: 'web',
      replicas: 4,
      resources: NO_RESOURCES,
      service: -1,
      noticeUs: 10e6,
      restartUs: 1e6,
      ...options,
    };
    const { workload, service, noticeUs } = this.options;
    this.workload = plane.books.addWorkload(workload, 'service', service);
    this.noticeKind = plane.clock.apiKind((machine) => this.notice(machine));
    this.addKind = plane.clock.apiKind(() => this.add());
    plane.machines.watch((machine) => {
      if (plane.machines.isReachable(machine)) this.silentSinceUs.delete(machine);
      else if (!this.silentSinceUs.has(machine)) {
        this.silentSinceUs.set(machine, plane.clock.nowUs);
        plane.clock.after(noticeUs, this.noticeKind, machine);
      }
    });
  }

  begin(): void {
    this.plane.books.setDesired(this.workload, this.options.replicas);
    for (let k = 0; k < this.options.replicas; k++) this.add();
  }

  operate(): void {}

  notes(): readonly string[] {
    return [];
  }

  isQuiet(): boolean {
    return this.replicas.length >= this.options.replicas && this.replicas.every(({ isReady }) => isReady);
  }

  private add(): void {
    const { books, chooser, clock, containers, machines } = this.plane;
    const { workload, resources, behaviour } = this.options;
    const free = machines.specs.map((_, machine) => machine).filter((machine) => machines.isReachable(machine));
    if (free.length === 0) {
      clock.after(this.options.restartUs, this.addKind, 0);
      return;
    }
    const name = `${workload}.${++this.made}`;
    const task = books.addTask(this.workload, name, resources);
    this.turn = free.find((one) => one > this.turn) ?? free[0];
    const machine = chooser?.choose(free, { name, resources }) ?? this.turn;
    if (machine < 0) {
      books.end(task, 'failed');
      clock.after(this.options.restartUs, this.addKind, 0);
      return;
    }
    books.place(task, machine);
    const container = containers.create(containerOrder(name, { task, machine, image: workload }, behaviour), {
      prepared: (one) => void containers.start(one),
      refused: (one) => this.ended(one, undefined),
      answers: (one, answers) => this.answers(one, answers),
      exited: (one, exit) => this.ended(one, exit),
    });
    this.replicas.push({ task, machine, container, isReady: false });
  }

  private answers(container: number, isReady: boolean): void {
    const replica = this.replicas.find((one) => one.container === container);
    if (replica === undefined) return;
    replica.isReady = isReady;
    this.plane.books.setReady(replica.task, isReady);
    const { service } = this.options;
    if (service < 0) return;
    if (isReady) this.plane.balancers.list(service, container);
    else this.plane.balancers.unlist(service, container);
  }

  private ended(container: number, exit: ContainerExit | undefined): void {
    // Of a machine that has stopped nobody hears.
    if (exit?.cause === 'machine-stopped') return;
    this.replace(container, exit?.code === 0 ? 'finished' : 'failed');
  }

  private notice(machine: number): void {
    const silentUs = this.plane.clock.nowUs - (this.silentSinceUs.get(machine) ?? Infinity);
    if (silentUs < this.options.noticeUs) return;
    for (const { container, machine: of } of this.replicas.slice())
      if (of === machine) this.replace(container, 'evicted');
  }

  private replace(container: number, how: 'finished' | 'failed' | 'evicted'): void {
    const { balancers, books, containers, machines } = this.plane;
    const place = this.replicas.findIndex((one) => one.container === container);
    if (place < 0) return;
    const [{ task, machine, isReady }] = this.replicas.splice(place, 1);
    if (this.options.service >= 0) balancers.unlist(this.options.service, container);
    if (isReady) books.setReady(task, false);
    books.end(task, how);
    if (machines.isReachable(machine)) containers.remove(container);
    this.plane.clock.after(how === 'evicted' ? 0 : this.options.restartUs, this.addKind, 0);
  }
}
