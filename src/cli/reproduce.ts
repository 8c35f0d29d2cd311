import { Command } from 'commander';
import { positiveWhole } from './experiment-flags.ts';

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
    .action(
      async (flags: { traces?: string; reference?: string; nodes?: string; workers?: number; json?: boolean }) => {
        const { reproduceFgd } = await import('../experiment/reproduce/fgd.ts');
        await reproduceFgd(flags);
      },
    );
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
    .action(async (flags: { logs?: string; reference?: string; json?: boolean }) => {
      const { reproduceEasy } = await import('../experiment/reproduce/easy.ts');
      await reproduceEasy(flags);
    });
  return command;
}
