import type { Cell, Comparison } from '../../experiment/comparison.ts';
import type { LivingResult } from '../../sim/monitoring/living-result.ts';
import { escapeHtml } from '../escape.ts';
import { countOf, fixed } from '../format.ts';
import { policyLabel } from '../html/policy-mark.ts';
import { livingRuns } from './living-runs.ts';

const MOST_WAITING = 40;
const MOST_REASONS = 60;
/** A short table with something bad in it is shown at once. */
const MOST_OPEN = 15;

/** What the cluster reported: pods left without a node and why, and its events by reason; empty where nothing is known. */
export function eventsSection(comparison: Comparison, cell: Cell): string {
  const runs = livingRuns(comparison, cell);
  const first = new Map([...runs].map(([policy, [one]]) => [policy, one]));
  const parts = [waitingTable(comparison, first), reasonsTable(comparison, first)].filter((part) => part !== '');
  if (parts.length === 0) return '';
  const seed = cell.seeds.length > 1 ? `Seed ${escapeHtml(String(cell.seeds[0]))}. ` : '';
  return `<h3>What the cluster reported</h3><p class="how">${seed}Single events are found by the search beside the timeline; how a pod fared is told by <code>baton explain pod NAME</code>.</p>${parts.join('\n')}`;
}

function waitingTable(comparison: Comparison, runs: ReadonlyMap<string, LivingResult>): string {
  const rows = [...runs].flatMap(([policy, { waiting = [] }]) => waiting.map((one) => ({ policy, ...one })));
  if (rows.length === 0) return '';
  const shown = rows.slice(0, MOST_WAITING);
  const several = runs.size > 1;
  const html = shown.map(
    ({ policy, owner, count, reason, examples }) =>
      `<tr>${several ? `<td>${policyLabel(comparison, policy)}</td>` : ''}<th scope="row" title="${escapeHtml(examples.join(', '))}">${escapeHtml(owner)}</th><td class="n">${fixed(count, 0)}</td><td>${escapeHtml(reason)}</td></tr>`,
  );
  const left = rows.length - shown.length;
  const more = left > 0 ? `<p class="soft">${countOf(left, 'further line')} not shown here.</p>` : '';
  return `<div class="scroll"><table><thead><tr>${several ? '<th>Policy</th>' : ''}<th>Left without a node</th><th class="n">Pods</th><th>Why</th></tr></thead><tbody>${html.join('\n')}</tbody></table></div>${more}`;
}

/** A line a reason, warnings first, with the counts of each policy. */
function reasonsTable(comparison: Comparison, runs: ReadonlyMap<string, LivingResult>): string {
  const reasons = new Map<string, { reason: string; type: string; counts: Map<string, number> }>();
  for (const [policy, { events = [] }] of runs)
    for (const { reason, type, count } of events) {
      const row = reasons.get(`${type} ${reason}`) ?? { reason, type, counts: new Map<string, number>() };
      row.counts.set(policy, count);
      reasons.set(`${type} ${reason}`, row);
    }
  if (reasons.size === 0) return '';
  const all = [...reasons.values()];
  const rows = [...all.filter(({ type }) => type === 'Warning'), ...all.filter(({ type }) => type !== 'Warning')];
  const policies = [...runs.keys()];
  const head = policies
    .map((policy) => `<th class="n">${policies.length === 1 ? 'Events' : policyLabel(comparison, policy)}</th>`)
    .join('');
  const html = rows.slice(0, MOST_REASONS).map(({ reason, type, counts }) => {
    const cells = policies.map((policy) => `<td class="n">${fixed(counts.get(policy) ?? 0, 0)}</td>`).join('');
    return `<tr><th scope="row">${escapeHtml(reason)}</th><td class="soft">${type === 'Warning' ? 'warning' : ''}</td>${cells}</tr>`;
  });
  const warnings = rows.filter(({ type }) => type === 'Warning').length;
  const words = `${countOf(rows.length, 'kind')} of events${warnings === 0 ? '' : `, ${fixed(warnings, 0)} of warnings`}`;
  return `<details style="margin-top:12px"${warnings > 0 && rows.length <= MOST_OPEN ? ' open' : ''}><summary>${words}</summary><div class="scroll"><table><thead><tr><th>Reason</th><th></th>${head}</tr></thead><tbody>${html.join('\n')}</tbody></table></div></details>`;
}
