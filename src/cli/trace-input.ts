import { InputError } from '../sim/input-error.ts';
import type { NodeSpec } from '../sim/node-spec.ts';
import type { PodSource } from '../sim/pod-source.ts';
import type { DropReport } from '../workloads/drop-report.ts';
import { openCluster, WorkloadCache } from '../experiment/local/open-inputs.ts';
import { planHere } from '../experiment/local/plan-here.ts';
import { parseSeeds } from '../experiment/seeds.ts';

/** The flags of commands that read one trace. */
export interface TraceFlags {
  format?: string;
  option?: Record<string, string>;
  transform?: string[];
  seed?: string;
  cluster?: string;
  nodes?: string;
  json?: boolean;
}

export interface TraceInput {
  readonly source: PodSource;
  /** Complete when the source is at its end. */
  readonly report: DropReport;
  /** The cluster named by flags (or that of the preset); undefined when none is. */
  readonly nodes: NodeSpec[] | undefined;
}

/** Opens the trace that the arguments name, as an experiment would. */
export function openTrace(trace: string, flags: TraceFlags): TraceInput {
  const options = flags.option ?? {};
  const { format } = flags;
  const workload =
    trace.startsWith('preset:') && Object.keys(options).length === 0 && !flags.transform
      ? trace
      : trace.startsWith('preset:')
        ? {
            generate: presetName(trace),
            options: { ...presetOptions(trace), ...options },
            transforms: flags.transform ?? [],
          }
        : { file: trace, ...(format && { format }), options, transforms: flags.transform ?? [] };
  const hasCluster = flags.cluster !== undefined || flags.nodes !== undefined || trace.startsWith('preset:');
  const clusters =
    flags.nodes === undefined
      ? (flags.cluster ?? (trace.startsWith('preset:') ? trace : '1 x 1cpu 1Gi'))
      : { file: flags.nodes };
  const plan = planHere({ clusters, workloads: workload, policies: 'first-fit' }, 'command line', '.');
  const nodes = openCluster(plan.clusters[0], () => {});
  const [seed] = seedOf(flags.seed);
  const { source, report } = new WorkloadCache(() => {}, false).open(plan.workloads[0], nodes, seed);
  return { source, report, nodes: hasCluster ? nodes : undefined };
}

/** The one seed that `--seed` names. */
export function seedOf(text: string | undefined): number[] {
  const seeds = parseSeeds(text ?? '1', '--seed');
  if (seeds.length > 1) throw new InputError('--seed: this command takes one seed; write it like --seed 7');
  return seeds;
}

const presetName = (trace: string): string => trace.slice('preset:'.length).split(',')[0];

function presetOptions(trace: string): Record<string, string> {
  return Object.fromEntries(
    trace
      .split(',')
      .slice(1)
      .map((one) => [one.split('=')[0].trim(), (one.split('=')[1] ?? '').trim()]),
  );
}
