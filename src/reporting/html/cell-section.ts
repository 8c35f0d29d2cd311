import type { Cell, Comparison, RunRecord } from '../../experiment/comparison.ts';
import { metricByName } from '../../sim/metric-catalogue.ts';
import { type Answer, noun } from '../answer.ts';
import { runsOfCell } from '../chart-data.ts';
import { escapeHtml, proseHtml } from '../escape.ts';
import { fixed, formatBytes, formatLike, formatPercent, formatValue } from '../format.ts';
import { incidentSection } from '../incidents/incident-section.ts';
import { availabilitySection } from '../living/availability-charts.ts';
import { eventsSection } from '../living/events-section.ts';
import { livingRuns } from '../living/living-runs.ts';
import { objectivesSection } from '../living/objectives-section.ts';
import { servicesSection } from '../living/services-section.ts';
import { timersSection } from '../living/timers-section.ts';
import { average } from '../resample.ts';
import { strengthsOf } from '../strengths.ts';
import { type Chart, figureHtml } from './charts.ts';
import { policyLabel } from './policy-mark.ts';
import { profileMatrix } from './profile-matrix.ts';
import { rankingTable } from './ranking-table.ts';

/**
 * Everything about one workload on one cluster. `firstChart` is the place of its first chart in the page's list,
 * `timeline` the timeline of a living cluster.
 */
export function cellSection(
  comparison: Comparison,
  cell: Cell,
  answer: Answer,
  charts: readonly Chart[],
  firstChart: number,
  timeline = '',
): string {
  const alone = comparison.cells.length === 1;
  const heading = alone
    ? ''
    : `<h2>${escapeHtml(cell.workload)} <span>on ${escapeHtml(cell.cluster)}</span></h2><p class="lead">${proseHtml(answer.headline)}</p>${answer.details === '' ? '' : `<p class="details">${proseHtml(answer.details)}</p>`}${answer.caveats.map((one) => `<p class="caveat">${proseHtml(one)}</p>`).join('')}`;
  const parts = answer.metric
    ? [
        cell.policies.length > 1 ? ranking(comparison, cell, answer) : '',
        incidentSection(comparison, cell, charts, firstChart),
        objectivesSection(comparison, cell),
        chartPart(
          comparison,
          charts,
          firstChart,
          'pareto',
          'What money buys',
          'A policy on the dashed front is beaten by none on both sides at once. Where intervals overlap, more seeds would tell.',
        ),
        timeline,
        availabilitySection(comparison, cell, charts, firstChart),
        eventsSection(comparison, cell),
        timersSection(comparison, cell, charts, firstChart),
        profileMatrix(comparison, cell),
        cell.policies.length > 1 ? goodAndBad(comparison, cell) : '',
        chartPart(comparison, charts, firstChart, 'cost', 'What the money went into', ''),
        servicesSection(comparison, cell),
        chartPart(
          comparison,
          charts,
          firstChart,
          'time',
          'Over time',
          `Click a policy to bring it forward in every chart${cell.seeds.length > 1 ? '; its band then shows the lowest and highest seed' : ''}.`,
        ),
        chartPart(
          comparison,
          charts,
          firstChart,
          'distribution',
          'Distributions',
          'The further up and left, the better; the right end is the tail, where the worst-served pods are.',
        ),
        chartPart(
          comparison,
          charts,
          firstChart,
          'heat',
          'The cluster over time',
          `Nodes from first (top) to last, neighbours taken together${livingRuns(comparison, cell).size > 0 ? '; a node that is not bought is empty' : ''}; ${cell.seeds.length > 1 ? `seed ${escapeHtml(String(cell.seeds[0]))}` : 'the only seed'}.`,
        ),
        bounds(cell),
        fairness(comparison, cell, charts, firstChart),
        work(comparison, cell),
      ]
    : ['<p class="how">No policy finished a run here.</p>'];
  return `<section class="cell" id="cell-${comparison.cells.indexOf(cell)}">${heading}${parts.join('\n')}</section>`;
}

