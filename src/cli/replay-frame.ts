import type { ReplayView } from '../live/replay/replay-view.ts';
import { countOf } from '../reporting/format.ts';
import { clockText } from './live-frame.ts';
import { LiveLine, type LiveStyle } from './live-line.ts';

export interface ReplayFrameOptions {
  readonly title: string;
  /** 256 colours; else the same is told by characters. */
  readonly colours: boolean;
  /** Said in place of the speed when it is over: `finished`, `interrupted`. */
  readonly ended?: string;
}

const GREEN = 78;
const YELLOW = 221;
const RED = 203;
const BLUE = 75;
/** Later than this is worth a colour, in real milliseconds. */
const LATE_MS = 1000;

/**
 * Predicted beside actual, as exactly `height` lines of at most `width` columns: clock and lateness, steps, containers on
 * each node, containers of each service and how many are ready, requests, and what went wrong last.
 */
export function replayFrame(view: ReplayView, width: number, height: number, options: ReplayFrameOptions): string {
  const columns = Math.max(60, width);
  const rows = Math.max(12, height);
  const rule = line(columns, options).add('─'.repeat(columns), 'dim').text();
  const room = rows - 7;
  const services = serviceLines(view, columns, options, Math.max(2, Math.ceil(room * 0.35)));
  // What services and the newest troubles leave is for the nodes.
  const left = room - services.length - Math.min(3, view.troubles.length);
  const nodes = nodeLines(view, columns, options, Math.max(2, Math.ceil(room * 0.4), left));
  const lines = [headLine(view, columns, options), stepLine(view, columns, options), rule, ...nodes, rule, ...services];
  lines.push(rule, ...troubleLines(view, columns, options, Math.max(1, rows - lines.length - 1)));
  while (lines.length < rows) lines.push('');
  return lines.slice(0, rows).join('\n');
}

/** For logs and pipes: `0:04:12 of 0:15:00 (28 %), 212/418 steps, 34 containers (34 predicted), ...`. */
export function replayLine(view: ReplayView): string {
  const { steps, checkpoints, traffic } = view;
  const [actual, expected] = containers(view);
  return [
    `${clockText(view.simUs)} of ${clockText(view.durationUs)} (${percent(view)} %)`,
    `${steps.done}/${steps.all} steps`,
    ...(steps.failed > 0 ? [`${steps.failed} failed`] : []),
    ...(steps.missed > 0 ? [`${steps.missed} missed`] : []),
    `${countOf(actual, 'container')} (${expected} predicted)`,
    `${checkpoints.equal}/${checkpoints.done} checkpoints equal`,
    `late ${time(view.lateMs)}`,
    ...(traffic === undefined ? [] : [`${traffic.served} of ${traffic.sent} requests served`]),
    ...view.engines.filter(({ isAway }) => isAway).map(({ name }) => `${name} is away`),
  ].join(', ');
}

function headLine(view: ReplayView, width: number, options: ReplayFrameOptions): string {
  const { colours, title, ended } = options;
  const left = ` ${clockText(view.simUs)} of ${clockText(view.durationUs)}  ${String(percent(view)).padStart(3)} % `;
  const pace = ended ?? (view.held === undefined ? `${round(view.speed)}x` : heldText(view.held));
  const right = ` ${pace} `;
  const name = `${title} `;
  const bar = Math.max(0, Math.min(24, width - name.length - left.length - right.length - 4));
  const full = Math.round((percent(view) / 100) * bar);
  const drawn = new LiveLine(width, colours).add(name, 'bold').add(left);
  drawn.add('█'.repeat(full), GREEN).add('░'.repeat(bar - full), 'dim');
  return drawn
    .add(' '.repeat(Math.max(0, width - drawn.length - right.length)))
    .add(right, 'bold')
    .text();
}

function stepLine(view: ReplayView, width: number, options: ReplayFrameOptions): string {
  const { steps, checkpoints } = view;
  const told = line(width, options).add(` ${steps.done} of ${steps.all} steps`);
  if (steps.failed > 0) told.add(`, ${steps.failed} failed`, RED);
  if (steps.missed > 0) told.add(`, ${steps.missed} missed`, YELLOW);
  told.add('   late ').add(time(view.lateMs), view.lateMs > LATE_MS ? YELLOW : GREEN);
  if (view.heldMs > 0) told.add(`   held ${time(view.heldMs)}`);
  told
    .add('   checkpoints ')
    .add(`${checkpoints.equal}/${checkpoints.done}`, checkpoints.equal === checkpoints.done ? GREEN : RED)
    .add(' equal');
  for (const { name, isAway, busy } of view.engines)
    if (isAway) told.add(`   ${name} is away`, RED);
    else if (view.engines.length > 1) told.add(`   ${name}: ${countOf(busy, 'call')}`, 'dim');
  return told.text();
}

