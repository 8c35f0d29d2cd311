import type { Cell, Comparison, MetricComparison, PolicyOnMetric } from '../experiment/comparison.ts';
import { type Metric, metricByName } from '../sim/metric-catalogue.ts';
import { ahead, behind } from './difference-words.ts';
import { countOf, formatPercent, formatValue, listOf } from './format.ts';
import { metricAcross, primaryMetric, metricOfOrchestrators } from './primary-metric.ts';

/** The answer to "which policy is better" for one workload on one cluster. */
export interface Answer {
  /** One short sentence: what is best, by how much, and how surely. */
  readonly headline: string;
  /** More sentences: what it cannot be told from, the last, the price; empty when there is nothing to add. */
  readonly details: string;
  /** What else must be said so that the sentence is honest. */
  readonly caveats: readonly string[];
  readonly metric?: Metric;
  readonly best?: string;
  /** Policies that cannot be told from the best. */
  readonly ties: readonly string[];
  /** Whether at least one policy is told from the best. */
  readonly clear: boolean;
}

const BEST_DOES: Readonly<Record<string, string>> = {
  sloViolatedMinutes: 'keeps its promises best',
  sloKeptShare: 'keeps most objectives',
  errorBudgetUsed: 'uses the least error budget',
  costUsd: 'is the cheapest',
  usdPerMillionRequests: 'serves requests at the lowest price',
  goodShare: 'serves most requests well',
  errorShare: 'fails the fewest requests',
  meanLatencyMs: 'answers soonest',
  p99LatencyMs: 'has the fastest slow answers',
  timeToRecoverS: 'recovers soonest',
  meanBoundedSlowdown: 'slows pods down least',
  meanWaitS: 'waits least',
  meanReadyS: 'has its pods ready soonest',
  pendingAtEnd: 'leaves the fewest pods waiting',
  replicaDeficitS: 'misses the fewest replicas',
  evictions: 'evicts the fewest pods',
  meanFlowS: 'gets pods done soonest',
  placedShare: 'places most pods',
  nodeHours: 'needs the fewest node-hours',
  nodesUsedMean: 'uses the fewest nodes',
  nodesUsedPeak: 'gets by with the fewest nodes',
  fragmentation: 'fragments least',
  makespanS: 'finishes first',
  jainFairness: 'is the fairest',
};

/** Metrics of which a policy may be good at the price of others, one of each kind. */
const PRICES = [
  'sloViolatedMinutes',
  'costUsd',
  'p99LatencyMs',
  'placedShare',
  'gpuPeakShare',
  'meanBoundedSlowdown',
  'makespanS',
  'nodeHours',
  'fragmentation',
  'jainFairness',
];
const SAME_KIND: readonly (readonly string[])[] = [
  ['sloViolatedMinutes', 'sloKeptShare', 'errorBudgetUsed', 'worstBurn1h', 'goodShare', 'errorShare'],
  ['costUsd', 'idleCostUsd', 'usdPerMillionRequests', 'nodeHours', 'nodesUsedMean', 'nodesUsedPeak'],
  ['meanLatencyMs', 'p50LatencyMs', 'p90LatencyMs', 'p99LatencyMs', 'p999LatencyMs'],
  ['meanBoundedSlowdown', 'meanWaitS', 'meanFlowS', 'meanSlowdown'],
  ['nodeHours', 'nodesUsedMean', 'nodesUsedPeak'],
];
/** A price below 1 % (or one point) is not worth a word. */
const WORTH_A_WORD = 0.01;
/** A difference below 0.01 % (or points) decides nothing. */
const WORTH_MENTION = 0.0001;
/** A mean bounded slowdown below this says that hardly a pod waited. */
const HARDLY_WAITING = 1.001;

const NOTHING = 'No run finished, so there is nothing to compare.';

