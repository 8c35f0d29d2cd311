import type { SwarmCheck, SwarmMoment } from '../live/swarm/swarm-check.ts';
import type { SwarmReplay } from '../live/swarm/swarm-replay.ts';
import { placementAt, type SwarmRun } from '../live/swarm/swarm-run.ts';
import type { SwarmTarget } from '../live/swarm/swarm-target.ts';
import { countOf, fixed, listOf } from '../reporting/format.ts';
import { columns } from './console-output.ts';

const MODES = {
  free: 'the swarm chooses nodes itself',
  pinned: 'each task is pinned to the node that the simulation chose',
} as const;

/** What a replay would do, for a dry run. */
export function swarmPlanText(
  replay: SwarmReplay,
  target: SwarmTarget,
  predicted: SwarmRun,
  said: { readonly description: string; readonly refusals: readonly string[]; readonly notes: readonly string[] },
): string {
  const nodes = target.machines.map(({ name }) => name);
  const end = placementAt(predicted, replay.durationUs, nodes.length);
  const rows = [
    ['service', ...nodes],
    ...Object.entries(end).map(([workload, counts]) => [workload, ...counts.map(String)]),
  ];
  return [
    `replay of ${replay.title} on the swarm at ${said.description}: nothing has been touched`,
    '',
    `mode      ${replay.mode}: ${MODES[replay.mode]}`,
    `nodes     ${countOf(nodes.length, 'node')}: ${listOf(nodes, 8)}; Docker ${target.version}`,
    `lasts     about ${Math.ceil(replay.durationUs / 1e6)} s`,
    ...replay.steps.map(({ atUs, text }) => `at ${seconds(atUs / 1000)}  ${text}`),
    '',
    'tasks at the end, as predicted:',
    columns(rows),
    ...listed('to know:', said.notes),
    ...listed('refused:', said.refusals),
  ].join('\n');
}

/** What a replay came to. */
export function swarmCheckText(check: SwarmCheck): string {
  const { moments, settling, starts, swarm } = check;
  const placed = [
    ['before', 'service', ...swarm.nodes, 'verdict'],
    ...moments.map((moment) => [
      moment.before === '' ? 'the end' : moment.before,
      moment.workload,
      ...moment.measured.map((count, node) => countText(count, moment.predicted[node])),
      verdictText(moment),
    ]),
  ];
  const times = [
    ['all run after', 'predicted', 'measured', 'verdict'],
    ...settling
      .filter(({ predictedMs, measuredMs }) => predictedMs > 0 || measuredMs > 0)
      .map(({ step, predictedMs, measuredMs, verdict }) => [
        step,
        seconds(predictedMs),
        seconds(measuredMs),
        verdict.text,
      ]),
    ...starts.map(({ workload, count, predictedMs, measuredMs, verdict }) => [
      `one task of ${workload} (median of ${count})`,
      seconds(predictedMs),
      seconds(measuredMs),
      verdict.text,
    ]),
  ];
  return [
    answerOf(check),
    '',
    columns(placed),
    '',
    columns(times),
    ...listed('what went wrong:', check.troubles),
    ...listed('could not be removed:', check.left),
    ...(check.left.length === 0 ? ['', 'Everything that it made has been removed.'] : []),
  ].join('\n');
}

function answerOf({ moments, mode }: SwarmCheck): string {
  const of = (verdict: SwarmMoment['verdict']): number => moments.filter((one) => one.verdict === verdict).length;
  const [same, alike, different] = [of('same'), of('alike'), of('different')];
  if (different > 0)
    return `${different} of ${countOf(moments.length, 'placement')} differed from the simulation (the swarm's tasks a node; predicted in brackets)`;
  if (mode === 'pinned' && alike > 0) return `${alike} of ${countOf(moments.length, 'placement')} were on other nodes`;
  return alike === 0
    ? `all ${countOf(same, 'placement')} were as predicted, node by node`
    : `all ${countOf(moments.length, 'placement')} were as predicted: ${same} node by node, ${alike} with as many tasks on other nodes that are no different`;
}

const countText = (measured: number, predicted: number): string =>
  measured === predicted ? String(measured) : `${measured} (${predicted})`;

const verdictText = ({ verdict }: SwarmMoment): string => (verdict === 'alike' ? 'same but for ties' : verdict);

const seconds = (ms: number): string => `${fixed(ms / 1000, 1)} s`;

const listed = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  - ${line}`)];
