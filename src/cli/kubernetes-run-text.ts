import type { DecisionRecord, HappeningRecord, LivingResult, TimerRecord } from '../sim/monitoring/living-result.ts';
import { oneLine, type painter } from './console-output.ts';
import { clock, cutTo, type Row, rowsText } from './told-rows.ts';

type Paint = ReturnType<typeof painter>;

const MOST_LINES = 12;
const MOST_WAITING = 8;
const MOST_TIMERS = 6;
const MOST_REASONS = 8;

/** Pods that have no node at the end, a line for each owner and reason; empty when none waits. */
export function waitingText({ waiting = [] }: LivingResult, paint: Paint, width: number, more = true): string {
  if (waiting.length === 0) return '';
  const pods = waiting.reduce((sum, { count }) => sum + count, 0);
  const lines = waiting
    .slice(0, MOST_WAITING)
    .map(({ owner, reason, count, sinceUs }) =>
      cutTo(`  ${String(count).padStart(4)}  ${owner}, since ${clock(sinceUs)}: ${shortReason(reason)}`, width),
    );
  const rest = waiting.length - lines.length;
  return [
    `${paint('bold', 'without a node at the end')} (${pods === 1 ? 'one pod' : `${pods} pods`}${more ? '; baton explain pending ... tells more' : ''})`,
    ...lines,
    ...(rest > 0 ? [paint('dim', `  and ${rest} more reasons`)] : []),
  ].join('\n');
}

/** What befell the cluster, alike things together; then how many events of which reason there were. */
export function happeningsText({ happenings, events = [] }: LivingResult, paint: Paint, width: number): string {
  const rows = grouped(
    happenings.filter(({ kind }) => kind !== 'timer'),
    ({ kind, about, what }) => ({ kind, text: `${about}: ${kind === 'failed-scheduling' ? shortReason(what) : what}` }),
  );
  const parts = rows.length === 0 ? [] : [rowsText('what happened', chosenRows(rows), rows.length, paint, width)];
  const named = (type: string): string => {
    const ofType = events.filter((one) => one.type === type);
    const shown = ofType.slice(0, MOST_REASONS).map(({ reason, count }) => `${count} ${reason}`);
    return shown.join(', ') + (ofType.length > MOST_REASONS ? ` and ${ofType.length - MOST_REASONS} more reasons` : '');
  };
  const counts = [
    ['warnings', named('Warning')],
    ['other events', named('Normal')],
  ].flatMap(([title, text]) => (text === '' ? [] : [cutTo(`${title}: ${text}`, width)]));
  if (counts.length > 0) parts.push(counts.map((line) => paint('dim', line)).join('\n'));
  return parts.join('\n');
}

/** Timers that somebody waited for, those of one name together, the longest first. */
export function timersText({ timers = [] }: LivingResult, paint: Paint, width: number): string {
  const byName = new Map<string, TimerRecord[]>();
  for (const one of timers) {
    const name = one.timer.replace(/\s*\(.*\)$/, '');
    const same = byName.get(name);
    if (same) same.push(one);
    else byName.set(name, [one]);
  }
  const groups = [...byName].map(([name, all]) => ({
    name,
    all,
    longest: all.reduce((a, b) => (b.toUs - b.fromUs > a.toUs - a.fromUs ? b : a)),
  }));
  groups.sort((a, b) => b.longest.toUs - b.longest.fromUs - (a.longest.toUs - a.longest.fromUs));
  if (groups.length === 0) return '';
  const shown = groups
    .slice(0, MOST_TIMERS)
    .sort((a, b) => a.longest.fromUs - b.longest.fromUs || a.longest.toUs - b.longest.toUs);
  const widest = Math.max(...shown.map(({ name }) => name.length));
  const lines = shown.map(({ name, all, longest: { fromUs, toUs, about } }) =>
    cutTo(
      `  ${clock(fromUs).padStart(9)}  ${name.padEnd(widest)}  ${seconds(toUs - fromUs).padStart(6)}  ${oneLine(about)}${all.length > 1 ? `, the longest of ${all.length}` : ''}`,
      width,
    ),
  );
  return `${paint('bold', 'timers that ran')}\n${lines.join('\n')}${groups.length > shown.length ? paint('dim', `\n  and ${groups.length - shown.length} more`) : ''}`;
}