/** The answer for one cell; `wished` is the metric to judge by, if the user named one. */
export function answerCell(cell: Cell, wished?: string): Answer {
  const metric = primaryMetric(cell, wished);
  if (!metric || cell.policies.length === 0)
    return { headline: NOTHING, details: '', caveats: [], ties: [], clear: false };
  const comparison = cell.metrics[metric.name];
  const [best, ...others] = [comparison.policies.find((one) => one.policy === comparison.best)!].concat(
    comparison.policies.filter((one) => one.policy !== comparison.best),
  ) as [PolicyOnMetric, ...PolicyOnMetric[]];
  const ties = others.filter((one) => one.verdict === 'indistinguishable' || one.verdict === 'identical');
  const common = {
    metric,
    best: best.policy,
    ties: ties.map((one) => one.policy),
    clear: ties.length < others.length,
    caveats: caveats(cell, metric, comparison),
    details: '',
  };
  const value = `${noun(metric)} ${formatValue(best.mean, metric.unit)}`;
  const cheapest = cheapestSentence(cell, metric, common);
  if (others.length === 0) return { ...common, headline: `Only ${best.policy} was run: ${value}.` };
  if (others.every((one) => one.verdict === 'identical')) {
    const all = others.length === 1 ? 'Both' : `All ${others.length + 1}`;
    return { ...common, headline: `${all} policies come out the same: ${value}.`, details: cheapest };
  }
  if (ties.length === others.length)
    return {
      ...common,
      headline: `No policy is distinguishably best on ${countOf(cell.seeds.length, 'seed')}: ${best.policy} leads with ${value}, but not clearly.`,
      details: sentences(
        `${listOf(common.ties)} ${ties.length === 1 ? 'is' : 'are'} indistinguishable from it.`,
        cheapest,
      ),
    };
  if (others.every((one) => sizeOf(metric, one) < WORTH_MENTION))
    return {
      ...common,
      headline: `Hardly any difference: ${value} with ${best.policy}, and less than ${metric.unit === 'share' ? '0.01 points' : '0.01 %'} from it with every other policy.`,
    };
  return {
    ...common,
    headline: win(metric, best, others),
    details: sentences(
      tieSentence(ties, cell),
      cheapest,
      lastSentence(metric, best, others),
      price(cell, metric, best),
    ),
  };
}

/** What is said of a whole experiment, and of each of its cells. */
export interface AnswerToAll {
  /** One short sentence. */
  readonly headline: string;
  /** More sentences; may be empty. */
  readonly details: string;
  readonly cells: readonly Answer[];
}

/** The answer for the whole experiment: that of its only cell, or how often which policy comes first. */
export function answerAll(comparison: Comparison, wished?: string): AnswerToAll {
  const isAlone = comparison.policies.length === 1 && comparison.cells.length > 1;
  const judgedBy =
    wished ?? (isAlone ? metricAcross(comparison.cells)?.name : undefined) ?? metricOfOrchestrators(comparison);
  const cells = comparison.cells.map((cell) => answerCell(cell, judgedBy));
  if (cells.length === 1) return { headline: cells[0].headline, details: cells[0].details, cells };
  const decided = cells.filter((answer) => answer.best !== undefined);
  if (decided.length === 0) return { headline: NOTHING, details: '', cells };
  if (comparison.policies.length === 1) return { ...acrossCells(comparison, cells), cells };
  const tally = comparison.policies
    .map((policy) => ({
      name: policy.name,
      first: decided.filter((answer) => answer.best === policy.name).length,
      atTop: decided.filter((answer) => answer.best === policy.name || answer.ties.includes(policy.name)).length,
    }))
    .sort((a, b) => b.atTop - a.atTop || b.first - a.first);
  const top = tally[0];
  const level = tally.filter((one) => one.atTop === top.atTop && one.first === top.first).map((one) => one.name);
  const clear = decided.filter((answer) => answer.clear).length;
  const judged = [...new Set(decided.map((answer) => noun(answer.metric!)))];
  const rest = tally.filter((one) => one.first > 0 && !level.includes(one.name));
  const leading = (ones: typeof tally): string => listOf(ones.map((one) => `${one.name} leads ${one.first}`));
  if (clear === 0)
    return {
      headline: `In none of ${decided.length} comparisons by ${listOf(judged)} is any policy distinguishably best.`,
      details: `${leading(tally.filter((one) => one.first > 0))}.`,
      cells,
    };
  return {
    headline: `${listOf(level)} ${level.length === 1 ? 'is' : 'are each'} best or indistinguishable from the best in ${top.atTop} of ${decided.length} comparisons by ${listOf(judged)} (leading ${top.first}).`,
    details: rest.length === 0 ? '' : `${leading(rest)}.`,
    cells,
  };
}

