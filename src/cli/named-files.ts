import type { Command } from 'commander';
import type { PlannedScenario } from '../experiment/scenario/plan-scenario.ts';
import type { ExperimentFlags } from './experiment-flags.ts';
import { note } from './console-output.ts';

/** What the arguments of a command name. */
export type Named =
  | { readonly kind: 'scenarios'; readonly scenarios: readonly PlannedScenario[]; readonly paths: readonly string[] }
  | { readonly kind: 'experiment'; readonly path: string };

/** Flags that describe an experiment, which a scenario does not have. */
const OF_EXPERIMENTS: readonly (keyof ExperimentFlags)[] = [
  'cluster',
  'nodes',
  'workload',
  'format',
  'option',
  'transform',
  'policies',
  'policy',
  'queue',
  'backfill',
  'whenFull',
  'stopAfter',
  'experiment',
];

/** Adds the flag with which fields of a scenario are replaced. */
export function addSetFlag(command: Command): Command {
  return command.option(
    '--set <field=value>',
    'replace a field of the scenario, such as duration=1h or policies.scaling=fixed; may be repeated',
    (value: string, before: string[] | undefined) => [...(before ?? []), value],
  );
}

/** Adds the flag that names who orchestrates a scenario with services. */
export function addOrchestratorFlag(command: Command, many: boolean): Command {
  return many
    ? command.option(
        '--orchestrators <names>',
        'the same scenario under each of these, with commas between: kubernetes, swarm, mesos, ecs, nomad, or with a placement policy, such as swarm+best-fit',
        (text: string) => text.split(',').map((one) => one.trim()),
      )
    : command.option(
        '--orchestrator <name>',
        'who runs the scenario: kubernetes, swarm, mesos, ecs, nomad, or one with a placement policy, such as swarm+best-fit',
        (text: string) => [text.trim()],
      );
}

/** Adds the flag with which a scenario's times are corrected by what an engine was measured to add. */
export function addCalibrationFlag(command: Command): Command {
  return command.option(
    '--calibration <file>',
    'add to the times of the scenario what an engine was measured to take (a file that baton replay wrote)',
  );
}

/** Flags of commands that name scenarios. */
export interface ScenarioFlags extends ExperimentFlags {
  set?: string[];
  orchestrators?: string[];
  orchestrator?: string[];
  calibration?: string;
  calibrationSpeed?: number;
}

/**
 * Reads what the arguments name: scenarios (files, or names of those that ship with Baton), or one experiment file.
 * Throws an InputError for flags that do not go with them.
 */
export async function readNamed(names: readonly string[], flags: ScenarioFlags): Promise<Named | undefined> {
  const [{ InputError }, { openNamed }] = await Promise.all([
    import('../sim/input-error.ts'),
    import('../experiment/local/scenarios-here.ts'),
  ]);
  const orchestrators = flags.orchestrators ?? flags.orchestrator;
  if (names.length === 0) {
    if (orchestrators !== undefined)
      throw new InputError(
        `--orchestrator${flags.orchestrators ? 's' : ''} runs a scenario with services, and none is named; write its file or name first, such as zone-outage`,
      );
    if (flags.set !== undefined)
      throw new InputError('--set replaces fields of a scenario, and none is named; write its file or name first');
    if (flags.calibration !== undefined)
      throw new InputError(
        '--calibration corrects the times of a scenario, and none is named; write its file or name first',
      );
    return undefined;
  }
  if (orchestrators !== undefined) {
    const { orchestratorChoice } = await import('../experiment/orchestrated/orchestrator-choice.ts');
    for (const one of orchestrators) orchestratorChoice(one);
  }
  const settings = [
    ...(flags.set ?? []),
    ...(orchestrators === undefined ? [] : [`policies.orchestrator=${JSON.stringify(orchestrators)}`]),
  ];
  const files = [...new Set(names)].map((name) => openNamed(name, settings));
  const experiment = files.find((file) => file.kind === 'experiment');
  if (experiment !== undefined) {
    if (files.length > 1)
      throw new InputError(`${experiment.path}: this is an experiment, which stands alone; name it by itself`);
    if (flags.set !== undefined)
      throw new InputError(`${experiment.path}: --set is for scenarios, and this is an experiment; use its own flags`);
    if (flags.calibration !== undefined)
      throw new InputError(
        `${experiment.path}: --calibration is for scenarios, and this is an experiment, which starts no containers; leave it out`,
      );
    if (flags.experiment !== undefined)
      throw new InputError('an experiment is named twice, with and without --experiment; name it once');
    return { kind: 'experiment', path: experiment.path };
  }
  const foreign = OF_EXPERIMENTS.find((flag) => flags[flag] !== undefined);
  if (foreign !== undefined)
    throw new InputError(
      `--${foreign.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} describes an experiment, not a scenario; change a scenario with --set, such as --set policies.scaling=fixed`,
    );
  const planned = files.flatMap((file) => (file.kind === 'scenario' ? [file.planned] : []));
  const scenarios =
    flags.calibration === undefined ? planned : await calibrated(planned, flags.calibration, flags.calibrationSpeed);
  for (const remark of new Set(scenarios.flatMap((one) => one.notes))) note(remark);
  return { kind: 'scenarios', scenarios, paths: files.map((file) => file.path) };
}

/** `speed`: of the replay that is predicted; absent: that of the file. */
async function calibrated(
  scenarios: readonly PlannedScenario[],
  file: string,
  speed: number | undefined,
): Promise<PlannedScenario[]> {
  const [{ calibratedScenario }, { calibrationPlan, readCalibration }] = await Promise.all([
    import('../experiment/scenario/calibration-plan.ts'),
    import('../live/calibration/calibration-file.ts'),
  ]);
  const plan = calibrationPlan(readCalibration(file), speed);
  return scenarios.map((one) => calibratedScenario(one, plan));
}
