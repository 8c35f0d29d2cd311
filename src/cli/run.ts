import { Command } from 'commander';
import { columns, painter, print, printJson } from './console-output.ts';
import { EXIT } from './exit-codes.ts';
import { addRunFlags, positiveSeconds } from './experiment-flags.ts';
import { commandLine, ExitWith, noteBug } from './finish.ts';
import { addCalibrationFlag, addOrchestratorFlag, addSetFlag } from './named-files.ts';
import { addLiveFlags, runPlanLive, type LiveFlags } from './live-run.ts';
import type { OneRunFlags } from './one-plan.ts';
import { planOf } from './plan-of.ts';
import {
  addSeriesFlags,
  dropTraceJournal,
  journalForTrace,
  writeSeriesFiles,
  type SeriesFlags,
} from './series-files.ts';
import type { RunTiming } from '../experiment/comparison.ts';
import type { RunPlan } from '../experiment/run-plan.ts';
import type { RunResult } from '../sim/result.ts';

interface RunFlags extends OneRunFlags, SeriesFlags, LiveFlags {
  journal?: string;
  timeout: number;
  set?: string[];
  orchestrator?: string[];
  calibration?: string;
  variant?: string;
  json?: boolean;
}

/** `baton run`: one run, its fingerprint and metrics, and its journal when asked for. */
export function runCommand(): Command {
  const command = addSetFlag(
    addRunFlags(
      new Command('run')
        .description('run one policy on one workload, or one scenario; print its fingerprint and metrics')
        .argument(
          '[scenario]',
          'a scenario file, the name of a scenario that ships with Baton, manifests of a Kubernetes cluster, a compose stack, Marathon apps, ECS services or Nomad jobs (file or folder)',
        ),
    ),
  );
  return addLiveFlags(addSeriesFlags(addCalibrationFlag(addOrchestratorFlag(command, false))))
    .option('--variant <name>', 'which variant of a scenario, by its number or its policies; default the first')
    .option('--journal <file>', 'write everything that happened, as NDJSON')
    .option('--timeout <seconds>', 'stop the run when it makes no progress for so long', positiveSeconds, 60)
    .option('--json', 'the result as JSON on stdout')
    .addHelpText(
      'after',
      `
Examples:
  baton run --cluster "8 x 16cpu 64Gi" --workload trace.csv --policy best-fit
  baton run --workload preset:hpc-like,pods=2000 --policy first-fit+easy --seed 3 --journal run.ndjson
  baton run --nodes nodes.csv --workload trace.csv --policy ./mine.ts --json
  baton run black-friday --set policies.scaling=fixed
  baton run manifests/                                    (a Kubernetes cluster by its own manifests)
  baton run compose.yaml                                  (Docker Swarm; so with files of Marathon, ECS and Nomad)
  baton run black-friday --live --live-speed 5m
  baton run zone-outage --series run.csv,run.parquet --trace run.json`,
    )
    .action(async (name: string | undefined, flags: RunFlags) => {
      try {
        await run(name, flags);
      } finally {
        dropTraceJournal(flags);
      }
    });
}

async function run(name: string | undefined, flags: RunFlags): Promise<void> {
  const [{ localRunner }, { ProgressLine }] = await Promise.all([
    import('../experiment/local/local-runner.ts'),
    import('./progress-line.ts'),
  ]);
  const { plan, file } = await planOf(name, flags);
  await requireOutputs(
    [
      ...(flags.journal === undefined ? [] : [{ path: flags.journal, what: 'the journal' }]),
      ...(flags.series ?? []).map((path) => ({ path, what: 'the series' })),
      ...(flags.trace === undefined ? [] : [{ path: flags.trace, what: 'the trace' }]),
    ],
    plan,
    file,
  );
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  const progress = new ProgressLine(process.stderr);
  let sentence = '';
  let fault = 'input';
  const { journal } = flags;
  const journalFile = journalForTrace(flags, journal);
  if (flags.live) {
    const live = await runPlanLive(plan, flags, stop.signal, journalFile);
    process.removeListener('SIGINT', interrupt);
    if (!live) throw new ExitWith(EXIT.interrupted);
    await tell(plan, { result: live }, flags, journalFile);
    return;
  }
  const [record] = await localRunner({
    workers: 1,
    timeoutMs: flags.timeout * 1000,
    signal: stop.signal,
    ...(journalFile !== undefined && { journalFile: () => journalFile }),
  }).run([plan], (event) => {
    if (event.kind === 'failed') ({ sentence, fault } = event);
    if (event.kind === 'progress') progress.show({ total: 1, done: 0, failed: 0, running: 1, events: event.events });
  });
  process.removeListener('SIGINT', interrupt);
  progress.end();
  if (stop.signal.aborted) throw new ExitWith(EXIT.interrupted);
  const result = record?.result;
  if (!result) {
    if (fault === 'baton') noteBug(sentence, commandLine());
    else throw new (await import('../sim/input-error.ts')).InputError(sentence);
    throw new ExitWith(EXIT.bug);
  }
  await tell(plan, { result, timing: record.timing }, flags, journalFile);
}

