import { Command } from 'commander';
import { note, oneLine, painter, print } from './console-output.ts';
import { EXIT } from './exit-codes.ts';
import {
  addExperimentFlags,
  folder,
  positiveSeconds,
  positiveWhole,
  type ExperimentFlags,
} from './experiment-flags.ts';
import { readExperiment } from './read-experiment.ts';
import { commandLine, ExitWith, noteBug } from './finish.ts';
import type { Failure } from '../experiment/local/carry-out.ts';
import type { Planned } from '../experiment/local/planned.ts';
import { addCalibrationFlag, addOrchestratorFlag, addSetFlag, readNamed } from './named-files.ts';

interface CompareFlags extends ExperimentFlags {
  workers?: number;
  timeout: number;
  out: string;
  resume?: boolean;
  set?: string[];
  orchestrators?: string[];
  calibration?: string;
  metric?: string;
  json?: boolean;
  report: boolean;
}

/** `baton compare`: the main job. */
export function compareCommand(): Command {
  const command = new Command('compare')
    .description('run policies side by side and say which is better')
    .argument(
      '[scenario...]',
      "scenario files, names of scenarios that ship with Baton, manifests or an orchestrator's own files, or an experiment file",
    );
  return addCalibrationFlag(addOrchestratorFlag(addSetFlag(addExperimentFlags(command)), true))
    .option('--workers <n>', 'runs side by side (default: as many as there are cores)', positiveWhole)
    .option('--timeout <seconds>', 'stop a run that makes no progress for so long', positiveSeconds, 60)
    .option('--out <dir>', 'where results and reports go', folder, 'baton-out')
    .option('--resume', 'run only what has no result in --out yet')
    .option('--metric <name>', 'judge by this metric, such as meanWaitS')
    .option('--json', 'the comparison as JSON on stdout')
    .option('--no-report', 'keep results only, write no report')
    .addHelpText(
      'after',
      `
Examples:
  baton compare --cluster "64 x 32cpu 128Gi" --workload trace.csv --policies first-fit,best-fit,worst-fit
  baton compare --workload preset:borg-2011-like,pods=20000 --policies best-fit,best-fit+smallest-first --seeds 1..10
  baton compare --cluster "1 x 100cpu 1Ti" --workload trace.swf.gz --policies first-fit+strict,first-fit+easy --policy ./mine.ts
  baton compare --experiment experiment.yaml --workers 2 --out results --resume
  baton compare black-friday --seeds 1..5
  baton compare shop.yaml --set duration=1h --set policies.nodes=fixed
  baton compare five-orchestrators --orchestrators kubernetes,swarm,mesos,ecs,nomad --seeds 1..20

Without --cluster and --nodes, a preset workload runs on its own cluster.
Writes report.html, report.md, runs.csv, metrics.csv and result.json into --out, and each run under --out/runs.`,
    )
    .action(async (names: string[], flags: CompareFlags) => compare(names, flags));
}

