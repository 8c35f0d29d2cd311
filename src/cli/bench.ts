import { Command, InvalidArgumentError } from 'commander';
import { positiveWhole } from './experiment-flags.ts';

/** Flags of `baton bench kubernetes`. */
export interface KubernetesBenchFlags {
  workload?: string[];
  repeat: number;
  scale: number;
  reference: boolean;
  json?: boolean;
}

/** `baton bench`: how fast Baton itself is, where others publish figures too. */
export function benchCommand(): Command {
  const bench = new Command('bench').description('measure how fast Baton schedules, beside published figures');
  bench
    .command('kubernetes')
    .description(
      "kube-scheduler's own performance workloads (scheduler_perf), and openb's GPU cluster as Kubernetes pods",
    )
    .option('-w, --workload <name...>', 'only those whose names have this in them')
    .option(
      '--repeat <n>',
      'runs, of which the median is shown; with more than one, another goes before them',
      positiveWhole,
      3,
    )
    .option('--scale <share>', 'share of the nodes and pods of the published size', share, 1)
    .option('--no-reference', 'do not let the reference core decide a part of each workload')
    .option('--json', 'everything measured, as JSON')
    .addHelpText(
      'after',
      `
Examples:
  baton bench kubernetes
  baton bench kubernetes --workload Basic Spreading
  baton bench kubernetes --workload openb --repeat 1 --no-reference

The published floors are what Kubernetes' own tests demand of a real control plane (API server, etcd and binding are in
them); Baton's figures are decisions alone, in CPU time. openb needs the real traces (BATON_TRACE_DIR).`,
    )
    .action(async (flags: KubernetesBenchFlags) => (await import('./bench-kubernetes.ts')).benchKubernetes(flags));
  return bench;
}

function share(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('write a number above 0, at most 1.');
}
