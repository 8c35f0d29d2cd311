import type { Streams } from '../../sim/living-spec.ts';
import type { RandomStream } from '../../sim/random.ts';
import type { Clock } from '../clock.ts';
import type { ContainerRuns } from './containers.ts';
import type { Container, Probes, ProbeSpec } from './data-plane.ts';
import type { MachinePark } from './machines.ts';
import { ProbeCourse } from './probe-course.ts';

/** What answering a probe costs at full speed; a process that needs longer than the timeout fails it. */
const PROBE_WORK_US = 10_000;

interface Prober {
  readonly id: number;
  readonly container: number;
  readonly machine: number;
  readonly spec: ProbeSpec;
  readonly fromUs: number;
  readonly told: (container: number, healthy: boolean) => void;
  /** Absent until the process is started. */
  course: ProbeCourse | undefined;
  dueUs: number;
}

/**
 * Health checks of containers. One of its own machine ends with its process. One over the network goes on: it does not know
 * whether nobody answers because the process has ended, its machine has stopped, or nothing gets through. A machine that
 * drops a share of what it is asked drops that share of them.
 */
export class ProbeRuns implements Probes {
  private readonly clock: Clock;
  private readonly streams: Streams;
  private readonly machines: MachinePark;
  private readonly containers: ContainerRuns;
  private readonly probers = new Map<number, Prober>();
  private readonly byContainer = new Map<number, Set<Prober>>();
  private readonly byMachine: Set<Prober>[] = [];
  private readonly dueKind: number;
  private nextId = 0;

  constructor(clock: Clock, machines: MachinePark, containers: ContainerRuns, streams: Streams) {
    this.clock = clock;
    this.streams = streams;
    this.machines = machines;
    this.containers = containers;
    this.dueKind = clock.kind((prober) => this.due(prober));
    containers.watchAll((container) => this.looks(container));
    containers.watchAnswers((container) => this.looks(container));
    machines.watch((machine) => {
      for (const prober of this.byMachine[machine] ?? []) this.look(prober, containers.get(prober.container));
    });
  }

  watch(container: number, spec: ProbeSpec, told: (container: number, healthy: boolean) => void): number {
    const run = this.containers.get(container);
    const id = this.nextId++;
    if (run === undefined) return id;
    const { machine } = run.order;
    const prober: Prober = {
      id,
      container,
      machine,
      spec,
      fromUs: this.clock.nowUs,
      told,
      course: undefined,
      dueUs: Number.NaN,
    };
    this.probers.set(id, prober);
    let others = this.byContainer.get(container);
    if (others === undefined) this.byContainer.set(container, (others = new Set()));
    others.add(prober);
    (this.byMachine[machine] ??= new Set()).add(prober);
    this.look(prober, run);
    return id;
  }

  stop(probe: number): void {
    const prober = this.probers.get(probe);
    if (prober === undefined) return;
    this.probers.delete(probe);
    this.byMachine[prober.machine].delete(prober);
    const others = this.byContainer.get(prober.container);
    others?.delete(prober);
    if (others?.size === 0) this.byContainer.delete(prober.container);
  }

  private looks(container: Container): void {
    const probers = this.byContainer.get(container.id);
    if (probers !== undefined) for (const prober of probers) this.look(prober, container);
  }

  /** Something about the container or its machine may have changed. */
  private look(prober: Prober, container: Container | undefined): void {
    const { nowUs } = this.clock;
    const hasEnded = container === undefined || container.state === 'exited';
    if (hasEnded && !prober.spec.isRemote) {
      prober.dueUs = Number.NaN;
      return;
    }
    const lossShare = container === undefined ? 1 : this.lossShare(prober, container);
    if (prober.course === undefined) {
      // Over the network, one that has ended unseen or without ever having been started is asked as well.
      if (container === undefined || (Number.isNaN(container.startedUs) && !hasEnded)) return;
      const startedUs = Number.isNaN(container.startedUs) ? nowUs : container.startedUs;
      prober.course = new ProbeCourse(prober.spec, prober.fromUs, startedUs, lossShare, this.drawsOf(container));
    } else prober.course.change(nowUs, lossShare);
    this.plan(prober, prober.course);
  }

  /** How many of its probes get no answer now. */
  private lossShare({ spec, machine }: Prober, container: Container): number {
    if (!container.answers || (spec.isRemote && !this.machines.isReachable(machine))) return 1;
    const { speed, lossShare } = this.machines.state(machine);
    if (PROBE_WORK_US > spec.timeoutUs * speed) return 1;
    return spec.isRemote ? lossShare : 0;
  }

  /** A number for each probe, drawn when one is asked for. */
  private drawsOf({ order }: Container): (probe: number) => number {
    const drawn: number[] = [];
    let random: RandomStream | undefined;
    return (probe) => {
      random ??= this.streams(`probes/${order.name}`);
      while (drawn.length <= probe) drawn.push(random.next());
      return drawn[probe];
    };
  }

  private plan(prober: Prober, course: ProbeCourse): void {
    const { nextUs } = course;
    if (nextUs === prober.dueUs) return;
    prober.dueUs = nextUs;
    if (nextUs < Infinity) this.clock.at(nextUs, this.dueKind, prober.id);
  }

  private due(id: number): void {
    const prober = this.probers.get(id);
    if (prober?.course === undefined || prober.dueUs !== this.clock.nowUs) return;
    const { course, container } = prober;
    const verdict = course.take(this.clock.nowUs);
    prober.dueUs = Number.NaN;
    this.plan(prober, course);
    if (verdict !== undefined) prober.told(container, verdict.healthy);
  }
}
