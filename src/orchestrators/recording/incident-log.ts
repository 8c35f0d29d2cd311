import type { Workload } from './workload-counts.ts';

/** No run keeps more incidents, and no incident more replicas of a service. */
const MOST_INCIDENTS = 200;
const MOST_REPLICAS = 100;

export type LossKind = 'machine-stopped' | 'machine-cut-off';

/** A replica, by a number that no other has, and its name as timers speak of it. */
export interface LoggedReplica {
  readonly id: number;
  readonly name: string;
  machine: string;
  /** It was there before and lost; since then no balancer sends to it, or has never. */
  readonly isBack: boolean;
  unlistedUs: number;
  isListed: boolean;
  createdUs: number;
  placedUs: number;
  startedUs: number;
  answeringUs: number;
}

/** What an incident does to a workload. Times are NaN that have not come. */
export interface LoggedService {
  readonly workload: Workload;
  readonly desired: number;
  readonly lost: Map<number, LoggedReplica>;
  readonly made: Map<number, LoggedReplica>;
  wholeUs: number;
  /** The workload's `lostUs` when it began, and in between. */
  readonly lostUsBefore: number;
  lostUs: number;
}

export interface LoggedIncident {
  readonly kind: LossKind;
  readonly zone: string;
  readonly atUs: number;
  readonly machines: Set<string>;
  /** Of those, the ones that are still away. */
  readonly away: Set<string>;
  /** Whether all machines of its zone are among them. */
  isZone: boolean;
  noticedUs: number;
  overUs: number;
  readonly services: Map<Workload, LoggedService>;
}

/** What is known of a replica when something becomes of it. */
export interface ReplicaFacts {
  readonly id: number;
  readonly name: string;
  readonly workload: Workload;
  readonly machine: string;
  readonly isListed: boolean;
}

/**
 * Writes down what follows when machines are lost: for each workload that had replicas there, when these were given up,
 * and which others took their places. Whoever records a run tells it of everything, in order of time.
 */
export class IncidentLog {
  readonly incidents: LoggedIncident[] = [];
  /** A sentence for the result, if there were more than are kept. */
  get notes(): string[] {
    const { dropped } = this;
    return dropped > 0 ? [`${dropped} incidents beyond the first ${MOST_INCIDENTS} are not told`] : [];
  }

  private dropped = 0;
  private readonly machinesIn: (zone: string) => number;
  /** Incidents in which something may still become of replicas. */
  private active: LoggedIncident[] = [];
  /** Replicas that ceased to answer at the last instant at which some did. */
  private ceasedUs = Number.NaN;
  private ceased: ReplicaFacts[] = [];

  /** `machinesIn`: how many machines a zone has. */
  constructor(machinesIn: (zone: string) => number) {
    this.machinesIn = machinesIn;
  }

  /** Nothing comes from a machine any more. Replicas that cease to answer there at the same instant are lost with it. */
  lost(kind: LossKind, machine: string, zone: string, atUs: number): void {
    let incident = this.active.find((one) => one.atUs === atUs && one.kind === kind && one.zone === zone);
    if (incident === undefined) {
      if (this.incidents.length >= MOST_INCIDENTS) {
        this.dropped++;
        return;
      }
      incident = {
        kind,
        zone,
        atUs,
        machines: new Set(),
        away: new Set(),
        isZone: false,
        noticedUs: Number.NaN,
        overUs: Number.NaN,
        services: new Map(),
      };
      this.incidents.push(incident);
      this.active = [...this.active.filter((one) => one.atUs === atUs || isGoingOn(one)), incident];
    }
    incident.machines.add(machine);
    incident.away.add(machine);
    incident.isZone = zone !== '' && incident.machines.size > 1 && incident.machines.size >= this.machinesIn(zone);
    if (this.ceasedUs === atUs)
      for (const replica of this.ceased) if (replica.machine === machine) this.lose(incident, replica);
  }

  /** Whether replicas have ceased to answer there at this instant. */
  hasCeased(machine: string, atUs: number): boolean {
    return this.ceasedUs === atUs && this.ceased.some((one) => one.machine === machine);
  }

  /** Things come from it again. */
  back(machine: string, atUs: number): void {
    for (const incident of this.incidents)
      if (incident.away.delete(machine) && incident.away.size === 0) incident.overUs = atUs;
  }

