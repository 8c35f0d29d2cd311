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
  const names = [...new Set([...runs.values()].flatMap(([first]) => first.services.map((one) => one.service)))];
  const notes = [...new Set([...runs.values()].flat().flatMap((one) => one.notes))];
  const bodies = names.map((name) => {
    const results = [...runs.values()].map((all) =>
      all.flatMap((one) => one.services.find((each) => each.service === name) ?? []),
    );
    const cells = cellsOf(results);
    const rows = [...runs.keys()].map(
      (policy, at) => `<tr><td>${policyLabel(comparison, policy)}</td>${cells[at]}</tr>`,
    );
    const model = notes.includes(modelOf(runs, name)) ? '' : modelOf(runs, name);
    return `<tbody><tr><th colspan="9" scope="rowgroup">${escapeHtml(name)}${model === '' ? '' : ` <span class="faint">${escapeHtml(model)}</span>`}</th></tr>${rows.join('\n')}</tbody>`;
  });
  const said =
    notes.length === 0 ? '' : `<ul class="plain">${notes.map((one) => `<li>${proseHtml(one)}</li>`).join('')}</ul>`;
  return `<h3>Services</h3><p class="how">Means over ${countOf(cell.seeds.length, 'seed')}. Missing: replicas asked for and not ready, summed over time.</p>
<div class="scroll"><table class="grouped"><thead><tr><th>Policy</th><th class="n">Requests</th><th class="n">Answered</th><th class="n">Median</th><th class="n">99th pct.</th><th class="n">Replicas (peak)</th><th class="n">CPU</th><th class="n">Missing</th><th class="n">Cost</th></tr></thead>
${bodies.join('\n')}</table></div>${said}`;
}

/** The columns; numbers of one service in one of them are written alike. */
const COLUMNS: readonly {
  readonly of: (one: ServiceResult) => number;
  readonly unit: Metric['unit'];
}[] = [
  { of: (one) => one.arrived, unit: 'count' },
  { of: (one) => (one.arrived === 0 ? 1 : one.served / one.arrived), unit: 'share' },
  { of: (one) => one.p50Ms, unit: 'ms' },
  { of: (one) => one.p99Ms, unit: 'ms' },
  { of: (one) => one.replicasMean, unit: 'ratio' },
  { of: (one) => one.cpuShareMean, unit: 'share' },
  { of: (one) => one.deficitReplicaS / 60, unit: 'minutes' },
  { of: (one) => one.costUsd, unit: 'usd' },
];
const REPLICAS = 4;

/** The cells of each policy's row, means over seeds; empty for a policy without the service. */
function cellsOf(policies: readonly (readonly ServiceResult[])[]): string[] {
  const means = COLUMNS.map(({ of }) => policies.map((same) => average(same.map(of))));
  const formats = COLUMNS.map(({ unit }, at) =>
    unit === 'count' || unit === 'minutes'
      ? (value: number) => `${fixed(value, 0)}${unit === 'minutes' ? ' min' : ''}`
      : at === REPLICAS
        ? (value: number) => fixed(value, 1)
        : formatLike(
            means[at].filter((_, row) => policies[row].length > 0),
            unit,
            3,
          ),
  );
  return policies.map((same, row) => {
    if (same.length === 0) return '';
    const peak = fixed(average(same.map((one) => one.replicasPeak)), 0);
    return formats
      .map((write, at) => `${write(means[at][row])}${at === REPLICAS ? ` (${peak})` : ''}`)
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
