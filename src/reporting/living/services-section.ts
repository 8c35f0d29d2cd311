import type { Cell, Comparison } from '../../experiment/comparison.ts';
import type { ServiceResult } from '../../sim/monitoring/living-result.ts';
import type { Metric } from '../../sim/metric-catalogue.ts';
import { escapeHtml, proseHtml } from '../escape.ts';
import { countOf, fixed, formatLike } from '../format.ts';
import { policyLabel } from '../html/policy-mark.ts';
import { average } from '../resample.ts';
import { livingRuns } from './living-runs.ts';

/** What each service did under each policy, and what the runs have to say about themselves. */
export function servicesSection(comparison: Comparison, cell: Cell): string {
  const runs = livingRuns(comparison, cell);
  if (runs.size === 0) return '';
  const all = [...runs.values()].flat().flatMap((one) => one.services);
  const names = [...new Set([...runs.values()].flatMap(([first]) => first.services.map((one) => one.service)))];
  if (names.length === 0) return notesHtml([...runs.values()].flat());
  const notes = new Set([...runs.values()].flat().flatMap((one) => one.notes));
  const columns = COLUMNS.filter(({ unless }) => unless === undefined || !all.every(unless));
  const width = columns.length + 1;
  const only = runs.size === 1;
  const bodies = names.map((name) => {
    const results = [...runs.values()].map((each) =>
      each.flatMap((one) => one.services.find((found) => found.service === name) ?? []),
    );
    const cells = cellsOf(results, columns);
    const model = notes.has(modelOf(runs, name)) ? '' : modelOf(runs, name);
    const said = model === '' ? '' : ` <span class="faint">${escapeHtml(model)}</span>`;
    if (only) return `<tr><th scope="row">${escapeHtml(name)}${said}</th>${cells[0]}</tr>`;
    const rows = [...runs.keys()].map(
      (policy, at) => `<tr><td>${policyLabel(comparison, policy)}</td>${cells[at]}</tr>`,
    );
    return `<tbody><tr><th colspan="${width}" scope="rowgroup">${escapeHtml(name)}${said}</th></tr>${rows.join('\n')}</tbody>`;
  });
  const title = all.some((one) => one.arrived > 0) ? 'Services' : 'Workloads';
  const head = columns.map((column) => `<th class="n">${escapeHtml(column.title)}</th>`).join('');
  const body = only ? `<tbody>${bodies.join('\n')}</tbody>` : bodies.join('\n');
  return `<h3>${title}</h3><p class="how">Means over ${countOf(cell.seeds.length, 'seed')}. Missing: replicas asked for and not ready, summed over time.</p>
<div class="scroll"><table${only ? '' : ' class="grouped"'}><thead><tr><th>${only ? title.slice(0, -1) : 'Policy'}</th>${head}</tr></thead>
${body}</table></div>${notesHtml([...runs.values()].flat())}`;
}

const LONG_NOTE = 240;

/** What runs say of themselves, each sentence once: numbers and the names in quotes, which differ by seed, apart. */
function notesHtml(runs: readonly { readonly notes: readonly string[] }[]): string {
  const notes = new Map<string, string>();
  for (const note of runs.flatMap((one) => one.notes)) {
    const key = note.replace(/\(the first: "[^"]*"\)/, '').replace(/\d+/g, '#');
    if (!notes.has(key)) notes.set(key, note);
  }
  const items = [...notes.values()].map((note) =>
    note.length <= LONG_NOTE
      ? `<li>${proseHtml(note)}</li>`
      : `<li><details><summary>${proseHtml(`${note.slice(0, note.lastIndexOf(' ', 120))} …`)}</summary>${proseHtml(note)}</details></li>`,
  );
  return items.length === 0 ? '' : `<ul class="plain">${items.join('')}</ul>`;
}

/** A column of the table, left out where every service says nothing of it. */
interface Column {
  readonly title: string;
  readonly of: (one: ServiceResult) => number;
  readonly unit: Metric['unit'];
  readonly write?: (value: number, same: readonly ServiceResult[]) => string;
  readonly unless?: (one: ServiceResult) => boolean;
}

const silent = (one: ServiceResult): boolean => one.arrived === 0;
const asMinutes = (value: number): string => `${fixed(value, 0)} min`;
const asCount = (value: number): string => fixed(value, 0);

const COLUMNS: readonly Column[] = [
  { title: 'Requests', of: (one) => one.arrived, unit: 'count', write: asCount, unless: silent },
  {
    title: 'Answered',
    of: (one) => (one.arrived === 0 ? Number.NaN : one.served / one.arrived),
    unit: 'share',
    unless: silent,
  },
  { title: 'Median', of: (one) => (silent(one) ? Number.NaN : one.p50Ms), unit: 'ms', unless: silent },
  { title: '99th pct.', of: (one) => (silent(one) ? Number.NaN : one.p99Ms), unit: 'ms', unless: silent },
  {
    title: 'Replicas (peak)',
    of: (one) => one.replicasMean,
    unit: 'ratio',
    write: (value, same) => `${fixed(value, 1)} (${fixed(average(same.map((one) => one.replicasPeak)), 0)})`,
  },
  {
    title: 'Ready at the end',
    of: (one) => one.atEnd?.ready ?? Number.NaN,
    unit: 'count',
    write: (value, same) =>
      Number.isNaN(value)
        ? '–'
        : `${fixed(value, 0)} of ${fixed(average(same.map((one) => one.atEnd?.desired ?? 0)), 0)}`,
    unless: (one) => one.atEnd === undefined,
  },
  { title: 'CPU', of: (one) => one.cpuShareMean, unit: 'share' },
  { title: 'Missing', of: (one) => one.deficitReplicaS / 60, unit: 'minutes', write: asMinutes },
  { title: 'Restarts', of: (one) => one.restarts, unit: 'count', write: asCount, unless: (one) => one.restarts === 0 },
  { title: 'Cost', of: (one) => one.costUsd, unit: 'usd', unless: (one) => one.costUsd === 0 },
];

/** The cells of each policy's row, means over seeds; empty for a policy without the service. */
function cellsOf(policies: readonly (readonly ServiceResult[])[], columns: readonly Column[]): string[] {
  const means = columns.map(({ of }) => policies.map((same) => average(same.map(of))));
  const formats = columns.map(({ unit }, at) =>
    formatLike(
      means[at].filter((value, row) => policies[row].length > 0 && Number.isFinite(value)),
      unit,
      3,
    ),
  );
  return policies.map((same, row) => {
    if (same.length === 0) return '';
    return columns
      .map(({ write }, at) => {
        const value = means[at][row];
        return write ? write(value, same) : Number.isNaN(value) ? '–' : formats[at](value);
      })
      .map((text) => `<td class="n">${escapeHtml(text)}</td>`)
      .join('');
  });
}

function modelOf(
  runs: ReadonlyMap<string, readonly { readonly services: readonly ServiceResult[] }[]>,
  name: string,
): string {
  for (const [first] of runs.values()) {
    const found = first.services.find((one) => one.service === name);
    if (found) return found.model;
  }
  return '';
}
