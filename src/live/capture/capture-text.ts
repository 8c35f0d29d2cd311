import { countOf, listOf } from '../../reporting/format.ts';
import type { CapturedContainer, CapturedHistory } from './captured-history.ts';
import type { SequenceComparison } from './compare-sequences.ts';
import { CAPTURE_FILES } from './files-of-capture.ts';
import { ownerOfContainer } from './owner-of-container.ts';

export interface CaptureTelling {
  readonly history: CapturedHistory;
  /** Where its files are. */
  readonly folder: string;
  /** Names of its files. */
  readonly files: readonly string[];
  /** How the simulation of its files compares; absent: there was nothing to simulate. */
  readonly check?: SequenceComparison;
  /** Sentences besides those of the history. */
  readonly notes: readonly string[];
}

const MEANINGS: Readonly<Record<string, string>> = {
  'events.ndjson': 'every event and measurement, as it came',
  [CAPTURE_FILES.history]: 'what became of each container',
  [CAPTURE_FILES.states]: 'a pod for each stay in a state',
  [CAPTURE_FILES.pods]: 'a pod for each process, on the node where it ran',
  [CAPTURE_FILES.free]: 'the same, on any node',
  [CAPTURE_FILES.jobs]: 'those that ran to an end of their own',
  [CAPTURE_FILES.nodes]: 'the machines',
  [CAPTURE_FILES.experiment]: 'the captured states once more',
  [CAPTURE_FILES.compare]: 'the captured processes under other policies',
  [CAPTURE_FILES.scenario]: 'services, jobs and weather that resemble it',
};
const MOST_OWNERS = 20;
const MOST_NOTES = 20;

/** What the command line says at the end of a capture. */
export function captureText({ history, folder, files, check, notes }: CaptureTelling): string {
  const { containers, nodes, durationUs } = history;
  const changes = containers.reduce((sum, one) => sum + one.states.length, 0);
  const lines = [
    `Captured ${duration(durationUs)}${
      nodes.length === 0
        ? ''
        : ` of ${countOf(nodes.length, 'node')} (${listOf(
            nodes.map((one) => plain(one.name)),
            6,
          )})`
    }: ${countOf(containers.length, 'container')}, ${countOf(changes, 'change')} of state.`,
  ];
  if (containers.length > 0) lines.push('', ...ownerTable(containers));
  if (check !== undefined)
    lines.push(
      '',
      check.isEqual
        ? `Simulated from these files: all ${countOf(check.changes, 'change')} of state of ${countOf(check.containers, 'container')}, in the same order, at the same times, on the same nodes.`
        : 'Simulated from these files, it differs; this is a bug of Baton:',
      ...check.differences.map((one) => `- ${plain(one)}`),
    );
  const all = [...history.notes, ...notes];
  if (all.length > 0) lines.push('', 'Notes:', ...all.slice(0, MOST_NOTES).map((one) => `- ${plain(one)}`));
  if (all.length > MOST_NOTES) lines.push(`- and ${all.length - MOST_NOTES} more`);
  const widest = Math.max(...files.map((name) => name.length));
  lines.push(
    '',
    `Written to ${folder}:`,
    ...files.map((name) => `  ${name.padEnd(widest)}  ${MEANINGS[name] ?? ''}`.trimEnd()),
  );
  const next = [
    [CAPTURE_FILES.experiment, 'baton run'],
    [CAPTURE_FILES.pods, 'baton trace inspect'],
    [CAPTURE_FILES.compare, 'baton compare'],
    [CAPTURE_FILES.scenario, 'baton run'],
  ].filter(([name]) => files.includes(name));
  if (next.length > 0)
    lines.push('', 'Next:', ...next.map(([name, command]) => `  ${command} ${shellWord(`${folder}/${name}`)}`));
  return lines.join('\n');
}

const HEADING = ['whose', 'containers', 'processes', 'restarts', 'ended badly', 'out of memory', 'pauses'];

function ownerTable(containers: readonly CapturedContainer[]): string[] {
  const byOwner = new Map<string, CapturedContainer[]>();
  for (const one of containers) {
    const { name, by } = ownerOfContainer(one);
    const key = by === 'image' ? `image ${name}` : name;
    byOwner.set(key, [...(byOwner.get(key) ?? []), one]);
  }
  const rows = [...byOwner].map(([owner, list]) => {
    const runs = list.flatMap((one) => one.runs);
    const restarts = list.reduce((sum, one) => sum + Math.max(0, one.runs.length - 1), 0);
    const bad = runs.filter((run) => run.untilUs !== undefined && run.exitCode !== 0).length;
    const oom = runs.filter((run) => run.oomKilled).length;
    const pauses = list.flatMap((one) => one.states.filter(({ state }) => state === 'paused')).length;
    return [plain(owner).slice(0, 40), ...[list.length, runs.length, restarts, bad, oom, pauses].map(String)];
  });
  const shown = [HEADING, ...rows.slice(0, MOST_OWNERS)];
  const widths = HEADING.map((_, k) => Math.max(...shown.map((row) => row[k].length)));
  return [
    ...shown.map((row) =>
      row.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]) : cell.padStart(widths[k]))).join('  '),
    ),
    ...(rows.length > MOST_OWNERS ? [`and ${rows.length - MOST_OWNERS} more`] : []),
  ];
}

/** In one line, without what could paint or erase on a terminal. */
const plain = (text: string): string => text.replace(/[\s\p{C}]+/gu, ' ').trim();

const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

function duration(us: number): string {
  const seconds = us / 1e6;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
