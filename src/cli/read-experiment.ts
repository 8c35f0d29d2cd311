import type { ExperimentText } from '../experiment/experiment-schema.ts';
import type { OptionValue } from '../experiment/run-plan.ts';
import { experimentOf, type ExperimentFlags } from './experiment-flags.ts';

/** The experiment from its file, the flags, or both. */
export async function readExperiment(
  flags: ExperimentFlags,
): Promise<{ text: ExperimentText; where: string; directory: string }> {
  const [{ InputError }, { presetOf }] = await Promise.all([
    import('../sim/input-error.ts'),
    import('../experiment/plan-experiment.ts'),
  ]);
  let fromFile: ExperimentText | undefined;
  let directory = '.';
  let pathOf = (path: string): string => path;
  if (flags.experiment !== undefined) {
    const [{ parseExperiment }, { readTextFile }, path] = await Promise.all([
      import('../experiment/parse-experiment.ts'),
      import('../experiment/local/read-input.ts'),
      import('node:path'),
    ]);
    fromFile = parseExperiment(readTextFile(flags.experiment, 'an experiment'), flags.experiment);
    directory = path.dirname(flags.experiment);
    pathOf = (one) => path.resolve(one);
  }
  const where = flags.experiment ?? 'command line';
  const experiment = withOwnCluster(experimentOf(flags, fromFile, pathOf), (text) => presetOf(text, where));
  if (experiment.workloads === undefined)
    throw new InputError(
      'no workload is given; name a trace with --workload trace.csv, or a synthetic one with --workload preset:NAME',
    );
  if (experiment.clusters === undefined)
    throw new InputError(
      'no cluster is given; write --cluster "64 x 32cpu 128Gi", or name a machine list with --nodes nodes.csv',
    );
  if (experiment.policies === undefined)
    throw new InputError(
      'no policies are given; write --policies best-fit,worst-fit (`baton policies` lists them) or --policy ./mine.ts',
    );
  return { text: experiment as ExperimentText, where, directory };
}

/** A preset brings the cluster that it was calibrated with. */
function withOwnCluster(
  experiment: Partial<ExperimentText>,
  presetOf: (text: string) => { generate: string; options: Record<string, OptionValue> } | undefined,
): Partial<ExperimentText> {
  const list = experiment.workloads === undefined ? [] : [experiment.workloads].flat();
  const [first] = list;
  if (experiment.clusters !== undefined || list.length !== 1 || first === undefined) return experiment;
  const preset = typeof first === 'string' ? presetOf(first) : 'generate' in first ? first : undefined;
  if (preset === undefined) return experiment;
  const { generate, options } = preset;
  return { ...experiment, clusters: { name: 'its own cluster', generate, ...(options && { options }) } };
}
