import type { Cell, Comparison, PolicyOnMetric } from '../experiment/comparison.ts';
import { type Metric, metricByName } from '../sim/metric-catalogue.ts';
import { answerAll, noun } from './answer.ts';
import { signedDifference } from './difference-words.ts';
import { countOf, formatLike, formatPercent, formatProbability, plusMinus } from './format.ts';
import { incidentRows } from './incidents/incident-section.ts';
import { withShortNames } from './short-names.ts';

function markdownTable([head, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** Metrics shown beside the one that policies are judged by, as far as they differ. */
const BESIDE = [
  'costUsd',
  'sloViolatedMinutes',
  'p99LatencyMs',
  'goodShare',
  'placedShare',
  'meanWaitS',
  'makespanS',
  'gpuPeakShare',
  'fragmentation',
  'nodeHours',
  'jainFairness',
];
const MOST_BESIDE = 4;

/** The comparison in as many lines as fit a pull request: answer, a table a cell, bounds, how to repeat it. */
export function markdownReport(full: Comparison, { metric }: { metric?: string | undefined } = {}): string {
  const comparison = withShortNames(full);
  const { headline, details, cells: answers } = answerAll(comparison, metric);
  const several = comparison.cells.length > 1;
  const unfinished = comparison.runs.filter((run) => run.status !== 'finished');
  const parts = [`## ${escapeMarkdown(comparison.title)}`, `**${escapeMarkdown(headline)}**`];
  if (details !== '') parts.push(escapeMarkdown(details));
  if (unfinished.length > 0) {
    const reasons = unfinished
      .slice(0, 5)
      .map(
        (run) =>
          `- ${escapeMarkdown(`${run.policy}, ${run.workload} on ${run.cluster}, seed ${run.seed}: ${run.error ?? run.status}`)}`,
      );
    const more = unfinished.length > 5 ? [`- and ${unfinished.length - 5} more`] : [];
    parts.push(
      [
        `> ${countOf(unfinished.length, 'run')} of ${comparison.runs.length} did not finish.`,
        '',
        ...reasons,
        ...more,
      ].join('\n'),
    );
  }
  comparison.cells.forEach((cell, at) => {
    const answer = answers[at];
    if (several)
      parts.push(
        `### ${escapeMarkdown(`${cell.workload} on ${cell.cluster}`)}`,
        escapeMarkdown(`${answer.headline} ${answer.details}`.trimEnd()),
      );
    if (answer.metric) parts.push(ranking(cell, answer.metric));
    const incident = incidentRows(comparison, cell);
    if (incident !== undefined) parts.push(escapeMarkdown(incident.sentence), markdownTable(incident.rows));
    parts.push(...answer.caveats.map((caveat) => `_${escapeMarkdown(caveat)}_`));
    if (cell.bounds.length > 0) parts.push(bounds(cell));
  });
  parts.push(reproduce(comparison));
  return `${parts.join('\n\n')}\n`;
}

/** Text that Markdown and HTML leave alone, also inside a table. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_[\]|~@#]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function ranking(cell: Cell, metric: Metric): string {
  const beside = BESIDE.filter((name) => name !== metric.name && differs(cell, name)).slice(0, MOST_BESIDE);
  const shown = cell.metrics[metric.name].policies;
  const format = formatLike(
    shown.map((one) => one.mean),
    metric.unit,
  );
  const others = beside.map((name) => {
    const policies = cell.metrics[name].policies;
    const write = formatLike(
      policies.map((one) => one.mean),
      metricByName.get(name)!.unit,
    );
    return { title: metricByName.get(name)!.title, of: new Map(policies.map((one) => [one.policy, write(one.mean)])) };
  });
  const lines = shown.map((one) => {
    const interval = plusMinus(one, format);
    const name = one.verdict === 'best' ? `**${escapeMarkdown(one.policy)}**` : escapeMarkdown(one.policy);
    const cells = others.map((other) => other.of.get(one.policy) ?? '–');
    return `| ${[name, `${format(one.mean)} ${interval}`.trimEnd(), signedDifference(one, metric, { pointUnit: 'points', format }), verdict(one), ...cells].join(' | ')} |`;
  });
  const head = ['Policy', metric.title, 'To the best', 'Verdict', ...others.map((other) => other.title)];
  const rule = ['---', '---:', '---:', '---', ...others.map(() => '---:')];
  return [`| ${head.join(' | ')} |`, `| ${rule.join(' | ')} |`, ...lines].join('\n');
}

function differs(cell: Cell, name: string): boolean {
  const policies = cell.metrics[name]?.policies ?? [];
  return policies.some((one) => one.mean !== policies[0].mean);
}

function verdict({ verdict: said, toBest }: PolicyOnMetric): string {
  const p = toBest?.pHolm;
  return `${said ?? ''}${p === undefined || said === 'identical' ? '' : ` (p ${p < 0.001 ? '' : '= '}${formatProbability(p)})`}`.replaceAll(
    '<',
    '&lt;',
  );
}

function bounds(cell: Cell): string {
  const lines = cell.bounds.map((bound) => {
    const metric = metricByName.get(bound.metric)!;
    const format = formatLike([bound.value, bound.seen], metric.unit);
    const gap = bound.gap === undefined ? '' : `, gap ${formatPercent(bound.gap)}`;
    return `- ${noun(metric)}: best seen ${format(bound.seen)} (${escapeMarkdown(bound.policy)}), no policy can get ${bound.side === 'lower' ? 'below' : 'above'} ${format(bound.value)}${gap} (${escapeMarkdown(bound.bound)})`;
  });
  return ['Best seen against possible:', '', ...lines].join('\n');
}

function reproduce(comparison: Comparison): string {
  const runs = comparison.runs.filter((run) => run.result);
  const rows = runs.map(
    (run) =>
      `| ${[run.workload, run.cluster, run.policy, String(run.seed)].map(escapeMarkdown).join(' | ')} | \`${run.result!.fingerprint}\` |`,
  );
  // A fence longer than any run of backticks in the command cannot be closed by it.
  const fence = '`'.repeat(Math.max(3, ...[...comparison.command.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)));
  return [
    '<details><summary>How to reproduce</summary>',
    '',
    `${fence}sh`,
    comparison.command,
    fence,
    '',
    `Baton ${escapeMarkdown(comparison.batonVersion)}, Node ${escapeMarkdown(comparison.nodeVersion)}, seeds ${escapeMarkdown(comparison.seeds.join(', '))}`,
    '',
    ...shortened(comparison),
    '| Workload | Cluster | Policy | Seed | Fingerprint |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    '</details>',
  ].join('\n');
}

/** What each shortened name is in full. */
function shortened({ policies }: Comparison): string[] {
  const changed = policies.filter((policy) => policy.fullName !== undefined && policy.fullName !== policy.name);
  if (changed.length === 0) return [];
  const lines = changed.map((policy) => `- ${escapeMarkdown(policy.name)}: ${escapeMarkdown(policy.fullName!)}`);
  return ['Names in full:', '', ...lines, ''];
}
