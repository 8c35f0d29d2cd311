import type { Cell, Comparison, PolicyOnMetric } from '../experiment/comparison.ts';
import { answerAll } from '../reporting/answer.ts';
import { formatLike, formatPercent } from '../reporting/format.ts';
import { primaryMetric } from '../reporting/primary-metric.ts';
import { metricByName, type Metric } from '../sim/metric-catalogue.ts';
import { bar } from './bars.ts';
import { columns, type painter } from './console-output.ts';

const BAR_CHARACTERS = 30;
/** Beside the metric that decides, the table shows those of these that runs have. */
const ALSO = ['meanBoundedSlowdown', 'meanWaitS', 'p99WaitS', 'placedShare', 'nodeHours', 'fragmentation'];

/** What a comparison says on a terminal: the answer, then for each cell a plot and a ranking. */
export function comparisonText(
  comparison: Comparison,
  wished: string | undefined,
  paint: ReturnType<typeof painter>,
): string {
  const { headline, cells: answers } = answerAll(comparison, wished);
  const parts = [paint('bold', headline)];
  for (const [index, cell] of comparison.cells.entries()) {
    const lines: string[] = [];
    if (comparison.cells.length > 1) {
      lines.push(paint('bold', `${cell.workload} on ${cell.cluster}`), answers[index].headline);
    }
    lines.push(...answers[index].caveats.map((caveat) => paint('dim', caveat)));
    const metric = primaryMetric(cell, wished);
    if (metric)
      lines.push(...(lines.length > 0 ? [''] : []), plot(cell, metric, paint), '', ranking(cell, metric, paint));
    parts.push(lines.join('\n'));
  }
  return parts.filter((part) => part !== '').join('\n\n');
}

function plot(cell: Cell, metric: Metric, paint: ReturnType<typeof painter>): string {
  const { policies } = cell.metrics[metric.name];
  const format = formatLike(
    policies.map((one) => one.mean),
    metric.unit,
  );
  const largest = Math.max(...policies.map((one) => one.mean));
  const width = Math.max(...policies.map((one) => one.policy.length));
  const title = `${metric.title}${metric.better === 'neither' ? '' : ` (${metric.better} is better)`}`;
  return [
    title,
    ...policies.map(
      (one, place) =>
        `  ${one.policy.padEnd(width)}  ${paint(place === 0 ? 'green' : 'cyan', bar(one.mean, largest, BAR_CHARACTERS).padEnd(BAR_CHARACTERS))} ${format(one.mean)}`,
    ),
  ].join('\n');
}

function ranking(cell: Cell, metric: Metric, paint: ReturnType<typeof painter>): string {
  const main = cell.metrics[metric.name];
  const also = ALSO.filter((name) => name !== metric.name && cell.metrics[name]).map((name) => metricByName.get(name)!);
  const means = new Map(
    also.map((one) => [one.name, new Map(cell.metrics[one.name].policies.map((row) => [row.policy, row.mean]))]),
  );
  const format = formatLike(
    main.policies.map((one) => one.mean),
    metric.unit,
  );
  const formats = also.map((one) => formatLike([...means.get(one.name)!.values()], one.unit));
  const heading = [
    'policy',
    metric.title.toLowerCase(),
    '95 % interval',
    'to the best',
    ...also.map((one) => one.title.toLowerCase()),
  ];
  const rows = main.policies.map((one) => [
    one.policy,
    format(one.mean),
    one.low === undefined || one.high === undefined ? '' : `${format(one.low)} to ${format(one.high)}`,
    verdict(one),
    ...also.map((other, k) => {
      const mean = means.get(other.name)!.get(one.policy);
      return mean === undefined ? '' : formats[k](mean);
    }),
  ]);
  return columns([heading, ...rows], paint);
}

function verdict(one: PolicyOnMetric): string {
  if (one.verdict === undefined || one.verdict === 'best') return one.verdict ?? '';
  if (one.verdict === 'identical' || one.verdict === 'indistinguishable') return one.verdict;
  const share = one.toBest?.shareOfBest;
  const size = share === undefined ? 'worse' : `${share >= 0 ? '+' : '−'}${formatPercent(share)}`;
  return one.verdict === 'one seed' ? `${size} (one seed)` : size;
}
