import type { Cell, Comparison } from '../../experiment/comparison.ts';
import { type Metric, metricByName } from '../../sim/metric-catalogue.ts';
import type { Answer } from '../answer.ts';
import { escapeHtml } from '../escape.ts';
import { countOf, formatLike, listOf } from '../format.ts';
import { policyLabel } from './policy-mark.ts';
import { profileMetrics } from './profile-matrix.ts';

/** With several workloads or clusters: one line for each, before the details; empty for one. */
export function overview(comparison: Comparison, answers: readonly Answer[]): string {
  if (comparison.cells.length < 2) return '';
  const only = comparison.policies.length === 1;
  const head = only
    ? alone(comparison.cells).map((metric) => `<th class="n">${escapeHtml(metric.title)}</th>`)
    : ['<th>Best</th><th>Not to be told from it</th><th>Judged by</th><th class="n">On</th>'];
  const rows = comparison.cells.map(
    (cell, at) =>
      `<tr><th scope="row"><a href="#cell-${at}">${escapeHtml(cell.workload)}</a></th><td>${escapeHtml(cell.cluster)}</td>${only ? valuesOf(comparison, cell) : answerOf(comparison, cell, answers[at])}</tr>`,
  );
  return `<section><h3>Overview</h3><div class="scroll"><table><thead><tr><th>Workload</th><th>Cluster</th>${head.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div></section>`;
}

function answerOf(comparison: Comparison, cell: Cell, answer: Answer): string {
  const best = answer.best === undefined ? '–' : policyLabel(comparison, answer.best);
  return `<td>${best}</td><td class="soft">${escapeHtml(answer.ties.length === 0 ? '–' : listOf(answer.ties))}</td><td class="soft">${escapeHtml(answer.metric?.title ?? '–')}</td><td class="n">${countOf(cell.seeds.length, 'seed')}</td>`;
}

/** Metrics of the only policy that differ between cells. */
function alone(cells: readonly Cell[]): Metric[] {
  return profileMetrics((name) => new Set(cells.map((cell) => meanOf(cell, name))).size > 1).map((name) =>
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
