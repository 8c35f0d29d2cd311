import type { Cell, Comparison } from '../../experiment/comparison.ts';
import type { LivingResult, ObjectiveResult } from '../../sim/monitoring/living-result.ts';
import { escapeHtml, proseHtml } from '../escape.ts';
import { countOf, fixed, formatLike, formatValue } from '../format.ts';
import { policyLabel } from '../html/policy-mark.ts';
import { average } from '../resample.ts';
import { livingRuns } from './living-runs.ts';

/** More policies than these are told by the table alone. */
const MOST_IN_WORDS = 4;

/** Which policy breaks which promise, for how long, and what it costs; empty when nothing was promised. */
export function objectivesSection(comparison: Comparison, cell: Cell): string {
  const runs = livingRuns(comparison, cell);
  if (![...runs.values()].some(([first]) => first.objectives.length > 0)) return '';
  const cost = formatLike(
    [...runs.values()].flat().map((one) => one.cost.totalUsd),
    'usd',
  );
  const bodies = [...runs].map(([policy, all]) => {
    const objectives = all[0].objectives.map((_, at) => all.flatMap((one) => one.objectives[at] ?? []));
    const span = objectives.length;
    const usd = escapeHtml(cost(average(all.map((one) => one.cost.totalUsd))));
    const head = `<th scope="rowgroup" rowspan="${span}">${policyLabel(comparison, policy)}</th><td class="n" rowspan="${span}">${usd}</td>`;
    const rows = objectives.map(
      (same, at) =>
        `<tr>${at === 0 ? head : ''}<td class="promise">${escapeHtml(same[0].service)}: ${proseHtml(same[0].text.replace('<=', '≤'))}</td>${cells(same)}</tr>`,
    );
    return `<tbody>${rows.join('\n')}</tbody>`;
  });
  const range = cell.seeds.length > 1 ? '; minutes with the lowest and highest seed' : '';
  return `<h3>Promises kept and broken</h3><p class="how">Violated: minutes in which the promise, taken for that minute alone, was broken. Budget used: bad requests over those allowed in the whole run; above 100 % (or 1×) the promise is broken. Burn rate: how many times faster than allowed the budget was used in the worst 5 minutes and the worst hour. Means over ${countOf(cell.seeds.length, 'seed')}${range}.</p>
${runs.size > MOST_IN_WORDS ? '' : `<p class="summary">${proseHtml(summary(runs))}</p>`}
<div class="scroll"><table class="grouped"><thead><tr><th>Policy</th><th class="n">Cost</th><th>Promise</th><th class="n">Kept</th><th class="n">Violated, min</th><th class="n">Good</th><th class="n">Budget used</th><th class="n">Burn, 5\u00a0min</th><th class="n">Burn, 1\u00a0h</th></tr></thead>
${bodies.join('\n')}</table></div>`;
}

/** Which policies keep every promise on every seed, and which break one on how many. */
function summary(runs: ReadonlyMap<string, readonly LivingResult[]>): string {
  const sentences = [...runs].map(([policy, all]) => {
    const broken = all.filter((one) => one.objectives.some((each) => !each.kept)).length;
    const usd = formatValue(average(all.map((one) => one.cost.totalUsd)), 'usd');
    if (broken === 0) return `${policy} keeps every promise for ${usd}`;
    const minutes = average(
      all.map((one) => one.objectives.reduce((sum, each) => Math.max(sum, each.violatedMinutes), 0)),
    );
    const often =
      all.length === 1
        ? ''
        : broken === all.length
          ? ' on every seed'
          : ` on ${broken} of ${countOf(all.length, 'seed')}`;
    return `${policy} breaks ${all[0].objectives.length === 1 ? 'its promise' : 'one'}${often} (${all[0].objectives.length === 1 ? 'for' : 'the worst for'} ${fixed(minutes, minutes < 10 ? 1 : 0)} min) for ${usd}`;
  });
  return `${sentences.join('; ')}.`;
}

function cells(same: readonly ObjectiveResult[]): string {
  const kept = same.filter((one) => one.kept).length;
  const verdict =
    same.length === 1
      ? kept === 1
        ? '<span class="kept">kept</span>'
        : '<span class="broken">broken</span>'
      : `<span class="${kept === same.length ? 'kept' : 'broken'}">${kept} of ${same.length}</span>`;
  const mean = (of: (one: ObjectiveResult) => number): number => average(same.map(of));
  const digits = (value: number): string => fixed(value, value < 10 ? 1 : 0);
  const minutes = same.map((one) => one.violatedMinutes);
  const [low, high] = [digits(Math.min(...minutes)), digits(Math.max(...minutes))];
  const good = mean((one) => one.goodShare);
  const used = mean((one) => one.budgetUsed);
  return [
    verdict,
    `${digits(average(minutes))}${low === high ? '' : ` <span class="faint">(${low}–${high})</span>`}`,
    `${fixed(good * 100, good > 0.99 ? 3 : 1)}\u00a0%`,
    used >= 10 ? `${fixed(used, 0)}×` : `${fixed(used * 100, used < 0.1 ? 1 : 0)}\u00a0%`,
    digits(mean((one) => one.worstBurn5m)),
    digits(mean((one) => one.worstBurn1h)),
  ]
    .map((text) => `<td class="n">${text}</td>`)
    .join('');
}
