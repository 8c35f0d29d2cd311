import type { Cell, Comparison } from '../../experiment/comparison.ts';
import type { ServiceResult } from '../../sim/monitoring/living-result.ts';
import { escapeHtml, proseHtml } from '../escape.ts';
import { countOf, fixed, formatValue } from '../format.ts';
import { policyLabel } from '../html/policy-mark.ts';
import { average } from '../resample.ts';
import { livingRuns } from './living-runs.ts';

/** What each service did under each policy, and what the runs have to say about themselves. */
export function servicesSection(comparison: Comparison, cell: Cell): string {
  const runs = livingRuns(comparison, cell);
  if (runs.size === 0) return '';
  const names = [...new Set([...runs.values()].flatMap(([first]) => first.services.map((one) => one.service)))];
  const bodies = names.map((name) => {
    const rows = [...runs].map(([policy, all]) => {
      const same = all.flatMap((one) => one.services.find((each) => each.service === name) ?? []);
      return `<tr><td>${policyLabel(comparison, policy)}</td>${same.length === 0 ? '' : cells(same)}</tr>`;
    });
    return `<tbody><tr><th colspan="9" scope="rowgroup">${escapeHtml(name)} <span class="faint">${escapeHtml(modelOf(runs, name))}</span></th></tr>${rows.join('\n')}</tbody>`;
  });
  const notes = [...new Set([...runs.values()].flat().flatMap((one) => one.notes))];
  const said =
    notes.length === 0 ? '' : `<ul class="plain">${notes.map((one) => `<li>${proseHtml(one)}</li>`).join('')}</ul>`;
  return `<h3>Services</h3><p class="how">Means over ${countOf(cell.seeds.length, 'seed')}. Missing: replicas asked for and not ready, summed over time.</p>
<div class="scroll"><table class="grouped"><thead><tr><th>Policy</th><th class="n">Requests</th><th class="n">Answered</th><th class="n">Median</th><th class="n">99th pct.</th><th class="n">Replicas (peak)</th><th class="n">CPU</th><th class="n">Missing</th><th class="n">Cost</th></tr></thead>
${bodies.join('\n')}</table></div>${said}`;
}

function cells(same: readonly ServiceResult[]): string {
  const mean = (of: (one: ServiceResult) => number): number => average(same.map(of));
  const cell = (text: string): string => `<td class="n">${escapeHtml(text)}</td>`;
  return [
    cell(
      fixed(
        mean((one) => one.arrived),
        0,
      ),
    ),
    cell(
      formatValue(
        mean((one) => (one.arrived === 0 ? 1 : one.served / one.arrived)),
        'share',
      ),
    ),
    cell(
      formatValue(
        mean((one) => one.p50Ms),
        'ms',
      ),
    ),
    cell(
      formatValue(
        mean((one) => one.p99Ms),
        'ms',
      ),
    ),
    cell(
      `${fixed(
        mean((one) => one.replicasMean),
        1,
      )} (${fixed(
        mean((one) => one.replicasPeak),
        0,
      )})`,
    ),
    cell(
      formatValue(
        mean((one) => one.cpuShareMean),
        'share',
      ),
    ),
    cell(`${fixed(mean((one) => one.deficitReplicaS) / 60, 0)} min`),
    cell(
      formatValue(
        mean((one) => one.costUsd),
        'usd',
      ),
    ),
  ].join('');
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