async function compare(names: readonly string[], flags: CompareFlags): Promise<void> {
  const [{ carryOut }, { ProgressLine }, { availableParallelism }, { InputError }, { metricByName }, { suggestion }] =
    await Promise.all([
      import('../experiment/local/carry-out.ts'),
      import('./progress-line.ts'),
      import('node:os'),
      import('../sim/input-error.ts'),
      import('../sim/metric-catalogue.ts'),
      import('../sim/nearest-name.ts'),
    ]);
  if (flags.metric !== undefined && !metricByName.has(flags.metric))
    throw new InputError(`there is no metric called "${flags.metric}"${suggestion(flags.metric, metricByName.keys())}`);
  const { planned, startedFrom } = await plannedOf(names, flags);
  const stop = new AbortController();
  const progress = new ProgressLine(process.stderr);
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    const outcome = await carryOut({
      planned,
      out: flags.out,
      resume: flags.resume ?? false,
      workers: flags.workers ?? availableParallelism(),
      timeoutMs: flags.timeout * 1000,
      signal: stop.signal,
      command: commandLine(),
      startedFrom,
      onProgress: (state) => progress.show(state),
    });
    progress.end();
    const { comparison, failures } = outcome;
    const finished = comparison.runs.filter((run) => run.status === 'finished').length;
    if (stop.signal.aborted) {
      note(
        `interrupted: ${finished} of ${comparison.runs.length} runs are finished and kept in ${flags.out}; go on with: ${resumeCommand(flags)}`,
      );
      throw new ExitWith(EXIT.interrupted);
    }
    if (outcome.reused > 0) note(`${outcome.reused} of ${comparison.runs.length} runs were in ${flags.out} already`);
    let html: string | undefined;
    if (finished > 0 && flags.report) {
      const { writeReports } = await import('./write-reports.ts');
      html = writeReports(comparison, flags.out, flags.metric);
    }
    if (flags.json) {
      const { jsonReport } = await import('../reporting/report-json.ts');
      print(jsonReport(comparison, { curves: false }));
    } else if (finished > 0) {
      const { comparisonText } = await import('./comparison-text.ts');
      print(comparisonText(comparison, flags.metric, painter(process.stdout), process.stdout.columns));
    }
    if (html !== undefined) (flags.json ? note : print)(`${flags.json ? '' : '\n'}Report: ${html}`);
    endWith(failures, finished, flags.out);
  } finally {
    progress.end();
    process.removeListener('SIGINT', interrupt);
    process.removeListener('SIGTERM', interrupt);
  }
}

/** What is to be compared: scenarios, or the experiment of a file and flags. */
async function plannedOf(
  names: readonly string[],
  flags: CompareFlags,
): Promise<{ planned: Planned; startedFrom: Record<string, string> }> {
  const named = await readNamed(names, flags);
  if (named?.kind === 'scenarios') {
    const [{ plannedScenarios }, { parseSeeds }] = await Promise.all([
      import('../experiment/local/scenarios-here.ts'),
      import('../experiment/seeds.ts'),
    ]);
    const seeds = flags.seeds === undefined ? undefined : parseSeeds(flags.seeds, '--seeds');
    return {
      planned: plannedScenarios(named.scenarios, seeds),
      startedFrom: {
        Scenario: named.paths.join(', '),
        ...(flags.set && { Changes: flags.set.join(', ') }),
        ...(flags.orchestrators && { Orchestrators: flags.orchestrators.join(', ') }),
        ...(flags.calibration !== undefined && { Calibration: flags.calibration }),
      },
    };
  }
  const own = named === undefined ? flags : { ...flags, experiment: named.path };
  const [{ plannedExperiment }, { text, where, directory }] = await Promise.all([
    import('../experiment/local/plan-here.ts'),
    readExperiment(own),
  ]);
  return {
    planned: plannedExperiment(text, where, directory),
    startedFrom: own.experiment === undefined ? {} : { 'Experiment file': own.experiment },
  };
}

/** Says why runs failed and ends with the right code; returns when none did. */
function endWith(failures: readonly Failure[], finished: number, out: string): void {
  if (failures.length === 0) return;
  const paint = painter(process.stderr);
  for (const { sentence, fault, runs } of failures) {
    const cost =
      runs > 0 && finished > 0
        ? ` (${runs} ${runs === 1 ? 'run' : 'runs'} without a result; ${finished} finished, kept in ${out})`
        : '';
    if (fault === 'baton') noteBug(sentence, commandLine());
    else note(`${paint('red', 'baton:')} ${oneLine(sentence)}${cost}`);
  }
  throw new ExitWith(failures.some((one) => one.fault === 'baton') ? EXIT.bug : EXIT.badInput);
}

function resumeCommand(flags: CompareFlags): string {
  return flags.resume ? commandLine() : commandLine([...process.argv.slice(2), '--resume']);
}
