import type { LivingSnapshot } from '../sim/monitoring/living-snapshot.ts';
import { LiveLine, type LiveStyle } from './live-line.ts';
import type { LiveHistory } from './live-history.ts';

export interface FrameOptions {
  /** 256 colours; else the same is told by characters. */
  readonly colours: boolean;
  /** The recent past, for sparklines. */
  readonly history?: LiveHistory;
  /** Simulated seconds a second; absent: not known yet. */
  readonly speed?: number;
  /** Said at the end of the first line instead of the speed: `finished`, `interrupted`. */
  readonly ended?: string;
}

/** Dark to bright, blue over yellow to red: CPU used from 0 to 100 %, in steps of 10. */
const HEAT = [24, 30, 36, 72, 108, 143, 179, 215, 208, 202, 196] as const;
const MARKS = { down: '✗', coming: '+', leaving: '-', unready: '?' } as const;
const RED = 203;
const GREEN = 78;
const YELLOW = 221;
const MOST_EVENTS = 50;

/**
 * The dashboard as exactly `height` lines of at most `width` columns, without a newline at the end: clock and cost, a cell
 * for each node, a line for each service, the newest decisions and happenings. At least 40 x 10 is drawn.
 */
export function frame(snapshot: LivingSnapshot, width: number, height: number, options: FrameOptions): string {
  const [columns, rows] = [Math.max(40, width), Math.max(10, height)];
  const { services } = snapshot;
  const room = rows - 5;
  const heat = heatLines(snapshot, columns, options, Math.max(1, Math.floor(room / 3)));
  const shown = Math.min(services.length, Math.max(1, Math.floor((room - heat.length) * 0.6)));
  const table = serviceLines(snapshot, columns, options, shown);
  const rule = new LiveLine(columns, options.colours).add('─'.repeat(columns), 'dim').text();
  const top = [headLine(snapshot, columns, options), ...heat, rule, ...table, rule];
  const events = eventLines(snapshot, columns, options, rows - top.length);
  const lines = [...top, ...events].slice(0, rows);
  while (lines.length < rows) lines.push('');
  return lines.join('\n');
}

/** Hours, minutes and seconds since the start: `1 d 2:03:04`. */
export function clockText(timeUs: number): string {
  const total = Math.floor(timeUs / 1e6);
  const two = (value: number): string => String(value).padStart(2, '0');
  const days = Math.floor(total / 86_400);
  const time = `${Math.floor((total % 86_400) / 3600)}:${two(Math.floor((total % 3600) / 60))}:${two(total % 60)}`;
  return days > 0 ? `${days} d ${time}` : time;
}

function headLine(snapshot: LivingSnapshot, width: number, { colours, speed, ended }: FrameOptions): string {
  const { nowUs, endUs, usdPerHour, usdSoFar } = snapshot;
  const done = endUs > 0 ? Math.min(1, nowUs / endUs) : 1;
  const pace = ended ?? (speed === undefined ? '' : speedText(speed));
  const left = ` ${clockText(nowUs)} of ${clockText(endUs)}  ${String(Math.floor(done * 100)).padStart(3)} % `;
  const right = ` $${usdSoFar.toFixed(2)}  $${usdPerHour.toFixed(2)}/h  ${pace} `;
  const bar = Math.max(0, Math.min(24, width - left.length - right.length - 8));
  const full = Math.round(done * bar);
  const line = new LiveLine(width, colours).add('baton ', 'bold').add(left);
  line.add('█'.repeat(full), GREEN).add('░'.repeat(bar - full), 'dim');
  return line
    .add(' '.repeat(Math.max(0, width - line.length - right.length)))
    .add(right, 'bold')
    .text();
}

/** `60x`, `1.2 h/s`. */
function speedText(speed: number): string {
  if (speed >= 3600) return `${(speed / 3600).toFixed(speed < 36_000 ? 1 : 0)} h/s`;
  return speed >= 10 ? `${Math.round(speed)}x` : `${speed.toFixed(1)}x`;
}