/** One policy on several clusters or workloads: from where it does best to where it does worst. */
function acrossCells(comparison: Comparison, cells: readonly Answer[]): { headline: string; details: string } {
  const { metric } = cells.find((answer) => answer.metric)!;
  const several = comparison.clusters.length > 1;
  const names = comparison.cells.flatMap((cell, at) => {
    const mean = cell.metrics[metric!.name]?.policies[0]?.mean;
    if (mean === undefined || cells[at].metric === undefined) return [];
    return [{ name: several ? cell.cluster : cell.workload, mean }];
  });
  const sign = metric!.better === 'lower' ? 1 : -1;
  names.sort((a, b) => sign * (a.mean - b.mean));
  const common = commonBeginning(names.map((one) => one.name));
  const said = ({ name, mean }: { name: string; mean: number }): string =>
    `${formatValue(mean, metric!.unit)} (${name.slice(common)})`;
  return {
    headline: `One policy, ${countOf(names.length, several ? 'cluster' : 'workload')}: ${noun(metric!)} from ${said(names[0])} to ${said(names.at(-1)!)}.`,
    details: `Only ${comparison.policies[0].name} was run, so no policies are compared; the overview sets ${several ? 'clusters' : 'workloads'} side by side.`,
  };
}

/** How many letters names have in common at their beginning, up to a comma: of a scenario's variants its name. */
export function commonBeginning(names: readonly string[]): number {
  const [first] = names;
  let end = 0;
  for (let at = first.indexOf(', '); at >= 0; at = first.indexOf(', ', at + 1))
    if (names.every((name) => name.startsWith(first.slice(0, at + 2)))) end = at + 2;
  return end;
}

/** How far a policy is behind the best: in units of a share, else relative to the best. */
function sizeOf(metric: Metric, { toBest }: PolicyOnMetric): number {
  return Math.abs((metric.unit === 'share' ? toBest?.mean : toBest?.shareOfBest) ?? Infinity);
}

/** The metric's name inside a sentence. */
export function noun(metric: Metric): string {
  return /^[A-Z]{2}/.test(metric.title) ? metric.title : metric.title.charAt(0).toLowerCase() + metric.title.slice(1);
}

function win(metric: Metric, best: PolicyOnMetric, others: readonly PolicyOnMetric[]): string {
  const [next] = beatenOf(others);
  const does = BEST_DOES[metric.name] ?? `has the ${metric.better === 'lower' ? 'lowest' : 'highest'} ${noun(metric)}`;
  const same = others.filter((one) => one.verdict === 'identical').map((one) => one.policy);
  const [one, several] = does.startsWith('is ')
    ? ['is', 'are']
    : does.startsWith('has ')
      ? ['has', 'have']
      : ['does', 'do'];
  const too = same.length === 0 ? '' : `, as ${same.length === 1 ? one : several} ${listOf(same, 3)}`;
  return `${best.policy} ${does}${too}: ${noun(metric)} ${formatValue(best.mean, metric.unit)}${ahead(metric, best, next)}.`;
}

/** The policies that are told from the best, the next one first. */
function beatenOf(others: readonly PolicyOnMetric[]): PolicyOnMetric[] {
  return others.filter((one) => one.verdict === 'worse' || one.verdict === 'one seed');
}

function lastSentence(metric: Metric, best: PolicyOnMetric, others: readonly PolicyOnMetric[]): string {
  const beaten = beatenOf(others);
  if (beaten.length < 2) return '';
  const last = beaten.at(-1)!;
  return `The last, ${last.policy}, comes to ${formatValue(last.mean, metric.unit)}${comparable(metric, best) ? `, ${behind(metric, { policy: 'the best', mean: best.mean }, last.mean)}` : ''}.`;
}

/** Whether others can be told in per cent of the best. */
function comparable(metric: Metric, best: PolicyOnMetric): boolean {
  return metric.unit === 'share' || best.mean !== 0;
}

