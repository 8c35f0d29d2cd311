import type { RunPlan } from '../experiment/run-plan.ts';
import type { LivingResult } from '../sim/monitoring/living-result.ts';
import type { RunResult } from '../sim/result.ts';
import { columns, oneLine, type painter } from './console-output.ts';

const MOST_LINES = 12;

/** What one run of a living cluster came to, for a terminal: services, promises, money, and what happened. */
export function livingText(
  plan: RunPlan,
  result: RunResult,
  living: LivingResult,
  paint: ReturnType<typeof painter>,
): string {
  const { services, objectives, cost, decisions, happenings, notes } = living;
  const parts = [
    `${paint('bold', plan.workload.name)}, ${plan.policy.name}, seed ${plan.seed}, ${clock(result.endUs)} of simulated time\nfingerprint ${paint('bold', result.fingerprint)}`,
  ];
  if (services.length > 0)
    parts.push(
      columns(
        [
          ['service', 'arrived', 'served', 'failed', 'timed out', 'p50', 'p99', 'replicas', 'peak', 'CPU', 'cost'],
          ...services.map((one) => [
            one.service,
            count(one.arrived),
            count(one.served),
            count(one.failed),
            count(one.timedOut),
            ms(one.p50Ms),
            ms(one.p99Ms),
            one.replicasMean.toFixed(1),
            String(one.replicasPeak),
            share(one.cpuShareMean),
            usd(one.costUsd),
          ]),
        ],
        paint,
      ),
    );
  if (objectives.length > 0)
    parts.push(
      columns(
        [
          ['objective', 'kept', 'good', 'budget used', 'minutes broken', 'worst burn 1 h'],
          ...objectives.map((one) => [
            `${one.service}: ${one.text}`,
            one.kept ? paint('green', 'yes') : paint('red', 'no'),
            share(one.goodShare, 3),
            one.budgetUsed >= 10 ? `${one.budgetUsed.toFixed(0)}×` : share(one.budgetUsed),
            one.violatedMinutes.toFixed(0),
            one.worstBurn1h.toFixed(1),
          ]),
        ],
        paint,
      ),
    );
  const { arrived, finished, running, pending, refused, killed } = result.counts;
  const perMillion = cost.usdPerMillionRequests;
  parts.push(
    [
      cost.totalUsd === 0
        ? 'no machine has a price'
        : `cost ${paint('bold', usd(cost.totalUsd))}, of that idle ${usd(cost.idleUsd)}${perMillion > 0 && Number.isFinite(perMillion) ? `, ${usd(perMillion)} per million requests` : ''}`,
      ...(cost.energyKWh > 0
        ? [`energy ${number(cost.energyKWh)} kWh, ${number(cost.carbonKg)} kg of carbon dioxide`]
        : []),
      `pods ${arrived}: ${finished} finished, ${running} running, ${pending} waiting, ${refused} refused, ${killed} killed`,
    ].join('\n'),
  );
  const told = happenings.map(({ timeUs, kind, about, what }) => ({ timeUs, kind, text: `${about}: ${what}` }));
  if (told.length > 0) parts.push(listed('what happened', told, paint));
  // Where each pod went is asked with `baton explain`; scaling and rolling out is what one looks for here.
  const decided = decisions
    .filter((one) => one.by !== 'scheduler')
    .map(({ timeUs, by, about, what, why, limitedBy }) => ({
      timeUs,
      kind: by,
      text: `${about}: ${what} (${why}${limitedBy === undefined ? '' : `; ${limitedBy}`})`,
    }));
  if (decided.length > 0) parts.push(listed('what was decided', decided, paint));
  if (notes.length > 0) parts.push(notes.map((one) => paint('dim', oneLine(one))).join('\n'));
  return parts.join('\n\n');
}

interface Told {
  readonly timeUs: number;
  readonly kind: string;
  readonly text: string;
}

/**
 * At most a dozen lines, in order of time: the rarest kinds first, since the thousandth eviction says less than the
 * first outage; of one kind the earliest.
 */
function listed(title: string, all: readonly Told[], paint: ReturnType<typeof painter>): string {
  const byKind = new Map<string, Told[]>();
  for (const one of all) {
    const same = byKind.get(one.kind);
    if (same) same.push(one);
    else byKind.set(one.kind, [one]);
  }
  const chosen = new Set<Told>();
  for (let round = 0; chosen.size < Math.min(MOST_LINES, all.length); round++)
    for (const same of [...byKind.values()].sort((a, b) => a.length - b.length))
      if (same[round] !== undefined && chosen.size < MOST_LINES) chosen.add(same[round]);
  const lines = all
    .filter((one) => chosen.has(one))
    .map(({ timeUs, kind, text }) => `  ${clock(timeUs).padStart(9)}  ${kind.padEnd(16)}  ${oneLine(text)}`);
  const rest = all.length - chosen.size;
  const counts = [...byKind].map(([kind, same]) => `${same.length} ${kind}`).join(', ');
  return `${paint('bold', title)} (${counts})\n${lines.join('\n')}${rest > 0 ? paint('dim', `\n  and ${rest} more`) : ''}`;
}

/** `1 d 02:03:04`. */
function clock(us: number): string {
  const s = Math.floor(us / 1e6);
  const two = (value: number): string => String(value).padStart(2, '0');
  const days = Math.floor(s / 86_400);
  return `${days > 0 ? `${days} d ` : ''}${two(Math.floor((s % 86_400) / 3600))}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`;
}

const count = (value: number): string => Math.round(value).toLocaleString('en-US');
const usd = (value: number): string => `$${value < 0.01 && value > 0 ? value.toPrecision(2) : value.toFixed(2)}`;
const share = (value: number, digits = 1): string => (Number.isNaN(value) ? '-' : `${(value * 100).toFixed(digits)} %`);
const number = (value: number): string => String(Number(value.toPrecision(3)));
const ms = (value: number): string =>
  value >= 10_000 ? `${(value / 1000).toFixed(1)} s` : `${Number(value.toPrecision(3)).toLocaleString('en-US')} ms`;
