import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { columns, note, painter, print, printJson } from './console-output.ts';
import { EXIT } from './exit-codes.ts';
import { positiveWhole } from './experiment-flags.ts';
import { ProgressLine } from './progress-line.ts';

/** `baton reproduce`: published experiments, run again and compared number by number. */
export function reproduceCommand(): Command {
  const command = new Command('reproduce').description('run published experiments again and compare every number');
  command
    .command('fgd')
    .description('Weng et al., "Beware of Fragmentation" (USENIX ATC 2023): allocation and fragmentation curves')
    .option('--traces <dir>', 'folder with the openb pod lists (default: found through BATON_TRACE_DIR)')
    .option('--reference <dir>', 'folder with the published curves')
    .option('--nodes <file>', 'the openb node list')
    .option('--workers <n>', 'runs side by side (default: as many as there are cores)', positiveWhole)
    .option('--json', 'the verdict as JSON')
    .addHelpText(
      'after',
      `
Examples:
  BATON_TRACE_DIR=../shared/traces baton reproduce fgd
  baton reproduce fgd --traces traces/openb --reference reference/fgd --nodes traces/openb/openb_node_list_gpu_node.csv
Exits with 1 when any number differs.`,
    )
    .action(reproduceFgd);
  command
    .command('easy')
    .description('EASY and EASY-SJBF backfilling on a log of the Parallel Workloads Archive')
    .option('--logs <dir>', 'folder with <log>.swf (default: found through BATON_TRACE_DIR)')
    .option('--reference <file>', 'the published averages')
    .option('--json', 'the verdict as JSON')
    .addHelpText(
      'after',
      `
Examples:
  BATON_TRACE_DIR=../shared/traces baton reproduce easy
  baton reproduce easy --logs traces/swf --reference reference/easy/easy_predictsim_metrics.csv
Exits with 1 when any number differs.`,
    )
    .action(reproduceEasy);
  return command;
}

interface FgdFlags {
  readonly traces?: string;
  readonly reference?: string;
  readonly nodes?: string;
  readonly workers?: number;
  readonly json?: boolean;
}

async function reproduceFgd(flags: FgdFlags): Promise<void> {
  const { fgdCampaign } = await import('../experiment/local/fgd-campaign.ts');
  const progress = new ProgressLine(process.stderr);
  const verdict = await fgdCampaign({
    ...flags,
    workers: flags.workers ?? availableParallelism(),
    onProgress: (done, total) => progress.show({ total, done, failed: 0, running: 0, events: 0 }),
  });
  progress.end();
  if (!verdict.passed) process.exitCode = EXIT.difference;
  if (flags.json) return printJson(verdict);
  const rows = verdict.rows.map((row) => [
    row.workload.replace('openb_pod_list_', ''),
    row.policy,
    String(row.runs),
    row.meanAllocated.toFixed(3),
    row.publishedAllocated.toFixed(3),
    row.equalRuns < 0 ? row.verdict : `${row.equalRuns} of ${row.runs} equal`,
  ]);
  print(columns([['trace', 'policy', 'runs', 'GPU allocated %', 'published %', 'curves'], ...rows]));
  for (const sentence of verdict.differences) note(sentence);
  const sentence = `${verdict.equalRuns} of ${verdict.deterministicRuns} deterministic runs equal the published curves at every point`;
  print(`\n${conclusion(verdict.passed)}: ${sentence}`);
}

async function reproduceEasy(flags: { logs?: string; reference?: string; json?: boolean }): Promise<void> {
  const { easyCampaign } = await import('../experiment/local/easy-campaign.ts');
  const verdict = easyCampaign(flags);
  if (!verdict.passed) process.exitCode = EXIT.difference;
  if (flags.json) return printJson(verdict);
  const rows = verdict.rows.flatMap((row) =>
    row.metrics.map(({ name, got, published, agrees }) => [
      row.log,
      row.scheduler,
      name,
      String(got),
      String(published),
      agrees ? 'equal' : 'DIFFERENT',
    ]),
  );
  print(columns([['log', 'scheduler', 'metric', 'here', 'published', 'to 12 digits'], ...rows]));
  const good = verdict.rows.filter((row) => row.agrees).length;
  print(
    `\n${conclusion(verdict.passed)}: ${good} of ${verdict.rows.length} published rows reproduced to 12 significant digits`,
  );
}

function conclusion(passed: boolean): string {
  const paint = painter(process.stdout);
  return passed ? paint('green', 'reproduced') : paint('red', 'NOT reproduced');
}
