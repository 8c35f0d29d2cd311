import { isOrchestrated } from '../experiment/orchestrated/is-orchestrated.ts';
import type { RunPlan } from '../experiment/run-plan.ts';
import type { LivingResult, ServiceResult } from '../sim/monitoring/living-result.ts';
import type { RunResult } from '../sim/result.ts';
import { columns, oneLine, type painter } from './console-output.ts';
import { decisionsText, happeningsText, timersText, waitingText } from './kubernetes-run-text.ts';
import { clock, cutTo, wrapTo } from './told-rows.ts';

const MOST_LINES = 12;
const MOST_WORKLOADS = 40;

/** What one run of a living cluster came to, for a terminal: services, promises, money, and what happened. */
export function livingText(
  plan: RunPlan,
  result: RunResult,
  living: LivingResult,
  paint: ReturnType<typeof painter>,
  width = Infinity,
): string {
  const { objectives, cost, notes } = living;
  const isKubernetes = plan.kubernetes !== undefined || isOrchestrated(plan);
  // Only of those with requests is there anything to say about requests.
  const services = living.services.filter((one) => !isKubernetes || one.model !== '' || one.arrived > 0);
  const workloads = living.services.filter((one) => !services.includes(one));
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
  if (workloads.length > 0) parts.push(workloadsText(workloads, paint));
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
  const perMillion = cost.usdPerMillionRequests;
  parts.push(
    [
      cost.totalUsd === 0
        ? `no machine has a price${isKubernetes ? '; nodes have one by their label node.kubernetes.io/instance-type' : ''}`
        : `cost ${paint('bold', usd(cost.totalUsd))}, of that idle ${usd(cost.idleUsd)}${perMillion > 0 && Number.isFinite(perMillion) ? `, ${usd(perMillion)} per million requests` : ''}`,
      ...(cost.energyKWh > 0
        ? [`energy ${number(cost.energyKWh)} kWh, ${number(cost.carbonKg)} kg of carbon dioxide`]
        : []),
      podsText(result),
    ].join('\n'),
  );
  const told = isKubernetes
    ? [
        // Only manifests can be asked why.
        waitingText(living, paint, width, plan.kubernetes !== undefined),
        ...[happeningsText, timersText, decisionsText].map((write) => write(living, paint, width)),
      ]
    : livingTold(living, paint, width);
  parts.push(...told.filter((text) => text !== ''));
  if (notes.length > 0) parts.push(notes.map((one) => paint('dim', wrapTo(shortNote(oneLine(one)), width))).join('\n'));
  return parts.join('\n\n');
}

/** Workloads of which no requests are modelled: are their pods there? Those that miss some come first. */
function workloadsText(workloads: readonly ServiceResult[], paint: ReturnType<typeof painter>): string {
  const lacks = ({ atEnd }: ServiceResult): number => (atEnd === undefined ? 0 : atEnd.desired - atEnd.ready);
  const inOrder = [...workloads].sort((a, b) => lacks(b) - lacks(a));
  const all: readonly {
    title: string;
    of: (one: ServiceResult) => string;
    unless?: (one: ServiceResult) => boolean;
  }[] = [
    { title: 'workload', of: (one) => one.service },
    {
      title: 'ready',
      of: ({ atEnd }) => {
        const text = atEnd === undefined ? '-' : `${atEnd.ready}/${atEnd.desired}`;
        return atEnd !== undefined && atEnd.ready < atEnd.desired ? paint('red', text) : text;
      },
    },
    { title: 'mean', of: (one) => one.replicasMean.toFixed(1) },
    { title: 'peak', of: (one) => String(one.replicasPeak) },
    { title: 'missing', of: (one) => missing(one.deficitReplicaS), unless: (one) => one.deficitReplicaS === 0 },
    { title: 'restarts', of: (one) => count(one.restarts), unless: (one) => one.restarts === 0 },
    { title: 'evicted', of: (one) => count(one.evictions), unless: (one) => one.evictions === 0 },
    { title: 'CPU of request', of: (one) => share(one.cpuShareMean) },
    { title: 'cost', of: (one) => usd(one.costUsd), unless: (one) => one.costUsd === 0 },
  ];
  const shown = all.filter(({ unless }) => unless === undefined || !workloads.every(unless));
  const rows = inOrder.slice(0, MOST_WORKLOADS).map((one) => shown.map(({ of }) => of(one)));
  const rest = inOrder.length - rows.length;
  return `${columns([shown.map(({ title }) => title), ...rows], paint)}${rest > 0 ? paint('dim', `\nand ${rest} more`) : ''}`;
}