function price(cell: Cell, primary: Metric, { policy: best }: PolicyOnMetric): string {
  const kin = SAME_KIND.find((kind) => kind.includes(primary.name)) ?? [primary.name];
  const prices = PRICES.filter((name) => !kin.includes(name)).flatMap((name) => {
    const metric = metricByName.get(name)!;
    const comparison = cell.metrics[name];
    const own = comparison?.policies.find((one) => one.policy === best);
    if (!comparison || (own?.verdict !== 'worse' && own?.verdict !== 'one seed')) return [];
    const difference = own.toBest!;
    const size = metric.unit === 'share' ? Math.abs(difference.mean) : Math.abs(difference.shareOfBest ?? Infinity);
    if (size < WORTH_A_WORD) return [];
    const winner = comparison.policies.find((one) => one.policy === comparison.best)!;
    return [{ name, size, words: behind(metric, winner, own.mean, noun(metric)) }];
  });
  prices.sort((a, b) => b.size - a.size);
  const kindOf = (name: string): readonly string[] => SAME_KIND.find((kind) => kind.includes(name)) ?? [name];
  // Of one kind only the first in the list of prices: that nodes cost more says that there were more of them.
  const told = prices.filter(
    ({ name }) => !prices.some((other) => kindOf(name).includes(other.name) && before(other.name, name)),
  );
  return told.length === 0 ? '' : `The price of ${best}: ${listOf(told.slice(0, 2).map((one) => one.words))}.`;
}

const before = (one: string, other: string): boolean => PRICES.indexOf(one) < PRICES.indexOf(other);

function tieSentence(ties: readonly PolicyOnMetric[], cell: Cell): string {
  const close = ties.filter((one) => one.verdict === 'indistinguishable').map((one) => one.policy);
  return close.length === 0
    ? ''
    : `It is indistinguishable from ${listOf(close)} on ${countOf(cell.seeds.length, 'seed')}.`;
}

/** Of policies that keep their promises alike one wants the cheapest: it is named when it is not the one at the head. */
function cheapestSentence(
  cell: Cell,
  metric: Metric,
  { best, ties }: { readonly best: string; readonly ties: readonly string[] },
): string {
  const costs = cell.metrics['costUsd']?.policies.filter((one) => one.policy === best || ties.includes(one.policy));
  const own = costs?.find((one) => one.policy === best);
  if (metric.name !== 'sloViolatedMinutes' || !costs || !own) return '';
  const cheapest = costs.reduce((a, b) => (b.mean < a.mean ? b : a));
  const saved = (own.mean - cheapest.mean) / own.mean;
  return saved < WORTH_A_WORD
    ? ''
    : `Of these, ${cheapest.policy} costs least: ${formatValue(cheapest.mean, 'usd')}, ${formatPercent(saved)} less than ${best}.`;
}

function sentences(...all: readonly string[]): string {
  return all.filter((one) => one !== '').join(' ');
}

function caveats(cell: Cell, metric: Metric, comparison: MetricComparison): string[] {
  const said: string[] = [];
  const judged = comparison.policies.filter((one) => one.toBest);
  if (cell.seeds.length === 1)
    said.push(
      cell.metrics['costUsd'] === undefined
        ? 'One seed: no interval. What chance does to these numbers cannot be seen; run more seeds, and if the workload is a trace, let each leave out a part of it: --transform sample=0.95 --seeds 1..10.'
        : 'One seed: no interval. What chance does to these numbers cannot be seen; run more seeds: --seeds 1..10.',
    );
  else if (judged.some((one) => one.verdict === 'worse' && one.toBest!.sameOnEverySeed))
    said.push('Some differences are the same on every seed: exact for this workload, but no statement about others.');
  if (
    metric.name === 'meanBoundedSlowdown' &&
    judged.length > 0 &&
    comparison.policies.every((one) => one.mean < HARDLY_WAITING)
  )
    said.push(
      'Hardly a pod waits on this cluster, so waiting does not tell policies apart: add load (--transform scale-arrivals=2), or judge by another --metric.',
    );
  const nearly = judged.filter(
    ({ verdict, toBest }) => verdict === 'indistinguishable' && (toBest!.low! > 0 || toBest!.high! < 0),
  ).length;
  if (nearly > 0)
    said.push(
      `${nearly === 1 ? 'One difference has' : `${nearly} differences have`} an interval without 0 that does not survive the correction for comparing all pairs of ${judged.length + 1} policies: more seeds would tell.`,
    );
  const placed = cell.metrics['placedShare'];
  if (
    placed &&
    metric.name !== 'placedShare' &&
    placed.policies.some((one) => one.verdict === 'worse' || one.verdict === 'one seed')
  )
    said.push(
      'Policies did not start the same pods: times are over pods that started, so a policy that starts fewer may look faster.',
    );
  return said;
}
