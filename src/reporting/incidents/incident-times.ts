import type { Cell, Comparison } from '../../experiment/comparison.ts';
import type { IncidentRecord } from '../../sim/monitoring/incident-record.ts';
import type { LivingResult, TimerRecord } from '../../sim/monitoring/living-result.ts';
import { livingRuns } from '../living/living-runs.ts';

/**
 * Median, lowest and highest over seeds; `missing`: in so many runs it did not come before the end. NaN without any that is
 * missing: nothing was lost, so there was nothing to come.
 */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly missing: number;
}

/** A timer for whose end somebody waited, and how much of it ran after the incident began, in seconds. */
export interface WaitedTimer {
  readonly timer: string;
  readonly low: number;
  readonly high: number;
}

/** What one policy made of the incident that all of them had; seconds after it began. */
export interface IncidentRow {
  readonly policy: string;
  readonly runs: number;
  readonly lostReplicas: Spread;
  readonly noticedS: Spread;
  /** Until no balancer sent to a lost replica any more. */
  readonly unlistedS: Spread;
  /** Until the first replacement was made, and its process started. */
  readonly createdS: Spread;
  readonly startedS: Spread;
  /** Until every service had as many replicas answering as it asks for. */
  readonly wholeS: Spread;
  readonly lostReplicaS: Spread;
  /** In the order in which they ended. */
  readonly timers: readonly WaitedTimer[];
}

export interface IncidentComparison {
  readonly kind: IncidentRecord['kind'];
  readonly about: string;
  readonly machines: number;
  readonly atUs: number;
  readonly overUs: number | undefined;
  readonly rows: readonly IncidentRow[];
}

/**
 * The incident in which most replicas were lost in all, among those that every policy of the cell has met at the same
 * moment; undefined where there is none, or only one policy.
 */
export function incidentComparison(comparison: Comparison, cell: Cell): IncidentComparison | undefined {
  const runs = livingRuns(comparison, cell);
  if (runs.size < 2) return undefined;
  const first = [...runs.values()].map(([one]) => one.incidents ?? []);
  const shared = first[0].filter((one) => first.every((others) => others.some((other) => isSame(one, other))));
  const lostIn = (one: IncidentRecord): number =>
    first.reduce((sum, others) => sum + lostOf(others.find((other) => isSame(one, other))), 0);
  const shown = shared.reduce<IncidentRecord | undefined>(
    (best, one) => (lostIn(one) > (best === undefined ? 0 : lostIn(best)) ? one : best),
    undefined,
  );
  if (shown === undefined) return undefined;
  return {
    kind: shown.kind,
    about: shown.about,
    machines: shown.machines.length,
    atUs: shown.atUs,
    overUs: shown.overUs,
    rows: [...runs].map(([policy, results]) => rowOf(policy, results, shown)),
  };
}

const isSame = (one: IncidentRecord, other: IncidentRecord): boolean =>
  one.atUs === other.atUs && one.about === other.about && one.kind === other.kind;

const lostOf = (incident: IncidentRecord | undefined): number =>
  incident?.services.reduce((sum, { lost }) => sum + lost.length, 0) ?? 0;

function rowOf(policy: string, results: readonly LivingResult[], shown: IncidentRecord): IncidentRow {
  // Under another seed the same weather may come at another moment.
  const all = results.flatMap((one) => {
    const known = one.incidents ?? [];
    return known.find((other) => isSame(shown, other)) ?? known.find((other) => other.about === shown.about) ?? [];
  });
  // Where nothing ran on the machines nothing had to be taken out or replaced.
  const hit = all.filter((one) => lostOf(one) > 0);
  const after = (timeOf: (one: IncidentRecord) => number | undefined, among = hit): Spread =>
    spread(
      among.map((one) => {
        const timeUs = timeOf(one);
        return timeUs === undefined ? undefined : (timeUs - one.atUs) / 1e6;
      }),
    );
  return {
    policy,
    runs: all.length,
    lostReplicas: spread(all.map(lostOf)),
    noticedS: after((one) => one.noticedUs, all),
    unlistedS: after((one) => latest(one.services.map(({ unlistedUs }) => unlistedUs))),
    createdS: after((one) => firstOf(one, 'createdUs')),
    startedS: after((one) => firstOf(one, 'startedUs')),
    wholeS: after((one) => latest(one.services.map(({ wholeUs }) => wholeUs))),
    lostReplicaS: spread(all.map((one) => one.services.reduce((sum, { lostReplicaS }) => sum + lostReplicaS, 0))),
    timers: timersOf(all),
  };
}

/** The last of all times; undefined where one of them did not come. */
function latest(times: readonly (number | undefined)[]): number | undefined {
  let last: number | undefined;
  for (const one of times) {
    if (one === undefined) return undefined;
    last = Math.max(last ?? one, one);
  }
  return last;
}

/** The first time of any replacement; those that were there before do not count. */
function firstOf({ services }: IncidentRecord, field: 'createdUs' | 'startedUs'): number | undefined {
  const times = services.flatMap(({ replicas }) =>
    replicas.flatMap((replica) => (replica.isBack ? [] : (replica[field] ?? []))),
  );
  return times.length === 0 ? undefined : times.reduce((least, one) => Math.min(least, one));
}

function spread(values: readonly (number | undefined)[]): Spread {
  const known = values.filter((one) => one !== undefined).sort((a, b) => a - b);
  const missing = values.length - known.length;
  if (known.length === 0) return { median: Number.NaN, low: Number.NaN, high: Number.NaN, missing };
  const middle = known.length / 2;
  const median = known.length % 2 === 1 ? known[Math.floor(middle)] : (known[middle - 1] + known[middle]) / 2;
  return { median, low: known[0], high: known[known.length - 1], missing };
}

/** Timers for which a step waited until the service was whole, over all seeds; what was wound up before counts from the incident on. */
function timersOf(incidents: readonly IncidentRecord[]): WaitedTimer[] {
  const found = new Map<string, { low: number; high: number; endS: number }>();
  for (const { atUs, steps } of incidents)
    for (const timer of steps.flatMap(({ waitedFor }) => waitedFor ?? [])) {
      if (timer.toUs <= atUs) continue;
      const seconds = (timer.toUs - Math.max(atUs, timer.fromUs)) / 1e6;
      const endS = (timer.toUs - atUs) / 1e6;
      const name = nameOf(timer);
      const known = found.get(name);
      if (known === undefined) found.set(name, { low: seconds, high: seconds, endS });
      else {
        known.low = Math.min(known.low, seconds);
        known.high = Math.max(known.high, seconds);
        known.endS = Math.min(known.endS, endS);
      }
    }
  return [...found].sort(([, a], [, b]) => a.endS - b.endS).map(([timer, { low, high }]) => ({ timer, low, high }));
}

/** What a timer is called without its particulars: `backoff (3)` is `backoff`. */
const nameOf = ({ timer }: TimerRecord): string => timer.replace(/\s*\(.*\)$/, '');
