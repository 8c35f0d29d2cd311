import type { ClusterEvent } from '../orchestrators/chronicle.ts';
import type { PodStory } from '../orchestrators/kubernetes/explain/pod-story.ts';
import type {
  ChoiceExplanation,
  DecisionExplanation,
  NodeExplanation,
} from '../orchestrators/kubernetes/scheduler/reference/explain-decision.ts';
import type { KubernetesAnswer } from '../experiment/local/explain-kubernetes.ts';
import { columns, oneLine, type painter } from './console-output.ts';

type Paint = ReturnType<typeof painter>;

/** Nodes shown one by one; of more, the best and a summary of the rest. */
const SHOWN = 12;
const SHOWN_EVENTS = 12;

/** What became of a pod: its state, its events, and the timers that ran for it. */
export function storyText(
  { pod, createdUs, attempts, attempt, state, events, timers }: PodStory,
  paint: Paint,
): string {
  const lines = [
    `${paint('bold', pod)}: ${state}`,
    `created at ${clock(createdUs)}; ${attempts === 1 ? 'one attempt' : `${attempts} attempts`} to place it${
      attempt === undefined ? '' : `; this is attempt ${attempt.number}, at ${clock(attempt.timeUs)}`
    }`,
  ];
  const series = withoutRepeats(events);
  const told = series.length > SHOWN_EVENTS ? [...series.slice(0, 3), ...series.slice(3 - SHOWN_EVENTS)] : series;
  if (told.length > 0)
    lines.push(
      '',
      ...told.map(
        ({ event: { timeUs, component, reason, message }, times, lastUs }) =>
          `  ${clock(timeUs)}  ${component}: ${reason}: ${oneLine(message)}${times > 1 ? ` (${times} times, the last at ${clock(lastUs)})` : ''}`,
      ),
    );
  if (told.length < series.length) lines.push(paint('dim', `  (${told.length} of ${series.length} events)`));
  for (const { fromUs, toUs, timer } of timers)
    lines.push(`  ${clock(fromUs)}  timer ${timer} runs until ${clock(toUs)}`);
  return lines.join('\n');
}

interface Repeated {
  readonly event: ClusterEvent;
  times: number;
  lastUs: number;
}

/** Events one after the other that say the same are one. */
function withoutRepeats(events: readonly ClusterEvent[]): Repeated[] {
  const series: Repeated[] = [];
  for (const event of events) {
    const last = series.at(-1);
    if (last?.event.reason === event.reason && last.event.message === event.message) {
      last.times++;
      last.lastUs = event.timeUs;
    } else series.push({ event, times: 1, lastUs: event.timeUs });
  }
  return series;
}

/** A decision: which node and by what rule, scores of the best by plugin, and why the others were not meant. */
export function decisionText(decision: DecisionExplanation, all: boolean, paint: Paint): string {
  const { nodeName, choice, window, nodes, reasons, message } = decision;
  const lines = [
    nodeName === undefined && choice.rule === 'refused'
      ? `${paint('red', 'refused')}: ${message ?? ''}`
      : `${paint('green', nodeName ?? 'one of the best, drawn')}, ${ruleText(choice)}`,
    ...(choice.rule === 'nominated'
      ? []
      : [
          `${window.examined} of ${window.candidates} nodes were looked at from number ${window.start + 1} on, until ${window.feasibleWanted} would do: ${window.feasible} fit`,
        ]),
  ];
  const scored = nodes.filter((node) => node.scores !== undefined).sort((a, b) => (b.total ?? 0) - (a.total ?? 0));
  if (scored.length > 0) lines.push('', scoreTable(scored, nodeName, all, paint));
  if (reasons.length > 0)
    lines.push(
      '',
      columns(
        [
          ['nodes', 'plugin', 'why not', 'would removing pods help', 'for example'],
          ...reasons.map((one) => [
            `${one.nodes}`,
            one.plugin,
            one.reason,
            one.resolvable ? 'perhaps' : 'no',
            one.examples.join(', '),
          ]),
        ],
        paint,
      ),
    );
  return lines.join('\n');
}

function ruleText(choice: ChoiceExplanation): string {
  switch (choice.rule) {
    case 'nominated':
      return 'which was kept for it while victims went: no other was looked at';
    case 'only one':
      return 'the only node that it fits: taken without scoring';
    case 'highest score':
      return 'which has the highest total';
    case 'heap order':
      return `one of ${choice.tied.length} with the highest total (${some(choice.tied)}): the first in the heap's order`;
    case 'drawn':
      return `drawn from ${choice.tied.length} with the highest total (${some(choice.tied)})`;
    default:
      return '';
  }
}