  /** The control plane has acted upon the loss of a machine. */
  noticed(machine: string, atUs: number): void {
    for (const incident of this.incidents)
      if (incident.away.has(machine) && Number.isNaN(incident.noticedUs)) incident.noticedUs = atUs;
  }

  /** The control plane has given a replica up: it must have noticed. */
  givenUp(id: number, atUs: number): void {
    for (const incident of this.active)
      for (const { lost } of incident.services.values()) {
        const replica = lost.get(id);
        if (replica !== undefined) this.noticed(replica.machine, atUs);
      }
  }

  /** Balancers send to a replica no more, or again. */
  listed(id: number, isListed: boolean, atUs: number): void {
    for (const replica of this.lostOnes(id)) {
      if (replica.isListed && !isListed) replica.unlistedUs = atUs;
      replica.isListed = isListed;
    }
  }

  made({ id, name, workload }: Pick<ReplicaFacts, 'id' | 'name' | 'workload'>, atUs: number): void {
    const incident = this.active.find((one) => Number.isNaN(one.services.get(workload)?.wholeUs ?? 0));
    const service = incident?.services.get(workload);
    if (service === undefined || service.made.size >= MOST_REPLICAS) return;
    service.made.set(id, { ...newReplica(id, name, '', false), createdUs: atUs });
  }

  placed(id: number, machine: string, atUs: number): void {
    for (const replica of this.madeOnes(id)) {
      replica.machine = machine;
      replica.placedUs = atUs;
    }
  }

  /** Its first process runs; of one that was lost and runs again: the next. */
  started(id: number, atUs: number): void {
    for (const replica of [...this.madeOnes(id), ...this.lostOnes(id)])
      if (Number.isNaN(replica.startedUs)) replica.startedUs = atUs;
  }

  answers(replica: ReplicaFacts, answers: boolean, atUs: number): void {
    if (answers) {
      for (const one of [...this.madeOnes(replica.id), ...this.lostOnes(replica.id)])
        if (Number.isNaN(one.answeringUs)) one.answeringUs = atUs;
      return;
    }
    if (this.ceasedUs !== atUs) {
      this.ceasedUs = atUs;
      this.ceased = [];
    }
    this.ceased.push(replica);
    for (const incident of this.active)
      if (incident.atUs === atUs && incident.away.has(replica.machine)) this.lose(incident, replica);
  }

  /** How many of a workload answer or are asked for has changed; `lostUs` is summed up to this time. */
  counted(workload: Workload, atUs: number): void {
    for (const incident of this.active) {
      const service = incident.services.get(workload);
      if (service === undefined || !Number.isNaN(service.wholeUs) || atUs <= incident.atUs) continue;
      service.lostUs = workload.lostUs;
      // With more than were asked for nothing was missing in the first place.
      if (service.lostUs === service.lostUsBefore) service.wholeUs = incident.atUs;
      else if (workload.answering >= workload.desired) service.wholeUs = atUs;
    }
  }

  private lose(incident: LoggedIncident, { id, name, workload, machine, isListed }: ReplicaFacts): void {
    let service = incident.services.get(workload);
    if (service === undefined) {
      const { desired, lostUs } = workload;
      service = {
        workload,
        desired,
        lost: new Map(),
        made: new Map(),
        wholeUs: Number.NaN,
        lostUsBefore: lostUs,
        lostUs,
      };
      incident.services.set(workload, service);
    }
    service.lost.set(id, { ...newReplica(id, name, machine, true), isListed });
  }

  private lostOnes(id: number): LoggedReplica[] {
    return this.active.flatMap(({ services }) => [...services.values()].flatMap(({ lost }) => lost.get(id) ?? []));
  }

  private madeOnes(id: number): LoggedReplica[] {
    return this.active.flatMap(({ services }) => [...services.values()].flatMap(({ made }) => made.get(id) ?? []));
  }
}

/** Whether anything more may be said of its replicas. */
function isGoingOn({ services }: LoggedIncident): boolean {
  for (const { wholeUs, lost } of services.values()) {
    if (Number.isNaN(wholeUs)) return true;
    for (const { isListed } of lost.values()) if (isListed) return true;
  }
  return false;
}

function newReplica(id: number, name: string, machine: string, isBack: boolean): LoggedReplica {
  return {
    id,
    name,
    machine,
    isBack,
    isListed: false,
    unlistedUs: Number.NaN,
    createdUs: Number.NaN,
    placedUs: Number.NaN,
    startedUs: Number.NaN,
    answeringUs: Number.NaN,
  };
}
