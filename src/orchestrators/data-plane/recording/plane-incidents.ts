import type { IncidentRecord } from '../../../sim/monitoring/incident-record.ts';
import type { TimerSpan } from '../../chronicle.ts';
import { incidentsOf } from '../../recording/incident.ts';
import { IncidentLog } from '../../recording/incident-log.ts';
import type { Workload, WorkloadCounts } from '../../recording/workload-counts.ts';
import type { Machines, MachineState } from '../data-plane.ts';
import type { RequestBalancers } from '../requests/request-balancers.ts';
import type { WatchedContainers } from '../requests/watched-containers.ts';
import type { AnsweringReplica, TaskWatcher } from './answering-tasks.ts';

/** Tells a data plane's incidents to their log, from time 0 on. */
export class PlaneIncidents {
  /** For whoever knows which tasks answer. */
  readonly watcher: TaskWatcher = {
    started: (task) => this.log.started(task, this.clock.nowUs),
    answers: (replica, answers) => this.answers(replica, answers),
  };
  private readonly clock: { readonly nowUs: number };
  private readonly log: IncidentLog;
  private machines: Pick<Machines, 'specs' | 'state'> | undefined;
  private isListed: (container: number) => boolean = () => false;
  /** Tasks of the containers that are listed: the container may be gone when it is taken off the list. */
  private readonly taskOf = new Map<number, number>();
  private readonly machineOf = new Map<string, number>();
  private hasBegun = false;

  constructor(clock: { readonly nowUs: number }, workloads: WorkloadCounts) {
    this.clock = clock;
    this.log = new IncidentLog((zone) => this.machinesIn(zone));
    workloads.onAnswering = (workload, atUs) => this.log.counted(workload, atUs);
  }

  attach(
    machines: Pick<Machines, 'specs' | 'state' | 'watch'>,
    containers: Pick<WatchedContainers, 'get'>,
    balancers: Pick<RequestBalancers, 'watchListings' | 'isListedAnywhere'>,
  ): void {
    this.machines = machines;
    this.isListed = (container) => balancers.isListedAnywhere(container);
    machines.specs.forEach(({ name }, machine) => this.machineOf.set(name, machine));
    machines.watch((machine, state, before) => {
      this.machineOf.set(machines.specs[machine].name, machine);
      if (this.hasBegun) this.note(machine, state, before);
    });
    balancers.watchListings((_, container, listed) => {
      const task = containers.get(container)?.order.task ?? this.taskOf.get(container);
      if (task === undefined) return;
      if (listed) this.taskOf.set(container, task);
      else this.taskOf.delete(container);
      if (this.hasBegun) this.log.listed(task, listed, this.clock.nowUs);
    });
  }

  begin(): void {
    this.hasBegun = true;
  }

  /** The control plane has said something about a thing; if that is a machine that was lost, it has noticed. */
  said(about: string): void {
    for (const word of about.split(/[\s,]+/)) if (this.machineOf.has(word)) this.log.noticed(word, this.clock.nowUs);
  }

  made(task: number, name: string, workload: Workload): void {
    if (this.hasBegun) this.log.made({ id: task, name, workload }, this.clock.nowUs);
  }

  placed(task: number, machine: number): void {
    if (this.hasBegun) this.log.placed(task, this.nameOf(machine), this.clock.nowUs);
  }

  givenUp(task: number): void {
    if (this.hasBegun) this.log.givenUp(task, this.clock.nowUs);
  }

  get notes(): string[] {
    return this.log.notes;
  }

  result(timers: readonly TimerSpan[]): IncidentRecord[] {
    return incidentsOf(this.log.incidents, timers, this.clock.nowUs);
  }

  private answers({ task, name, counted, machine, containers }: AnsweringReplica, answers: boolean): void {
    if (!this.hasBegun || counted === undefined) return;
    let isListed = false;
    for (const { id } of containers.values()) isListed ||= this.isListed(id);
    const replica = { id: task, name, workload: counted, machine: this.nameOf(machine), isListed };
    this.log.answers(replica, answers, this.clock.nowUs);
  }

  private note(machine: number, state: MachineState, before: MachineState): void {
    const { name, zone } = this.machines!.specs[machine];
    const { nowUs } = this.clock;
    const reaches = state.works && !state.cutOff;
    const reached = before.works && !before.cutOff;
    if (reaches && !reached) this.log.back(name, nowUs);
    if (reaches || !reached) return;
    // A machine that is given back with nothing on it is no incident.
    if (state.gone && !this.log.hasCeased(name, nowUs)) return;
    this.log.lost(state.works ? 'machine-cut-off' : 'machine-stopped', name, zone, nowUs);
  }

  private machinesIn(zone: string): number {
    const machines = this.machines!;
    return machines.specs.filter((spec, machine) => spec.zone === zone && !machines.state(machine).gone).length;
  }

  private nameOf(machine: number): string {
    return this.machines!.specs[machine].name;
  }
}
