import type { Cell, Comparison } from '../../experiment/comparison.ts';
import { escapeHtml, proseHtml } from '../escape.ts';
import { countOf, fixed } from '../format.ts';
import { type Chart, figureHtml } from '../html/charts.ts';
import { policyLabel } from '../html/policy-mark.ts';
import { incidentChart } from './incident-chart.ts';
import { incidentComparison, type IncidentRow } from './incident-times.ts';
import { incidentSentence, secondsText, spreadText, timersText } from './incident-words.ts';

/** The chart of the incident that all policies had; none where there is none. */
export function incidentCharts(comparison: Comparison, cell: Cell): Chart[] {
  const incident = incidentComparison(comparison, cell);
  return incident === undefined ? [] : [incidentChart(incident)];
}

/** What each policy did about the same loss, side by side, and which timer made it wait. Empty where there is none. */
export function incidentSection(
  comparison: Comparison,
  cell: Cell,
  charts: readonly Chart[],
  firstChart: number,
): string {
  const incident = incidentComparison(comparison, cell);
  if (incident === undefined) return '';
  const figures = charts.flatMap((chart, at) =>
    chart.group === 'incident' ? [figureHtml(chart, firstChart + at)] : [],
  );
  const seeds =
    cell.seeds.length > 1 ? ` Medians of ${countOf(cell.seeds.length, 'seed')}, in brackets the span of all.` : '';
  const rows = incident.rows.map((row) => rowHtml(comparison, row));
  return `<h3>The same incident, side by side</h3><p class="how">${proseHtml(incidentSentence(incident))}${seeds} Nobody repairs anything by hand; what passes is the time until timers have run out.</p>
<div class="charts across">${figures.join('\n')}</div>
<div class="scroll"><table><thead><tr><th>Policy</th><th class="n">Replicas lost</th><th class="n">Noticed after</th><th class="n">Balancers stop after</th><th class="n">First replacement starts</th><th class="n">Whole again after</th><th class="n">Replica-seconds lost</th><th>What it waited for</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

function rowHtml(comparison: Comparison, row: IncidentRow): string {
  const { lostReplicas, noticedS, unlistedS, startedS, wholeS, lostReplicaS, timers } = row;
  const cells = [noticedS, unlistedS, startedS, wholeS].map((one) => `<td class="n">${twoLines(spreadText(one))}</td>`);
  return `<tr><th scope="row">${policyLabel(comparison, row.policy)}</th><td class="n">${fixed(lostReplicas.median, 0)}</td>${cells.join('')}<td class="n">${fixed(lostReplicaS.median, 0)}</td><td>${escapeHtml(timersText(timers))}</td></tr>`;
}

/** The span below the median, and below that in how many runs it did not come. */
function twoLines(text: string): string {
  const [first, ...rest] = text.split(/ (?=\()|, (?=not in)/).map(escapeHtml);
  return rest.length === 0 ? first : `${first}<br><span class="soft">${rest.join('<br>')}</span>`;
}

/** The same for a terminal or Markdown: rows of text, the first one the heading. */
export function incidentRows(
  comparison: Comparison,
  cell: Cell,
): { readonly sentence: string; readonly rows: string[][] } | undefined {
  const incident = incidentComparison(comparison, cell);
  if (incident === undefined) return undefined;
  const plain = (text: string): string => text.replaceAll('\u00a0', ' ');
  return {
    sentence: plain(incidentSentence(incident)),
    rows: [
      ['policy', 'noticed', 'balancers stop', 'first replacement', 'whole again', 'replica-s lost', 'waited for'],
      ...incident.rows.map(({ policy, noticedS, unlistedS, startedS, wholeS, lostReplicaS, timers }) => [
        policy,
        ...[noticedS, unlistedS, startedS, wholeS].map(({ median, missing }) =>
          Number.isNaN(median) ? (missing > 0 ? 'never' : 'nothing lost') : plain(secondsText(median)),
        ),
        fixed(lostReplicaS.median, 0),
        plain(timersText(timers)),
      ]),
    ],
  };
}
