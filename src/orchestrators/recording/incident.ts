import type {
  IncidentRecord,
  IncidentReplica,
  IncidentService,
  IncidentStep,
  IncidentStepKind,
} from '../../sim/monitoring/incident-record.ts';
import { US_PER_SECOND } from '../../sim/time.ts';
import type { TimerSpan } from '../chronicle.ts';
import type { LoggedIncident, LoggedReplica, LoggedService } from './incident-log.ts';

/** What is kept of an incident's timers. */
const MOST_TIMERS = 200;

/** Incidents as plain data, with the timers of the run that concern them: whose end was waited for before each step. */
export function incidentsOf(
  incidents: readonly LoggedIncident[],
  timers: readonly TimerSpan[],
  endUs: number,
): IncidentRecord[] {
  for (const { atUs, services } of incidents)
    for (const service of services.values())
      // Nothing was missing, and nothing has changed since.
      if (Number.isNaN(service.wholeUs) && service.workload.lostUs === service.lostUsBefore) service.wholeUs = atUs;
  const subjects = new Map<string, readonly string[]>();
  const all = timers.map((span): ToldTimer => {
    let about = subjects.get(span.about);
    if (about === undefined) subjects.set(span.about, (about = subjectsOf(span.about)));
    return { span, about };
  });
  return incidents.map((incident) => recordOf(incident, all, endUs));
}

function recordOf(incident: LoggedIncident, all: readonly ToldTimer[], endUs: number): IncidentRecord {
  const { kind, zone, atUs, isZone, noticedUs, overUs } = incident;
  const machines = [...incident.machines];
  const about = isZone ? zone : machines.join(', ');
  const services = [...incident.services.values()];
  const replicas = services.flatMap(({ lost, made }) => [...lost.values(), ...made.values()]);
  // It lasts until everything is whole and has been noticed.
  const lastUs = services.reduce(
    (last, one) => Math.max(last, Number.isNaN(one.wholeUs) ? endUs : one.wholeUs, unlistedUs(one) ?? atUs),
    Number.isNaN(noticedUs) ? atUs : noticedUs,
  );
  const names = new Set([
    ...machines,
    ...replicas.map(({ name }) => name),
    ...services.map(({ workload }) => workload.name),
  ]);
  const told = all
    .filter(({ span, about: of }) => span.toUs > atUs && span.fromUs < lastUs && of.some((one) => names.has(one)))
    .map(({ span, about: of }) => ({ span: { ...span, toUs: Math.min(span.toUs, endUs) }, about: of }))
    .sort((a, b) => a.span.fromUs - b.span.fromUs || a.span.toUs - b.span.toUs)
    .slice(0, MOST_TIMERS);
  const steps = stepsOf(incident, about, services, {
    timers: told,
    madeNames: new Set(services.flatMap(({ made }) => Array.from(made.values(), ({ name }) => name))),
  });
  return {
    kind: isZone && kind === 'machine-stopped' ? 'zone-outage' : kind,
    about,
    machines,
    atUs,
    ...known('noticedUs', noticedUs),
    ...known('overUs', overUs),
    services: services.map((service) => serviceOf(service, endUs)),
    steps,
    timers: told.map(({ span }) => span),
  };
}

function serviceOf(service: LoggedService, endUs: number): IncidentService {
  const { workload, desired, lost, made, wholeUs, lostUsBefore } = service;
  const lostUs = Number.isNaN(wholeUs) && workload.lostSinceUs <= endUs ? workload.lostUs : service.lostUs;
  const cameBack = [...lost.values()].filter(({ answeringUs }) => !Number.isNaN(answeringUs));
  const left = unlistedUs(service);
  return {
    service: workload.name,
    desired,
    lost: Array.from(lost.values(), ({ name }) => name),
    ...(left !== undefined && { unlistedUs: left }),
    replicas: [...cameBack, ...made.values()].map(replicaOf),
    ...known('wholeUs', wholeUs),
    lostReplicaS: (lostUs - lostUsBefore) / US_PER_SECOND,
  };
}