function ranking(comparison: Comparison, cell: Cell, answer: Answer): string {
  const metric = answer.metric!;
  const seeds = cell.seeds.length;
  const how =
    seeds > 1
      ? `Means over ${seeds} seeds that all policies share, with 95 % intervals. Bars: difference to the best, policies paired seed by seed, to the right is worse; the line is its 95 % interval. A policy is called worse only if that survives Holm's correction over all pairs of policies.`
      : 'One seed, so differences are shown as they are, without intervals.';
  return `<h3>Ranking by ${escapeHtml(noun(metric))}</h3><p class="how">${proseHtml(metric.meaning)} ${metric.better === 'lower' ? 'Lower' : 'Higher'} is better. ${proseHtml(how)}</p>${rankingTable(comparison, cell, metric)}`;
}

function goodAndBad(comparison: Comparison, cell: Cell): string {
  const items = strengthsOf(cell);
  if (items.every((item) => item.bad.length === 0 && item.best.length === 0)) return '';
  const list = items.map((item) => {
    const plus =
      item.best.length > 0
        ? `<p class="plus"><span class="sign">+</span>best of all: ${proseHtml(item.best.join('; '))}</p>`
        : '';
    const minus = item.bad.map((text) => `<p class="minus"><span class="sign">−</span>${proseHtml(text)}</p>`).join('');
    const nothing =
      plus === '' && minus === '' ? '<p>Nowhere clearly best and nowhere clearly worse than the best.</p>' : '';
    return `<li><b>${policyLabel(comparison, item.policy)}</b>${plus}${minus}${nothing}</li>`;
  });
  return `<h3>What each policy is bad at</h3><p class="how">${cell.seeds.length > 1 ? 'The largest shortfalls that the seeds leave no doubt about' : 'The largest shortfalls on the one seed'}, one of each kind, and where a policy beats all others.</p><ul class="people">${list.join('\n')}</ul>`;
}

function chartPart(
  comparison: Comparison,
  charts: readonly Chart[],
  firstChart: number,
  group: Chart['group'],
  title: string,
  how: string,
): string {
  const figures = charts.flatMap((chart, at) => (chart.group === group ? [figureHtml(chart, firstChart + at)] : []));
  if (figures.length === 0) return '';
  const guide =
    group === 'heat'
      ? `<p class="scale"><span>empty</span><i></i><span>fully allocated</span></p>`
      : group === 'cost'
        ? ''
        : `<div class="legend" role="group" aria-label="Policies">${comparison.policies
            .map(
              (policy, at) =>
                `<button type="button" aria-pressed="false" data-policy="${at}">${policyLabel(comparison, policy.name)}</button>`,
            )
            .join('')}</div>`;
  return `<h3>${escapeHtml(title)}</h3>${how === '' ? '' : `<p class="how">${how}</p>`}<div>${guide}<div class="charts${group === 'heat' ? ' heat' : ''}">${figures.join('\n')}</div></div>`;
}