/** A title with counts, then a row or more of cells for each zone. */
function heatLines(snapshot: LivingSnapshot, width: number, { colours }: FrameOptions, most: number): string[] {
  const { nodes } = snapshot;
  const count = (state: string): number => nodes.filter((node) => node.state === state).length;
  const title = new LiveLine(width, colours).add('Nodes ', 'bold').add(`${count('ready')} ready`);
  for (const [state, style] of [
    ['coming', YELLOW],
    ['leaving', 'dim'],
    ['unready', YELLOW],
    ['down', RED],
  ] as const)
    if (count(state) > 0) title.add(`, ${count(state)} ${state}`, style).add(` ${MARKS[state]}`, style);
  const zones = [...new Set(nodes.map((node) => node.zone))].sort();
  const name = Math.min(
    14,
    zones.reduce((widest, zone) => Math.max(widest, zone.length), 0),
  );
  const cells = Math.max(8, width - name - 4);
  const linesFor = (perCell: number): number =>
    zones.reduce((sum, zone) => sum + Math.ceil(nodesOf(nodes, zone).length / perCell / cells), 0);
  let perCell = 1;
  while (perCell < nodes.length && linesFor(perCell) > most - 1 && linesFor(perCell) > zones.length) perCell *= 2;
  if (perCell > 1) title.add(`, a cell: ${perCell} nodes`, 'dim');
  if (colours) {
    title.add('   CPU 0 ', 'dim');
    for (const colour of HEAT) title.add('■', colour);
    title.add(' 100 %', 'dim');
  } else title.add('   digits: CPU', 'dim');
  const lines = [title.text()];
  for (const zone of zones) {
    const all = nodesOf(nodes, zone);
    const groups = Array.from({ length: Math.ceil(all.length / perCell) }, (_, k) =>
      all.slice(k * perCell, (k + 1) * perCell),
    );
    const spaced = groups.length * 2 <= cells;
    for (let from = 0; from < groups.length && lines.length < most + 1; from += cells) {
      const line = new LiveLine(width, colours).add(
        ` ${(from === 0 ? zone : '').slice(0, name).padEnd(name)}  `,
        'dim',
      );
      for (const group of groups.slice(from, from + cells)) {
        const { text, style } = cellOf(group, colours);
        line.add(spaced ? `${text} ` : text, style);
      }
      lines.push(line.text());
    }
  }
  return lines;
}

type SnapshotNode = LivingSnapshot['nodes'][number];

function nodesOf(nodes: readonly SnapshotNode[], zone: string): SnapshotNode[] {
  return nodes.filter((node) => node.zone === zone);
}

/** One cell: the gravest state that half of its nodes are in, else the mean CPU used of those that work. */
function cellOf(nodes: readonly SnapshotNode[], colours: boolean): { text: string; style: LiveStyle | undefined } {
  for (const [state, style] of [
    ['down', RED],
    ['unready', YELLOW],
    ['coming', YELLOW],
    ['leaving', 'dim'],
  ] as const)
    if (2 * nodes.filter((node) => node.state === state).length >= nodes.length) return { text: MARKS[state], style };
  const working = nodes.filter((node) => node.state === 'ready');
  const share = working.reduce((sum, node) => sum + node.cpuUsedShare, 0) / working.length;
  const tenth = Math.max(0, Math.min(10, Math.round((Number.isFinite(share) ? share : 0) * 10)));
  return colours ? { text: '■', style: HEAT[tenth] } : { text: String(Math.min(9, tenth)), style: undefined };
}