function podsText({ counts }: RunResult): string {
  const { arrived, finished, running, pending, refused, killed } = counts;
  const parts = Object.entries({ finished, running, waiting: pending, refused, killed }).filter(([, many]) => many > 0);
  return `pods ${arrived}: ${parts.map(([name, many]) => `${many} ${name}`).join(', ') || 'none'}`;
}

/** What happened and what was decided in a cluster that is not Kubernetes. */
function livingTold(
  { decisions, happenings }: LivingResult,
  paint: ReturnType<typeof painter>,
  width: number,
): string[] {
  const told = happenings.map(({ timeUs, kind, about, what }) => ({ timeUs, kind, text: `${about}: ${what}` }));
  // Where each pod went is asked with `baton explain`; scaling and rolling out is what one looks for here.
  const decided = decisions
    .filter((one) => one.by !== 'scheduler')
    .map(({ timeUs, by, about, what, why, limitedBy }) => ({
      timeUs,
      kind: by,
      text: `${about}: ${what} (${why}${limitedBy === undefined ? '' : `; ${limitedBy}`})`,
    }));
  return [
    told.length > 0 ? listed('what happened', told, paint, width) : '',
    decided.length > 0 ? listed('what was decided', decided, paint, width) : '',
  ];
}

const SILENT = 'not modelled, so without effect here: ';
const MOST_SILENT = 24;

/** The long list of what has no effect, by the last words of each path. */
function shortNote(note: string): string {
  if (!note.startsWith(SILENT)) return note;
  const names = new Set(
    note
      .slice(SILENT.length)
      .split(', ')
      .map((path) =>
        path.replace(/ \(.*\)$/, '').replace(/^.*\b(containers|spec|initContainers|template)(\[\])?\./i, ''),
      ),
  );
  const shown = [...names].slice(0, MOST_SILENT);
  const rest = names.size - shown.length;
  return `${SILENT}${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''} (in full with --json)`;
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
function listed(title: string, all: readonly Told[], paint: ReturnType<typeof painter>, width: number): string {
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
    .map(({ timeUs, kind, text }) =>
      cutTo(`  ${clock(timeUs).padStart(9)}  ${kind.padEnd(16)}  ${oneLine(text)}`, width),
    );
  const rest = all.length - chosen.size;
  const counts = [...byKind].map(([kind, same]) => `${same.length} ${kind}`).join(', ');
  return `${paint('bold', title)} (${counts})\n${lines.join('\n')}${rest > 0 ? paint('dim', `\n  and ${rest} more`) : ''}`;
}

const count = (value: number): string => Math.round(value).toLocaleString('en-US');
const usd = (value: number): string => `$${value < 0.01 && value > 0 ? value.toPrecision(2) : value.toFixed(2)}`;
const share = (value: number, digits = 1): string => (Number.isNaN(value) ? '-' : `${(value * 100).toFixed(digits)} %`);
const number = (value: number): string => String(Number(value.toPrecision(3)));
const ms = (value: number): string =>
  value >= 10_000 ? `${(value / 1000).toFixed(1)} s` : `${Number(value.toPrecision(3)).toLocaleString('en-US')} ms`;
const missing = (replicaSeconds: number): string =>
  replicaSeconds === 0
    ? '0'
    : replicaSeconds < 120
      ? `${replicaSeconds.toFixed(0)} s`
      : `${(replicaSeconds / 60).toFixed(0)} min`;