function nodeLines(view: ReplayView, width: number, options: ReplayFrameOptions, most: number): string[] {
  const { nodes } = view;
  const name = widest(nodes.map((node) => node.name));
  const many = nodes.reduce((max, node) => Math.max(max, node.expected, node.actual), 1);
  const bar = Math.max(4, Math.min(28, Math.floor((width - name - 30) / 2)));
  const head = line(width, options)
    .add(` ${'node'.padEnd(name)}  `, 'dim')
    .add('predicted'.padEnd(bar + 6), 'dim')
    .add('actual', 'dim');
  const shown = nodes.length <= most - 1 ? nodes : nodes.slice(0, most - 2);
  const lines = shown.map((node) => {
    const told = line(width, options).add(` ${node.name.padEnd(name)}  `);
    told.add(barOf(node.expected, many, bar), BLUE).add(` ${String(node.expected).padEnd(5)}`);
    const equal = node.expected === node.actual;
    told.add(barOf(node.actual, many, bar), equal ? GREEN : YELLOW).add(` ${String(node.actual).padEnd(4)}`);
    if (!equal) told.add(`${node.actual > node.expected ? '+' : '-'}${Math.abs(node.actual - node.expected)} `, YELLOW);
    if (!node.isUp) told.add('down ', RED);
    if (node.isCutOff) told.add('cut off ', RED);
    if (node.speed !== 1) told.add(`speed ${round(node.speed)} `, YELLOW);
    return told.text();
  });
  if (shown.length < nodes.length)
    lines.push(
      line(width, options)
        .add(` and ${nodes.length - shown.length} more nodes`, 'dim')
        .text(),
    );
  return [head.text(), ...lines];
}

function serviceLines(view: ReplayView, width: number, options: ReplayFrameOptions, most: number): string[] {
  const { services } = view;
  if (services.length === 0) return [line(width, options).add(' no services', 'dim').text()];
  const name = widest(services.map((service) => service.name));
  const head = line(width, options).add(
    ` ${'service'.padEnd(name)}  ${'ready, predicted'.padEnd(17)}  ${'actual'.padEnd(7)}  ${'running, predicted'.padEnd(18)}  actual`,
    'dim',
  );
  const shown = services.length <= most - 1 ? services : services.slice(0, most - 2);
  const lines = shown.map((one) => {
    const told = line(width, options).add(` ${one.name.padEnd(name)}  `);
    told.add(String(one.readyExpected).padEnd(17)).add('  ');
    told.add(String(one.readyActual).padEnd(7), styleOf(one.readyExpected, one.readyActual)).add('  ');
    told.add(String(one.expected).padEnd(18)).add('  ');
    return told.add(String(one.actual), styleOf(one.expected, one.actual)).text();
  });
  if (shown.length < services.length)
    lines.push(
      line(width, options)
        .add(` and ${services.length - shown.length} more services`, 'dim')
        .text(),
    );
  const { traffic } = view;
  if (traffic !== undefined)
    lines.push(
      line(width, options)
        .add(` requests: ${traffic.sent} sent, ${traffic.served} served, `)
        .add(`${traffic.failed} failed`, traffic.failed > 0 ? YELLOW : undefined)
        .text(),
    );
  return [head.text(), ...lines];
}

function troubleLines(view: ReplayView, width: number, options: ReplayFrameOptions, room: number): string[] {
  if (view.troubles.length === 0) return [line(width, options).add(' nothing has gone wrong', 'dim').text()];
  return view.troubles
    .slice(-room)
    .reverse()
    .map(({ simUs, what }) =>
      line(width, options)
        .add(` ${clockText(simUs)}  `, 'dim')
        .add(what, YELLOW)
        .text(),
    );
}

const line = (width: number, { colours }: ReplayFrameOptions): LiveLine => new LiveLine(width, colours);
const styleOf = (expected: number, actual: number): LiveStyle => (expected === actual ? GREEN : YELLOW);
const widest = (names: readonly string[]): number => Math.min(32, Math.max(8, ...names.map((name) => name.length)));
const barOf = (value: number, most: number, columns: number): string =>
  '█'.repeat(Math.max(value > 0 ? 1 : 0, Math.round((value / most) * columns))).padEnd(columns);
const round = (value: number): string => (value >= 10 ? value.toFixed(0) : String(Math.round(value * 100) / 100));
const time = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
const percent = ({ simUs, durationUs }: ReplayView): number =>
  durationUs > 0 ? Math.floor(100 * Math.min(1, simUs / durationUs)) : 100;

function heldText(held: NonNullable<ReplayView['held']>): string {
  if (held === 'beginning') return 'setting up';
  return held === 'late' ? 'held: the engine is late' : 'held: checkpoint';
}

function containers({ nodes }: ReplayView): [actual: number, expected: number] {
  return nodes.reduce(([actual, expected], node) => [actual + node.actual, expected + node.expected], [0, 0] as [
    number,
    number,
  ]);
}