function scoreTable(
  scored: readonly NodeExplanation[],
  chosen: string | undefined,
  all: boolean,
  paint: Paint,
): string {
  const plugins = [...new Set(scored.flatMap((node) => node.scores!.map(({ plugin }) => plugin)))];
  const shown = all ? scored : scored.slice(0, SHOWN);
  const cell = (node: NodeExplanation, plugin: string): string => {
    const score = node.scores!.find((one) => one.plugin === plugin);
    if (score === undefined) return '-';
    const { raw, normalised, weight, weighted } = score;
    return raw === normalised
      ? `${normalised} x ${weight} = ${weighted}`
      : `${raw} -> ${normalised} x ${weight} = ${weighted}`;
  };
  const table = columns(
    [
      ['node', 'total', ...plugins, ''],
      ...shown.map((node) => [
        node.name,
        `${node.total ?? 0}`,
        ...plugins.map((plugin) => cell(node, plugin)),
        node.name === chosen ? '<- chosen' : '',
      ]),
    ],
    paint,
  );
  const rest = scored.length - shown.length;
  const legend = paint('dim', 'scores: raw -> normalised x weight = what counts');
  return `${legend}\n${table}${rest > 0 ? `\n… and ${rest} more that fit (--all shows them)` : ''}`;
}

/** Why pods wait. */
export function pendingText(
  { nowUs, pending, pendingCount, running, nodes, notCreated }: KubernetesAnswer,
  paint: Paint,
): string {
  const head = `at ${clock(nowUs)}: ${nodes} nodes, ${running} pods running, ${pendingCount} waiting`;
  const missing = notCreated.map(
    ({ owner, missing: pods, reason }) =>
      `\n${paint('bold', owner)}: ${pods === 1 ? 'one pod' : `${pods} pods`} could not be created\n  ${oneLine(reason)}`,
  );
  if (pending.length === 0) return [head, ...missing, ...(missing.length === 0 ? ['nothing waits'] : [])].join('\n');
  return [
    head,
    ...pending.map(({ owner, reason, pods, sinceUs, attempts }) =>
      [
        '',
        `${paint('bold', owner)}: ${pods.length === 1 ? 'one pod' : `${pods.length} pods`} since ${clock(sinceUs)}, tried ${attempts === 1 ? 'once' : `${attempts} times`} (${some(pods)})`,
        `  ${reason}`,
      ].join('\n'),
    ),
    ...missing,
  ].join('\n');
}

/** What a change would have done. */
export function whatIfText(
  { before, after, fromUs }: { before: KubernetesAnswer; after: KubernetesAnswer; fromUs: number },
  changes: readonly string[],
  paint: Paint,
): string {
  const lines = [`what if at ${clock(fromUs)}: ${changes.join('; ')}`, ''];
  const fate = ({ story }: KubernetesAnswer): string =>
    story === undefined
      ? ''
      : `${story.state}${story.attempt === undefined ? '' : ` (attempt ${story.attempt.number} at ${clock(story.attempt.timeUs)})`}`;
  if (before.story !== undefined)
    lines.push(
      paint('bold', before.story.pod),
      `  as it was: ${fate(before)}`,
      `  with it:   ${after.story === undefined ? 'there is no such pod' : fate(after)}`,
      '',
    );
  lines.push(
    columns(
      [
        ['', 'nodes', 'running', 'finished', 'waiting', 'mean wait', 'longest wait', 'cost'],
        ['as it was', ...cellsOf(before)],
        ['with it', ...cellsOf(after)],
      ],
      paint,
    ),
  );
  for (const { owner, reason, pods } of after.pending.slice(0, 3))
    lines.push('', `still waiting: ${owner}, ${pods.length === 1 ? 'one pod' : `${pods.length} pods`}`, `  ${reason}`);
  return lines.join('\n');
}

function cellsOf({ nodes, running, finished, pendingCount, meanWaitS, maxWaitS, costUsd }: KubernetesAnswer): string[] {
  const wait = (seconds: number): string => (Number.isNaN(seconds) ? '-' : `${Number(seconds.toPrecision(3))} s`);
  const counts = [nodes, running, finished, pendingCount].map(String);
  return [...counts, wait(meanWaitS), wait(maxWaitS), costUsd === 0 ? '-' : `$${costUsd.toFixed(2)}`];
}

function some(names: readonly string[]): string {
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}

/** `00:05:49.101`, with a sign before the run began. */
function clock(us: number): string {
  const ms = Math.round(Math.abs(us) / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const s = Math.floor(ms / 1000);
  const rest = ms % 1000 === 0 ? '' : `.${String(ms % 1000).padStart(3, '0')}`;
  return `${us < 0 ? '-' : ''}${two(Math.floor(s / 3600))}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}${rest}`;
}