function replicaOf({ name, machine, isBack, ...times }: LoggedReplica): IncidentReplica {
  return {
    task: name,
    machine,
    isBack,
    ...known('createdUs', times.createdUs),
    ...known('placedUs', times.placedUs),
    ...known('startedUs', times.startedUs),
    ...known('answeringUs', times.answeringUs),
  };
}

/** When nothing was sent to any of the lost ones any more. */
function unlistedUs({ lost }: LoggedService): number | undefined {
  let lastUs: number | undefined;
  for (const replica of lost.values()) {
    if (replica.isListed) return undefined;
    if (!Number.isNaN(replica.unlistedUs)) lastUs = Math.max(lastUs ?? 0, replica.unlistedUs);
  }
  return lastUs;
}

/** A timer, and all names that what it is about may be called by. */
interface ToldTimer {
  readonly span: TimerSpan;
  readonly about: readonly string[];
}

interface TimerFacts {
  readonly timers: readonly ToldTimer[];
  /** Names of replicas in the places of lost ones. */
  readonly madeNames: ReadonlySet<string>;
}

function stepsOf(
  { atUs, noticedUs, overUs }: LoggedIncident,
  about: string,
  services: readonly LoggedService[],
  facts: TimerFacts,
): IncidentStep[] {
  const steps: IncidentStep[] = [];
  const add = (
    kind: IncidentStepKind,
    timeUs: number | undefined,
    of: string,
    afterUs: number,
    own?: string,
  ): number => {
    if (timeUs === undefined || Number.isNaN(timeUs)) return afterUs;
    const waitedFor = kind === 'whole' || kind === 'over' ? [] : endedTimers(facts, afterUs, timeUs, own);
    steps.push({ timeUs, kind, about: of, waitedFor });
    return timeUs;
  };
  steps.push({ timeUs: atUs, kind: 'begins', about, waitedFor: [] });
  const knownUs = add('noticed', noticedUs, about, atUs);
  add('over', overUs, about, atUs);
  for (const service of services) {
    const { name } = service.workload;
    add('unlisted', unlistedUs(service), name, atUs);
    for (const replica of [...service.lost.values(), ...service.made.values()]) {
      if (replica.isBack && Number.isNaN(replica.answeringUs)) continue;
      const of = replica.name;
      let afterUs = add('created', replica.createdUs, of, knownUs, of);
      afterUs = add('placed', replica.placedUs, of, afterUs, of);
      afterUs = add('started', replica.startedUs, of, afterUs, of);
      add('answering', replica.answeringUs, of, afterUs, of);
    }
    add('whole', service.wholeUs, name, atUs);
  }
  return steps
    .map((step, place) => ({ step, place }))
    .sort((a, b) => a.step.timeUs - b.step.timeUs || a.place - b.place)
    .map(({ step }) => step);
}

/** Timers that ended in this span, the last of each name; of a replica's steps those of others in its place do not count. */
function endedTimers(
  { timers, madeNames }: TimerFacts,
  afterUs: number,
  untilUs: number,
  own: string | undefined,
): TimerSpan[] {
  const isOthers = (about: readonly string[]): boolean =>
    !about.includes(own!) && about.some((one) => madeNames.has(one));
  const ended = new Map<string, TimerSpan>();
  for (const { span, about } of timers) {
    if (span.toUs <= afterUs || span.toUs > untilUs) continue;
    if (own !== undefined && isOthers(about)) continue;
    if (span.toUs >= (ended.get(span.timer)?.toUs ?? 0)) ended.set(span.timer, span);
  }
  return [...ended.values()].sort((a, b) => a.toUs - b.toUs || a.fromUs - b.fromUs);
}

/** Names by which something is called: `Pod shop/web-1` is about `shop/web-1` and `web-1`. */
function subjectsOf(about: string): string[] {
  return about.split(/[\s,]+/).flatMap((word) => {
    const names = [word];
    for (let at = word.indexOf('/'); at >= 0; at = word.indexOf('/', at + 1)) names.push(word.slice(at + 1));
    return names;
  });
}

const known = <K extends string>(key: K, timeUs: number): { readonly [P in K]?: number } =>
  (Number.isNaN(timeUs) ? {} : { [key]: timeUs }) as { readonly [P in K]?: number };
