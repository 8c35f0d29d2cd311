import type { Cell, Comparison, PolicyOnMetric } from '../../experiment/comparison.ts';
import type { Metric } from '../../sim/metric-catalogue.ts';
import { signedDifference } from '../difference-words.ts';
import { escapeHtml } from '../escape.ts';
import { fixed, formatLike, formatProbability, plusMinus } from '../format.ts';
import { policyLabel, policyMark } from './policy-mark.ts';

/** All policies on one metric: mean with interval, difference to the best with interval as a bar, and what that means. */
export function rankingTable(comparison: Comparison, cell: Cell, metric: Metric): string {
  const rows = cell.metrics[metric.name].policies;
  const format = formatLike(
    rows.map((row) => row.mean),
    metric.unit,
  );
  const reach = rows.reduce((most, { toBest }) => {
    if (!toBest) return most;
    return Math.max(most, Math.abs(toBest.mean), Math.abs(toBest.low ?? 0), Math.abs(toBest.high ?? 0));
  }, 0);
  const back = rows.reduce((most, { toBest }) => (toBest ? Math.max(most, -inward(toBest, metric).low) : most), 0);
  const scale = { from: reach === 0 ? 0 : -back, to: reach === 0 ? 1 : reach };
  const several = cell.seeds.length > 1;
  const body = rows.map((row, place) => {
    const interval = plusMinus(row, format).replace(' ', '\u00a0');
    return `<tr${row.verdict === 'best' ? ' class="best"' : ''}><td class="n faint narrow-off">${place + 1}</td><th scope="row">${policyLabel(comparison, row.policy)}</th>
<td class="n">${escapeHtml(format(row.mean))}</td>${several ? `<td class="n soft narrow-off">${escapeHtml(interval)}</td>` : ''}
<td class="wide">${track(row, metric, scale, policyMark(comparison, row.policy).slot)}</td><td class="n">${escapeHtml(signedDifference(row, metric, { pointUnit: '', format }))}</td>
<td class="verdict ${row.verdict === 'worse' ? 'worse' : row.verdict === 'best' ? 'best' : 'soft'}">${escapeHtml(words(row))}</td></tr>`;
  });
  const p = rows.some((row) => row.toBest?.pHolm !== undefined);
  return `<div class="scroll"><table><thead><tr><th class="n narrow-off" style="width:1.5em"></th><th>Policy</th><th class="n">${escapeHtml(metric.title)}</th>${several ? '<th class="n narrow-off">95 % interval</th>' : ''}<th colspan="2">Difference to the best${metric.unit === 'share' ? ', points' : ''}</th><th>Verdict${p ? ' <span class="faint">(corrected p)</span>' : ''}</th></tr></thead><tbody>
${body.join('\n')}
</tbody></table></div>`;
}

/** What is known of a row, in words, with the corrected p value where there is one. */
function words(row: PolicyOnMetric): string {
  const p = row.toBest?.pHolm;
  const note = p === undefined || row.verdict === 'identical' ? '' : ` (${formatProbability(p)})`;
  if (row.verdict === 'one seed') return 'one seed: no interval';
  if (row.verdict === 'worse' && row.toBest!.sameOnEverySeed) return 'worse, every seed alike';
  return `${row.verdict}${note}`;
}

/** The difference turned so that to the right is worse. */
function inward(difference: { mean: number; low?: number; high?: number }, metric: Metric) {
  const low = difference.low ?? difference.mean;
  const high = difference.high ?? difference.mean;
  return metric.better === 'lower'
    ? { mean: difference.mean, low, high }
    : { mean: -difference.mean, low: -high, high: -low };
}

function track(row: PolicyOnMetric, metric: Metric, scale: { from: number; to: number }, slot: number): string {
  const at = (value: number): string => fixed(((value - scale.from) / (scale.to - scale.from)) * 96, 2);
  const zero = `<i class="zero" style="left:${at(0)}%"></i>`;
  if (!row.toBest)
    return `<span class="track" style="--c:var(--p${slot})">${zero}<i class="dot" style="left:${at(0)}%"></i></span>`;
  const { mean, low, high } = inward(row.toBest, metric);
  const width = (from: number, to: number): string => fixed(((to - from) / (scale.to - scale.from)) * 96, 2);
  return `<span class="track" style="--c:var(--p${slot})">${zero}<i class="bar" style="left:${at(0)}%;width:${width(0, Math.max(0, mean))}%"></i><i class="span" style="left:${at(low)}%;width:${width(low, high)}%"></i><i class="dot" style="left:${at(mean)}%"></i></span>`;
}
