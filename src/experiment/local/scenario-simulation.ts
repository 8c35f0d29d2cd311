import { NodeStates } from '../../sim/fleet/node-states.ts';
import { LivingSimulation, type LivingOptions } from '../../sim/living-simulation.ts';
import { InputError } from '../../sim/input-error.ts';
import type { RunPlan } from '../run-plan.ts';
import { livingSpecOf } from '../scenario/living-spec-of.ts';
import { ScenarioFault } from '../scenario/scenario-fault.ts';
import type { ScenarioPlan } from '../scenario/scenario-plan.ts';
import { fileSource } from './file-source.ts';
import { journalFile } from './journal-file.ts';
import type { WorkloadCache } from './open-inputs.ts';
import type { LoadedPolicies } from './policies-of-plan.ts';

export interface ScenarioSimulationOptions extends Pick<
  LivingOptions,
  'journal' | 'onProgress' | 'onSnapshot' | 'onPlaced'
> {
  readonly policies: LoadedPolicies;
  readonly workloads: WorkloadCache;
  /** Hears of every piece of a file that is read. */
  readonly onRead: () => void;
  /** A file for the journal, in place of `journal`. */
  readonly journalPath?: string | undefined;
}

/** A scenario's run that can begin; `close` must be called when it is over, however it ended. */
export interface ScenarioSimulation {
  readonly simulation: LivingSimulation;
  readonly durationUs: number;
  readonly close: () => void;
}

/** Puts together what a plan's scenario needs, and stands at its start. */
export function scenarioSimulation(
  plan: RunPlan,
  scenario: ScenarioPlan,
  { policies, workloads, onRead, journalPath, journal: sink, ...hears }: ScenarioSimulationOptions,
): ScenarioSimulation {
  const spec = sentenced(() =>
    livingSpecOf(scenario, {
      placement: policies.placement,
      queue: policies.queue,
      backfill: policies.backfill,
      open: (path) => fileSource(path, 'a trace', onRead),
      pods: (workload, nodes, seed) => workloads.open(workload, nodes, seed).source,
    }),
  );
  const file =
    journalPath === undefined ? undefined : journalFile(journalPath, new NodeStates(spec.groups, spec.zones).specs);
  const journal = file ?? sink;
  const close = (): void => file?.close();
  try {
    const simulation = sentenced(
      () => new LivingSimulation(spec, { seed: plan.seed, ...(journal && { journal }), ...hears }),
    );
    return { simulation, durationUs: spec.durationUs, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** What recordings turn out to hold is known only when they are read; the scenario's file is closed by then. */
function sentenced<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw error instanceof ScenarioFault ? new InputError(error.message) : error;
  }
}
