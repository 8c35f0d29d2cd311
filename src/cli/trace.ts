import { Command } from 'commander';
import { pair, positiveWhole } from './experiment-flags.ts';
import type { GenerateFlags } from './trace-generate.ts';
import type { TraceFlags } from './trace-input.ts';

/** `baton trace`: look at traces, turn them into others, make synthetic ones. */
export function traceCommand(): Command {
  const command = new Command('trace').description('look at traces, convert them, make synthetic ones');
  sourceFlags(command.command('inspect').description('print and plot what is in a trace, and what a reader drops'))
    .argument('<trace>', 'a trace file, or preset:NAME[,key=value…]')
    .option('--cluster <nodes>', 'compare the load with these nodes, such as "64 x 32cpu 128Gi"')
    .option('--nodes <file>', 'compare the load with this machine list')
    .option('--json', 'the statistics as JSON')
    .addHelpText(
      'after',
      `
Examples:
  baton trace inspect trace.csv
  baton trace inspect KTH-SP2-1996-2.1-cln.swf.gz --cluster "100 x 1cpu 1Gi"
  baton trace inspect preset:azure-vm-like,pods=50000 --json`,
    )
    .action(async (trace: string, flags: TraceFlags) => {
      await (await import('./trace-inspect.ts')).inspect(trace, flags);
    });
  sourceFlags(command.command('convert').description('read a trace of any format and write it in our own'))
    .argument('<trace>', 'a trace file, or preset:NAME[,key=value…]')
    .argument('<file>', 'where to write: .csv or .ndjson, with .gz to pack it; - for CSV on stdout')
    .option('--json', 'what was read and written as JSON')
    .addHelpText(
      'after',
      `
Examples:
  baton trace convert KTH-SP2-1996-2.1-cln.swf.gz kth.csv
  baton trace convert trace.csv half.ndjson.gz --transform "scale-arrivals=0.5"`,
    )
    .action(async (trace: string, file: string, flags: TraceFlags) => {
      await (await import('./trace-convert.ts')).convert(trace, file, flags);
    });
  command
    .command('generate')
    .description('make a synthetic trace and compare it with the published numbers it imitates')
    .argument('[preset]', 'which one; --list names them')
    .option('--list', 'list the presets')
    .option('--out <file>', 'where to write the pods: .csv or .ndjson, with .gz to pack them; - for CSV on stdout')
    .option('--nodes-out <file>', 'write the matching machine list too')
    .option('--seed <seed>', 'a whole number (default 1)')
    .option('--pods <n>', 'pods at most', positiveWhole)
    .option('--option <key=value>', 'days, load, nodes, shapes, batch, longestHours; may be repeated', pair)
    .option('--json', 'the comparison with the published numbers as JSON')
    .addHelpText(
      'after',
      `
Examples:
  baton trace generate --list
  baton trace generate borg-2011-like --pods 20000 --seed 7 --out borg.csv --nodes-out borg-nodes.csv
  baton trace generate hpc-like --option load=0.8 --out - | head`,
    )
    .action(async (preset: string | undefined, flags: GenerateFlags) => {
      await (await import('./trace-generate.ts')).generate(preset, flags);
    });
  return command;
}

function sourceFlags(command: Command): Command {
  return command
    .option('--format <name>', 'format of the trace (default: found out)')
    .option('--option <key=value>', 'an option of the format; may be repeated', pair)
    .option('--transform <step>', 'change the pods first; may be repeated', (value: string, before?: string[]) => [
      ...(before ?? []),
      value,
    ])
    .option('--seed <seed>', 'for synthetic traces and steps that draw (default 1)');
}
