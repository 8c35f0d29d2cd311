import type { RandomStream } from '../../../sim/random.ts';
import type { DataPlane } from '../../data-plane/data-plane.ts';
import type { TimerSpan } from '../../chronicle.ts';
import type { MesosValues } from '../constants.ts';

/** `recovering`: a new master waits for it. */
type AgentStanding = 'unknown' | 'registered' | 'recovering' | 'unreachable';

export interface AgentHealthWatcher {
  /** It has registered, for the first time or again. */
  registered(machine: number): void;
  unreachable(machine: number): void;
}

interface AgentRecord {
  standing: AgentStanding;
  /** When one of its pings was sent; all others are whole intervals apart. */
  pingUs: number;
  /** When it will be unreachable, or be registered, as things are; NaN: never. */
  dueUs: number;
  registerUs: number;
  /** Its removal has passed the rate limit. */
  mayGo: boolean;
  timer: TimerSpan | undefined;
}

/**
 * Which agents the master counts on. Pings are reckoned when one falls silent: its last answer, then as many pings
 * without one as it may have, and the time for the last of them (src/master/master.cpp, `SlaveObserver`).
 */
export class AgentHealth {
  private readonly plane: DataPlane;
  private readonly values: MesosValues;
  private readonly watcher: AgentHealthWatcher;
  private readonly random: RandomStream;
  private readonly records: AgentRecord[] = [];
  private readonly dueKind: number;
  private readonly registerKind: number;
  private nextRemovalUs = -Infinity;

  constructor(plane: DataPlane, values: MesosValues, watcher: AgentHealthWatcher) {
    this.plane = plane;
    this.values = values;
    this.watcher = watcher;
    this.random = plane.streams('mesos/agents');
    this.dueKind = plane.clock.apiKind((machine) => this.due(machine));
    this.registerKind = plane.clock.apiKind((machine) => this.register(machine));
    plane.machines.watch((machine, state, before) => this.changed(machine, !before.works && state.works));
    plane.machines.watchControlPlane((up) => (up ? this.masterBack() : this.masterGone()));
  }

  begin(): void {
    const { clock, machines } = this.plane;
    machines.specs.forEach((_, machine) => {
      const record = this.record(machine);
      // Agents have been there for any length of time: their pings are due at any moment of the interval.
      record.pingUs = clock.nowUs + Math.floor(this.random.fine() * this.values.agentPingTimeout);
      if (!this.answers(machine)) return;
      record.standing = 'registered';
      this.watcher.registered(machine);
    });
  }

  isRegistered(machine: number): boolean {
    return this.record(machine).standing === 'registered';
  }

  private record(machine: number): AgentRecord {
    return (this.records[machine] ??= {
      standing: 'unknown',
      pingUs: 0,
      dueUs: Number.NaN,
      registerUs: Number.NaN,
      mayGo: false,
      timer: undefined,
    });
  }

  private answers(machine: number): boolean {
    return this.plane.machines.isReachable(machine);
  }

  private changed(machine: number, rebooted: boolean): void {
    const record = this.record(machine);
    if (this.answers(machine)) {
      const wasSilent = !Number.isNaN(record.dueUs);
      if (wasSilent && record.standing === 'registered' && !rebooted) this.heardAgain(machine, record);
      // An agent that was recovering or forgotten has to register; so has one whose process began anew.
      else if (rebooted || record.standing !== 'registered') this.registerSoon(machine, record);
    } else {
      record.registerUs = Number.NaN;
      if (record.standing === 'registered' && Number.isNaN(record.dueUs) && this.plane.machines.controlPlaneUp)
        this.fallsSilent(machine, record);
    }
  }

  private fallsSilent(machine: number, record: AgentRecord): void {
    const { nowUs } = this.plane.clock;
    const { agentPingTimeout, maxAgentPingTimeouts } = this.values;
    const answeredUs = record.pingUs + Math.floor((nowUs - record.pingUs) / agentPingTimeout) * agentPingTimeout;
    this.expect(
      machine,
      record,
      answeredUs + (maxAgentPingTimeouts + 1) * agentPingTimeout,
      'agent_ping_timeout x max_agent_ping_timeouts',
    );
  }

  private heardAgain(machine: number, record: AgentRecord): void {
    this.expectNoMore(record);
    const { chronicle, machines } = this.plane;
    chronicle.event('mesos-master', 'Normal', 'AgentReconnected', machines.specs[machine].name, 'answers pings again');
  }

  private expect(machine: number, record: AgentRecord, dueUs: number, timer: string): void {
    const { clock, chronicle, machines } = this.plane;
    record.dueUs = dueUs;
    clock.at(dueUs, this.dueKind, machine);
    record.timer = { fromUs: clock.nowUs, toUs: dueUs, timer, about: machines.specs[machine].name };
    chronicle.timer(record.timer);
  }

  /** What was expected does not come: the timer ended before its time. */
  private expectNoMore(record: AgentRecord): void {
    const { nowUs } = this.plane.clock;
    if (!Number.isNaN(record.dueUs) && record.timer !== undefined)
      this.plane.chronicle.timer({ ...record.timer, toUs: nowUs });
    record.dueUs = Number.NaN;
    record.mayGo = false;
  }

  private due(machine: number): void {
    const record = this.record(machine);
    const { nowUs } = this.plane.clock;
    if (!(record.dueUs <= nowUs) || record.standing === 'unreachable') return;
    if (this.values.agentRemovalInterval > 0 && !record.mayGo) {
      // The first goes at once, each further one an interval after the one before (libprocess limiter.hpp).
      const permitUs = Math.max(nowUs, this.nextRemovalUs);
      this.nextRemovalUs = permitUs + this.values.agentRemovalInterval;
      record.mayGo = true;
      if (permitUs > nowUs) {
        this.expect(machine, record, permitUs, 'agent_removal_rate_limit');
        return;
      }
    }
    record.mayGo = false;
    record.dueUs = Number.NaN;
    record.standing = 'unreachable';
    this.watcher.unreachable(machine);
  }

  private registerSoon(machine: number, record: AgentRecord): void {
    const { clock } = this.plane;
    record.registerUs = clock.nowUs + Math.floor(this.random.fine() * this.values.agentRegistrationBackoff);
    clock.at(record.registerUs, this.registerKind, machine);
  }

  private register(machine: number): void {
    const record = this.record(machine);
    if (!(record.registerUs <= this.plane.clock.nowUs) || !this.answers(machine)) return;
    record.registerUs = Number.NaN;
    this.expectNoMore(record);
    record.pingUs = this.plane.clock.nowUs;
    record.standing = 'registered';
    this.watcher.registered(machine);
  }

  private masterGone(): void {
    for (const record of this.records) this.expectNoMore(record);
  }

  /** A new master knows from the registry who should be there, and waits for them. */
  private masterBack(): void {
    this.plane.machines.specs.forEach((_, machine) => {
      const record = this.record(machine);
      if (record.standing === 'registered') record.standing = 'recovering';
      if (this.answers(machine)) this.registerSoon(machine, record);
      if (record.standing === 'recovering')
        this.expect(
          machine,
          record,
          this.plane.clock.nowUs + this.values.agentReregisterTimeout,
          'agent_reregister_timeout',
        );
    });
  }
}
