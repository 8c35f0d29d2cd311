import { InputError } from '../../sim/input-error.ts';
import { generatorPreset } from '../../workloads/generators/generator-registry.ts';
import { parseTransforms } from '../../workloads/transforms/parse-transform.ts';
import { presetOf } from '../plan-experiment.ts';
import { canonicalText } from '../run-id.ts';
import type { WorkloadPlan } from '../run-plan.ts';
import type { JobsPlan } from './scenario-plan.ts';
import type { ScenarioText } from './scenario-schema.ts';

type JobsText = NonNullable<ScenarioText['jobs']>[string];

/** The workload of some jobs; `known` remembers those that were right before. Throws an InputError for presets, options and steps that nobody knows. */
export function planJobs(
  written: JobsText,
  resolvePath: (path: string) => string,
  known = new Set<string>(),
): JobsPlan {
  if (typeof written !== 'string') {
    const { usage, restarts } = written;
    return { workload: checked(workloadOf(written, resolvePath), known), usage, restarts };
  }
  const preset = presetOf(written, 'jobs');
  const workload = preset ?? { file: written };
  return { workload: checked(workloadOf(workload, resolvePath), known), usage: 1, restarts: 10 };
}

type Written = {
  readonly generate?: string;
  readonly file?: string;
  readonly format?: string | undefined;
  readonly options?: WorkloadPlan['options'] | undefined;
  readonly transforms?: readonly string[] | undefined;
};

function workloadOf(written: Written, resolvePath: (path: string) => string): WorkloadPlan {
  return {
    name: '',
    ...(written.generate !== undefined && { generate: written.generate }),
    ...(written.file !== undefined && { file: resolvePath(written.file) }),
    ...(written.format !== undefined && { format: written.format }),
    options: written.options ?? {},
    transforms: written.transforms ?? [],
  };
}

function checked(workload: WorkloadPlan, known: Set<string>): WorkloadPlan {
  const key = canonicalText(['jobs', workload]);
  if (known.has(key)) return workload;
  parseTransforms(workload.transforms);
  if (workload.generate !== undefined) {
    const preset = generatorPreset(workload.generate);
    for (const [name, value] of Object.entries(workload.options))
      if (value === '' || Number.isNaN(Number(value)))
        throw new InputError(`option ${name}: cannot read "${String(value)}" as a number; write it like ${name}: 1000`);
    preset.pods(Object.fromEntries(Object.entries(workload.options).map(([name, value]) => [name, Number(value)])), 1);
  }
  known.add(key);
  return workload;
}