function bounds(cell: Cell): string {
  if (cell.bounds.length === 0) return '';
  const conditions = {
    always: '',
    'all-finished': '',
    'all-placed': ' Compared with runs that placed every pod.',
    'nobody-waits': ' Compared with runs in which nobody waited.',
  };
  const rows = cell.bounds.map((bound) => {
    const metric = metricByName.get(bound.metric)!;
    const format = formatLike([bound.value, bound.seen], metric.unit);
    const gap = bound.gap === undefined ? '–' : formatPercent(bound.gap);
    return `<tr><th scope="row">${escapeHtml(metric.title)}</th><td class="n">${format(bound.seen)}</td><th scope="row">${escapeHtml(bound.policy)}</th><td class="n">${bound.side === 'lower' ? '≥' : '≤'} ${format(bound.value)}</td><td class="n"><b>${gap}</b></td><td class="soft narrow-off">${escapeHtml(bound.bound)}. ${escapeHtml(bound.meaning)}${conditions[bound.holds]}</td></tr>`;
  });
  return `<h3>Best seen against possible</h3><p class="how">No policy, known or not, can pass these bounds on this workload and cluster. The gap is what might be left to gain; it may also be the bound that is weak.</p>
<div class="scroll"><table><thead><tr><th>Metric</th><th class="n">Best seen</th><th>by</th><th class="n">Bound</th><th class="n">Gap</th><th class="narrow-off">Which bound, and why it holds</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

/** A mean bounded slowdown above this says that somebody waited. */
const SLOWED = 1.001;

function fairness(comparison: Comparison, cell: Cell, charts: readonly Chart[], firstChart: number): string {
  const at = charts.findIndex((chart) => chart.group === 'users');
  const jain = cell.metrics['jainFairness'];
  const worst = cell.metrics['worstUserSlowdown'];
  if (at < 0 || !jain) return '';
  // Where nobody is slowed down there is nothing to be fair about.
  if (worst?.policies.every((one) => !(one.mean > SLOWED)) ?? false) return '';
  const runs = runsOfCell(comparison, cell);
  const rows = jain.policies.map((one) => {
    const worstMean = worst?.policies.find((other) => other.policy === one.policy)?.mean;
    const dominant = average(
      (runs.get(one.policy) ?? []).map((run) =>
        run.users.reduce((most, user) => Math.max(most, user.dominantShare), 0),
      ),
    );
    return `<tr><th scope="row">${policyLabel(comparison, one.policy)}</th><td class="n">${one.mean.toFixed(3)}</td><td class="n">${worstMean === undefined ? '–' : formatValue(worstMean, 'ratio')}</td><td class="n">${formatValue(dominant, 'share')}</td></tr>`;
  });
  return `<h3>Fairness between users</h3><p class="how">${escapeHtml(metricByName.get('jainFairness')!.meaning)}</p>
<div class="scroll"><table><thead><tr><th>Policy</th><th class="n">Jain's index</th><th class="n">Slowdown of the user served worst</th><th class="n">Largest dominant share</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div><div class="charts" style="margin-top:28px">${figureHtml(charts[at], firstChart + at)}</div>`;
}

/** Columns of the table of work that at least one run knows of. */
const WORK: readonly {
  readonly title: string;
  readonly read: (run: RunRecord) => number | undefined;
  readonly write: (value: number) => string;
}[] = [
  { title: 'Events', read: (run) => run.result!.work.events, write: whole },
  { title: 'Decisions', read: (run) => run.result!.work.decisions, write: whole },
  { title: 'Node evaluations', read: (run) => run.result!.work.nodeEvaluations, write: whole },
  { title: 'µs a decision', read: (run) => run.timing?.decisionUs?.mean, write: micro },
  { title: '99th pct., µs', read: (run) => run.timing?.decisionUs?.p99, write: micro },
  {
    title: 'CPU time',
    read: (run) => run.timing && run.timing.cpuMs / 1000,
    write: (value) => `${fixed(value, value < 10 ? 2 : 1)} s`,
  },
  { title: 'Peak memory', read: (run) => run.timing?.peakRssBytes, write: formatBytes },
];

function work(comparison: Comparison, cell: Cell): string {
  const ofCell = comparison.runs.filter(
    (run) => run.cluster === cell.cluster && run.workload === cell.workload && run.result,
  );
  const columns = WORK.filter(({ read }) => ofCell.some((run) => read(run) !== undefined));
  const rows = cell.policies.map((policy) => {
    const runs = ofCell.filter((run) => run.policy === policy);
    const cells = columns.map(({ read, write }) => {
      const known = runs.map(read).filter((value) => value !== undefined);
      return `<td class="n">${known.length === 0 ? '–' : write(average(known))}</td>`;
    });
    return `<tr><th scope="row">${policyLabel(comparison, policy)}</th>${cells.join('')}</tr>`;
  });
  const head = columns.map(({ title }) => `<th class="n">${title}</th>`);
  return `<h3>Work and decision times</h3><p class="how">Counts are exact and the same on every machine; times are of this machine. Means over runs.</p>
<div class="scroll"><table><thead><tr><th>Policy</th>${head.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

function whole(value: number): string {
  return fixed(value, 0);
}

function micro(value: number): string {
  return fixed(value, value < 10 ? 2 : value < 100 ? 1 : 0);
}