/** What autoscalers and controllers decided: what changed the cluster first, routine and what was kept last. */
export function decisionsText({ decisions }: LivingResult, paint: Paint, width: number): string {
  const rows = grouped(
    decisions,
    ({ by, about, what, why, limitedBy }) => ({
      kind: by,
      text: `${about}: ${what} (${why}${limitedBy === undefined ? '' : `; ${limitedBy}`})`,
    }),
    rankOf,
  );
  if (rows.length === 0) return '';
  // What is kept as it is is told only where nothing else was decided.
  const changes = rows.filter((row) => row.rank < KEPT);
  const best = [...(changes.length > 0 ? changes : rows)]
    .sort((a, b) => a.rank - b.rank || a.timeUs - b.timeUs)
    .slice(0, MOST_LINES);
  return rowsText(
    'what was decided',
    best.sort((a, b) => a.timeUs - b.timeUs),
    rows.length,
    paint,
    width,
  );
}

/** A reason for waiting without what preemption would do about it. */
export function shortReason(reason: string): string {
  return oneLine(reason)
    .replace(/\.? (no new claims to deallocate, )?preemption: .*$/, '')
    .replace(/\.$/, '');
}

const SCALERS = new Set(['nodes', 'horizontal', 'vertical']);

/** The rank of what is kept as it is. */
const KEPT = 5;

/** Small: somebody wants to know it. Autoscalers that change something come before rollouts, and those before routine. */
function rankOf({ by, what, timeUs }: DecisionRecord): number {
  if (/^(keep|is kept|no |not |wait)/.test(what)) return KEPT;
  if (SCALERS.has(by)) return 0;
  // Everything is created at the beginning; that says nothing of the run.
  if (timeUs < 1e6) return 4;
  return by === 'scheduler' || by === 'deployment' || by.startsWith('drain')
    ? 1
    : by === 'disruption-controller' || /^(create|start) /.test(what)
      ? 3
      : 2;
}

interface Grouped extends Row {
  readonly rank: number;
}

/** Records that differ in numbers and in random parts of names only are one row. */
function grouped<T extends HappeningRecord | DecisionRecord>(
  records: readonly T[],
  write: (record: T) => { kind: string; text: string },
  rank: (record: T) => number = () => 0,
): Grouped[] {
  const rows = new Map<string, Grouped & { count: number; untilUs: number }>();
  for (const record of records) {
    const { kind, text } = write(record);
    const key = `${kind} ${masked(text)} ${rank(record)}`;
    const row = rows.get(key);
    if (row === undefined) {
      const { timeUs } = record;
      rows.set(key, { timeUs, untilUs: timeUs, kind, text: oneLine(text), count: 1, rank: rank(record) });
    } else {
      row.count++;
      row.untilUs = record.timeUs;
    }
  }
  return [...rows.values()];
}

/** At most a dozen, the rarest kinds first; in order of time. */
function chosenRows(rows: readonly Grouped[]): Grouped[] {
  const byKind = new Map<string, Grouped[]>();
  for (const row of rows) byKind.set(row.kind, [...(byKind.get(row.kind) ?? []), row]);
  const kinds = [...byKind.values()].sort((a, b) => a.length - b.length);
  const chosen = new Set<Grouped>();
  for (let round = 0; chosen.size < Math.min(MOST_LINES, rows.length); round++)
    for (const same of kinds) if (same[round] !== undefined && chosen.size < MOST_LINES) chosen.add(same[round]);
  return rows.filter((row) => chosen.has(row));
}

/** Random ends of names (five letters without vowels, template hashes) and numbers do not tell events apart. */
function masked(text: string): string {
  return text
    .replace(/-[a-z0-9]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}(?![a-z0-9])/g, '-*')
    .replace(/-[bcdfghjklmnpqrstvwxz2456789]{5}(?![a-z0-9])/g, '-*')
    .replace(/\d+/g, '#');
}

const seconds = (us: number): string => `${Number((us / 1e6).toPrecision(3))} s`;