/** Writes what else was asked for, and says what came of the run. */
async function tell(
  plan: RunPlan,
  { result, timing }: { result: RunResult; timing?: RunTiming | undefined },
  flags: RunFlags,
  journalFile: string | undefined,
): Promise<void> {
  const [{ METRICS }, { formatValue }] = await Promise.all([
    import('../sim/metric-catalogue.ts'),
    import('../reporting/format.ts'),
  ]);
  const origin = { policy: plan.policy.name, seed: plan.seed };
  const written = await writeSeriesFiles(result, flags, origin, journalFile);
  if (flags.json) {
    printJson({
      id: plan.id,
      cluster: plan.cluster.name,
      workload: plan.workload.name,
      policy: plan.policy.name,
      seed: plan.seed,
      ...result,
      timing,
    });
    return;
  }
  const paint = painter(process.stdout);
  if (result.living !== undefined) {
    const { livingText } = await import('./living-text.ts');
    print(livingText(plan, result, result.living, paint, process.stdout.isTTY ? process.stdout.columns : Infinity));
    sayFiles(flags, written);
    return;
  }
  print(`fingerprint ${paint('bold', result.fingerprint)}`);
  const { counts } = result;
  print(
    `${counts.arrived} pods: ${counts.finished} finished, ${counts.running} running, ${counts.pending} waiting, ${counts.refused} refused, ${counts.killed} killed`,
  );
  const known = METRICS.filter((metric) => result.metrics[metric.name] !== undefined);
  print('');
  print(
    columns(
      [
        ['metric', 'value', 'name'],
        ...known.map((metric) => [metric.title, formatValue(result.metrics[metric.name], metric.unit), metric.name]),
      ],
      paint,
    ),
  );
  sayFiles(flags, written);
}

function sayFiles({ journal }: RunFlags, written: readonly string[]): void {
  const lines = [
    ...(journal === undefined ? [] : [`Journal: ${journal}`]),
    ...written.map((file) => `Written: ${file}`),
  ];
  if (lines.length > 0) print(`\n${lines.join('\n')}`);
}

/** Refuses, before anything runs, outputs that would destroy an input or each other, or that have no folder. */
async function requireOutputs(
  outputs: readonly { readonly path: string; readonly what: string }[],
  plan: RunPlan,
  file: string | undefined,
): Promise<void> {
  if (outputs.length === 0) return;
  const [{ statSync }, paths, { InputError }, { filesIn }] = await Promise.all([
    import('node:fs'),
    import('node:path'),
    import('../sim/input-error.ts'),
    import('../experiment/scenario/plan-scenario.ts'),
  ]);
  const stat = (path: string) => statSync(path, { throwIfNoEntry: false });
  const inScenario = filesIn(plan.scenario ?? plan.kubernetes);
  const inputs = [file, plan.cluster.file, plan.workload.file, plan.policy.file, ...inScenario].flatMap((path) => {
    const input = path === undefined ? undefined : stat(path);
    return input === undefined ? [] : [input];
  });
  const taken = new Map<string, string>();
  for (const { path, what } of outputs) {
    const there = stat(path);
    if (there && inputs.some((input) => there.ino === input.ino && there.dev === input.dev))
      throw new InputError(`${path}: ${what} would be written over this input; name another file`);
    if (there?.isDirectory()) throw new InputError(`${path}: this is a directory; name a file for ${what}`);
    const other = taken.get(paths.resolve(path));
    if (other !== undefined) throw new InputError(`${path}: ${other} is written there too; name another file`);
    taken.set(paths.resolve(path), what);
    if (!stat(paths.dirname(paths.resolve(path)))?.isDirectory())
      throw new InputError(`${path}: there is no such folder for ${what}; make it first, or name another file`);
  }
}
