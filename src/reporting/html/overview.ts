import type { Cell, Comparison } from '../../experiment/comparison.ts';
import { type Metric, metricByName } from '../../sim/metric-catalogue.ts';
import { type Answer, commonBeginning } from '../answer.ts';
import { escapeHtml } from '../escape.ts';
import { countOf, formatLike, listOf } from '../format.ts';
import { policyLabel } from './policy-mark.ts';
import { profileMetrics } from './profile-matrix.ts';

/** Longer names are broken into lines. */
const LONG_NAME = 36;

/** With several workloads or clusters: one line for each, before the details; empty for one. */
export function overview(comparison: Comparison, answers: readonly Answer[]): string {
  if (comparison.cells.length < 2) return '';
  // What is the same everywhere needs no column.
  const inputs = (['workload', 'cluster'] as const).filter(
    (of) => new Set(comparison.cells.map((cell) => cell[of])).size > 1,
  );
  const only = comparison.policies.length === 1;
  const head = only
    ? alone(comparison.cells).map((metric) => `<th class="n">${escapeHtml(metric.title)}</th>`)
    : ['<th>Best</th><th>Not to be told from it</th><th>Judged by</th><th class="n">On</th>'];
  const common = commonBeginning(comparison.cells.map((cell) => cell.workload));
  const nameOf = (cell: Cell, of: 'workload' | 'cluster'): string =>
    of === 'workload' && inputs.includes('workload') ? cell.workload.slice(common) : cell[of];
  const widest = Math.max(...comparison.cells.flatMap((cell) => inputs.map((of) => nameOf(cell, of).length)));
  const className = widest > LONG_NAME ? '' : ' class="short"';
  const rows = comparison.cells.map(
    (cell, at) =>
      `<tr>${inputs.map((of, column) => (column === 0 ? `<th scope="row"${className}><a href="#cell-${at}">${escapeHtml(nameOf(cell, of))}</a></th>` : `<td>${escapeHtml(nameOf(cell, of))}</td>`)).join('')}${only ? valuesOf(comparison, cell) : answerOf(comparison, cell, answers[at])}</tr>`,
  );
  return `<section><h3>Overview</h3><div class="scroll"><table><thead><tr>${inputs.map((of) => `<th>${of === 'workload' ? 'Workload' : 'Cluster'}</th>`).join('')}${head.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div></section>`;
}

function answerOf(comparison: Comparison, cell: Cell, answer: Answer): string {
  const best = answer.best === undefined ? '–' : policyLabel(comparison, answer.best);
  return `<td>${best}</td><td class="soft">${escapeHtml(answer.ties.length === 0 ? '–' : listOf(answer.ties))}</td><td class="soft">${escapeHtml(answer.metric?.title ?? '–')}</td><td class="n">${countOf(cell.seeds.length, 'seed')}</td>`;
}

/** Metrics of the only policy that differ between cells. */
function alone(cells: readonly Cell[]): Metric[] {
  return profileMetrics(cells, (name) => new Set(cells.map((cell) => meanOf(cell, name))).size > 1).map((name) =>
    metricByName.get(name)!,
  );
}

function valuesOf(comparison: Comparison, cell: Cell): string {
  return alone(comparison.cells)
    .map(({ name, unit }) => {
      const means = comparison.cells.flatMap((one) => meanOf(one, name) ?? []);
      const own = meanOf(cell, name);
      return `<td class="n">${own === undefined ? '–' : escapeHtml(formatLike(means, unit, 3)(own))}</td>`;
    })
    .join('');
}

function meanOf(cell: Cell, metric: string): number | undefined {
  return cell.metrics[metric]?.policies[0]?.mean;
}