/** A heading and a line for each of the busiest services. */
function serviceLines(snapshot: LivingSnapshot, width: number, options: FrameOptions, most: number): string[] {
  const { colours, history } = options;
  const { services } = snapshot;
  const inOrder = services.length <= most ? services : busiest(services, most);
  const name = Math.min(
    16,
    inOrder.reduce((widest, one) => Math.max(widest, one.name.length), 7),
  );
  const fixed = name + 1 + 10 + 9 + 9 + 9 + 6;
  const spark = Math.max(0, Math.floor((width - fixed - 4) / 2));
  const hidden = services.length - inOrder.length;
  const heading = new LiveLine(width, colours).add(
    ` ${'service'.padEnd(name)}${'ready'.padStart(10)}${'req/s'.padStart(9)}${'fail/s'.padStart(9)}${'p99'.padStart(9)}${'CPU'.padStart(6)}`,
    'bold',
  );
  if (spark >= 6) heading.add(`  ${'requests'.padEnd(spark)}  ${'p99'.padEnd(spark)}`, 'dim');
  else if (hidden > 0) heading.add(`  and ${hidden} more`, 'dim');
  const lines = inOrder.map((service) => {
    const { ready, desired, failedPerSecond, requestsPerSecond, p99Ms, cpuShare } = service;
    const line = new LiveLine(width, colours).add(` ${service.name.slice(0, name).padEnd(name)}`);
    line.add(`${ready}/${desired}`.padStart(10), ready < desired ? YELLOW : undefined);
    line.add(short(requestsPerSecond).padStart(9));
    line.add(short(failedPerSecond).padStart(9), failedPerSecond > 0 ? RED : 'dim');
    line.add(latencyText(p99Ms).padStart(9));
    line.add((Number.isFinite(cpuShare) ? `${Math.round(cpuShare * 100)} %` : '-').padStart(6));
    if (spark >= 6 && history) {
      line.add('  ').add(history.sparkline(`${service.name}/requests`, spark), 75);
      line.add('  ').add(history.sparkline(`${service.name}/p99`, spark), 179);
    }
    return line.text();
  });
  return [heading.text(), ...lines];
}

function busiest(services: LivingSnapshot['services'], most: number): LivingSnapshot['services'] {
  return [...services].sort((a, b) => b.requestsPerSecond - a.requestsPerSecond).slice(0, most);
}

/** The newest decisions and happenings, newest first; those of the scheduler last. */
function eventLines(snapshot: LivingSnapshot, width: number, { colours }: FrameOptions, most: number): string[] {
  const decisions = snapshot.decisions.slice(-MOST_EVENTS).map((one) => ({ ...one, style: 75 as LiveStyle }));
  const happenings = snapshot.happenings.slice(-MOST_EVENTS).map((one) => ({
    ...one,
    by: one.kind,
    why: '',
    style: (/(-up|-back|-over|-free|-ready|deployed)$/.test(one.kind) ? GREEN : RED) as LiveStyle,
  }));
  // Of the same instant the one that was recorded later is the newer.
  const newest = [...happenings, ...decisions].map((one, at) => ({ ...one, at }));
  newest.sort((a, b) => b.timeUs - a.timeUs || b.at - a.at);
  // Where each pod went is worth a line only where there is one to spare.
  const chosen = [...newest.filter((one) => one.by !== 'scheduler'), ...newest.filter((one) => one.by === 'scheduler')];
  return chosen.slice(0, Math.max(0, most)).map(({ timeUs, by, about, what, why, style }) => {
    const line = new LiveLine(width, colours).add(` ${clockText(timeUs).padStart(10)} `, 'dim').add(`${by} `, style);
    if (!what.startsWith(about)) line.add(`${about} `, 'bold');
    line.add(what.replaceAll('->', '→'));
    return (why === '' ? line : line.add(`  ${why}`, 'dim')).text();
  });
}

/** Four characters or so: `0`, `8.3`, `840`, `12.4k`, `3.1M`. */
function short(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)}M`;
  if (value >= 10_000) return `${(value / 1000).toFixed(1)}k`;
  return value === 0 || value >= 100 ? String(Math.round(value)) : value.toFixed(1);
}

function latencyText(ms: number): string {
  if (!Number.isFinite(ms) || ms === 0) return '-';
  return ms >= 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${ms >= 100 ? Math.round(ms) : ms.toFixed(1)} ms`;
}
