import { Command, InvalidArgumentError } from 'commander';
import type { PodExplanation } from '../experiment/local/explain-run.ts';
import type { NodeVerdict } from '../sim/explain.ts';
import { columns, painter, print, printJson } from './console-output.ts';
import { addRunFlags, positiveSeconds, positiveWhole } from './experiment-flags.ts';
import { commandLine, ExitWith, noteBug } from './finish.ts';
import { EXIT } from './exit-codes.ts';
import { addSetFlag } from './named-files.ts';
import { onePlan, type OneRunFlags } from './one-plan.ts';
import { durationUs } from '../sim/quantity.ts';

export interface ExplainFlags extends OneRunFlags {
  pod?: string;
  attempt?: number;
  all?: boolean;
  timeout: number;
  json?: boolean;
  set?: string[];
  variant?: string;
  at?: number;
  whatIf?: string[];
}

/** Nodes shown one by one; of more, the best and a count of the rest. */
const SHOWN = 20;

function gathered(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

function timeOf(text: string): number {
  try {
    return durationUs(text);
  } catch {
    throw new InvalidArgumentError('write a time such as 10m');
  }
}

/** `baton explain`: why a pod went where it went. */
export function explainCommand(): Command {
  return addSetFlag(
    addRunFlags(
      new Command('explain')
        .description(
          'explain why a pod of a run went where it went, node by node; or why pods wait, and what would help',
        )
        .argument(
          '[words...]',
          'of a Kubernetes cluster: pod <name> <manifests> (or the name of its Deployment), or pending <manifests>',
        ),
    ),
  )
    .option('--pod <name>', 'the pod, by its name in the trace; pods without one are pod-0, pod-1, …')
    .option('--variant <name>', 'which variant of a scenario, by its number or its policies; default the first')
    .option(
      '--at <time>',
      'how things stood then, such as 10m; default: at the end of the run; of a what-if: when it is changed',
      timeOf,
    )
    .option('--what-if <change>', 'the same after a change, such as "add 2 nodes like n1"; may be repeated', gathered)
    .option('--attempt <n>', 'which attempt to place it (default: the one that did, else the last)', positiveWhole)
    .option('--all', `show every node, also when there are more than ${SHOWN}`)
    .option('--timeout <seconds>', 'stop when the run makes no progress for so long', positiveSeconds, 60)
    .option('--json', 'verdicts and scores of all nodes as JSON')
    .addHelpText(
      'after',
      `
Examples:
  baton explain --cluster "8 x 16cpu 64Gi" --workload trace.csv --policy best-fit --pod web-7
  baton explain --workload preset:hpc-like,pods=500 --policy first-fit+easy --pod pod-120 --attempt 1
  baton explain --nodes nodes.csv --workload trace.csv --policy ./mine.ts --pod job-3 --json
  baton explain pod web-7 manifests/
  baton explain pending cluster-dump.yaml --at 10m
  baton explain pod shop/web-7 manifests/ --what-if "kubectl taint node n1 dedicated-" --what-if "add 2 nodes like n1"`,
    )
    .action(explain);
}

async function explain(words: readonly string[], flags: ExplainFlags): Promise<void> {
  if (words.length > 0) {
    const { explainKubernetes } = await import('./explain-kubernetes.ts');
    await explainKubernetes(words, flags);
    return;
  }
  const { pod } = flags;
  if (pod === undefined)
    throw new (await import('../sim/input-error.ts')).InputError(
      'no pod is named; write --pod web-7, or of a Kubernetes cluster: baton explain pod web-7 manifests/',
    );
  const { runJobs } = await import('../experiment/local/worker-pool.ts');
  const plan = await onePlan(flags);
  const { attempt } = flags;
  let explanation: PodExplanation | undefined;
  let sentence: string | undefined;
  let isBug = false;
  await runJobs(
    [{ policy: plan.policy, request: { kind: 'explain', plan, pod, ...(attempt !== undefined && { attempt }) } }],
    { workers: 1, timeoutMs: flags.timeout * 1000 },
    (_job, answer) => {
      if (answer.kind === 'explain') explanation = answer.explanation;
      if (answer.kind === 'failed') [sentence, isBug] = [answer.sentence, answer.fault === 'baton'];
    },
  );
  if (explanation === undefined) {
    if (!isBug) throw new (await import('../sim/input-error.ts')).InputError(sentence);
    noteBug(sentence!, commandLine());
    throw new ExitWith(EXIT.bug);
  }
  if (flags.json) printJson(explanation);
  else print(explanationText(explanation, flags.all ?? false));
}

function explanationText({ decision, attempts, attempt, arrivesUs, note }: PodExplanation, all: boolean): string {
  const paint = painter(process.stdout);
  const at = (us: number): string => `${us / 1e6} s`;
  const lines = [
    `${paint('bold', decision.pod)} asks for ${decision.request}; it arrived at ${at(arrivesUs)}`,
    attempt === 0
      ? 'no attempt was made to place it'
      : `attempt ${attempt} of ${attempts.length}, at ${at(decision.timeUs)}, by ${decision.policy}: ${decision.chosen === undefined ? paint('red', 'no node') : paint('green', decision.chosen)}`,
    decision.summary,
  ];
  if (note !== undefined) lines.push(note);
  const fitting = decision.nodes.filter((one) => one.objections.length === 0);
  const others = decision.nodes.filter((one) => one.objections.length > 0);
  const scored = fitting.some((one) => one.score !== undefined);
  const shown = all || decision.nodes.length <= SHOWN ? fitting : fitting.slice(0, SHOWN);
  if (shown.length > 0) {
    lines.push(
      '',
      columns(
        [
          ['rank', 'node', scored ? 'score' : '', ''],
          ...shown.map((one, place) => [
            `${place + 1}`,
            one.node,
            one.score === undefined ? '' : `${Number(one.score.toPrecision(6))}`,
            one.node === decision.chosen ? '<- chosen' : '',
          ]),
        ],
        paint,
      ),
    );
    if (shown.length < fitting.length)
      lines.push(`… and ${fitting.length - shown.length} more that fit (--all shows them)`);
  }
  if (others.length > 0) lines.push('', ...refusals(others, all, paint));
  return lines.join('\n');
}

/** Every refusing node with its numbers, or, of many, an example of each kind. */
function refusals(nodes: readonly NodeVerdict[], all: boolean, paint: ReturnType<typeof painter>): string[] {
  const reasons = (one: NodeVerdict): string =>
    one.objections.map(({ rule, numbers }) => (numbers === '' ? rule : `${rule} (${numbers})`)).join('; ');
  if (all || nodes.length <= SHOWN)
    return [columns([['node', 'why not'], ...nodes.map((one) => [one.node, reasons(one)])], paint)];
  const kinds = new Map<string, NodeVerdict[]>();
  for (const one of nodes) {
    const kind = one.objections.map(({ rule }) => rule).join(', ');
    const mates = kinds.get(kind);
    if (mates) mates.push(one);
    else kinds.set(kind, [one]);
  }
  const sorted = [...kinds].sort(([, a], [, b]) => b.length - a.length);
  return [
    columns(
      [
        ['nodes', 'why not', 'for example'],
        ...sorted.map(([kind, mates]) => [`${mates.length}`, kind, `${mates[0].node}: ${reasons(mates[0])}`]),
      ],
      paint,
    ),
    '(--all shows every node)',
  ];
}
