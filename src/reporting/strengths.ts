import type { Cell, PairedDifference, Verdict } from '../experiment/comparison.ts';
import { METRICS, type Metric } from '../sim/metric-catalogue.ts';
import { noun } from './answer.ts';
import { behind as behindWords } from './difference-words.ts';
import { formatValue } from './format.ts';

/** What one policy does better than all others and what it does badly, as phrases, the gravest first. */
export interface Strengths {
  readonly policy: string;
  readonly best: readonly string[];
  readonly bad: readonly string[];
}

/** Of metrics that tell the same story only the one that tells it most strongly is named. */
const STORIES: readonly RegExp[] = [
  /^slo|^errorBudget|^worstBurn|^goodShare$|^errorShare$/,
  /Usd$|^usdPer/,
  /LatencyMs$/,
  /^timeToRecoverS$|^replicaDeficitS$/,
  /^evictions$|^restarts$|^oomKills$/,
  /^energyKWh$|^carbonKg$/,
  /WaitS$|Slowdown$|FlowS$/,
  /^(placed|refused)Share$|^pendingAtEnd$/,
  /^node(Hours|sUsed)/,
  /^fragmentation$|PeakShare$/,
  /^makespanS$/,
  /^jainFairness$/,
  /^nodeEvaluations$/,
];
const AT_MOST = 3;
/** Below 1 % (or a tenth of a point) a difference is true but no weakness. */
const WORTH_A_WORD = 0.01;

/** Goes through every metric with a direction; only differences that survive the statistics count, or all when there is one seed. */
export function strengthsOf(cell: Cell): Strengths[] {
  return cell.policies.map((policy) => {
    const best: { story: number; text: string }[] = [];
    const bad: { story: number; size: number; text: string }[] = [];
    for (const metric of METRICS) {
      const comparison = cell.metrics[metric.name];
      const story = STORIES.findIndex((one) => one.test(metric.name));
      const own = comparison?.policies.find((one) => one.policy === policy);
      if (!comparison?.best || !own || story < 0) continue;
      const others = comparison.policies.filter((one) => one !== own);
      const isAhead = others.some((one) => one.toBest !== undefined && gravity(metric, one.toBest) >= WORTH_A_WORD);
      if (own.verdict === 'best' && isAhead && others.every((one) => behind(one.verdict)))
        best.push({ story, text: `${noun(metric)} ${formatValue(own.mean, metric.unit)}` });
      if (!behind(own.verdict)) continue;
      const winner = comparison.policies.find((one) => one.policy === comparison.best)!;
      const size = gravity(metric, own.toBest!);
      if (size < WORTH_A_WORD) continue;
      bad.push({
        story,
        size,
        text: `${noun(metric)} ${formatValue(own.mean, metric.unit)}, ${behindWords(metric, winner, own.mean)}`,
      });
    }
    bad.sort((a, b) => b.size - a.size);
    return { policy, best: oneOfEach(best), bad: oneOfEach(bad) };
  });
}

/** With one seed nothing is sure, but what was seen can be said; the reader is told that it is one seed. */
function behind(verdict: Verdict | undefined): boolean {
  return verdict === 'worse' || verdict === 'one seed';
}

/** How much a shortfall matters: points of a share weigh four times; the scheduler's own work comes last. */
function gravity(metric: Metric, toBest: PairedDifference): number {
  if (metric.unit === 'share') return 4 * Math.abs(toBest.mean);
  const size = Math.abs(toBest.shareOfBest ?? 1);
  return metric.name === 'nodeEvaluations' ? size / 10 : size;
}

function oneOfEach(found: readonly { story: number; text: string }[]): string[] {
  const first = found.filter((one, place) => found.findIndex((other) => other.story === one.story) === place);
  return first.slice(0, AT_MOST).map((one) => one.text);
}
