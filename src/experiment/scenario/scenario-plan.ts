import type { WorkloadPlan } from '../run-plan.ts';
import type { CalibrationPlan } from './calibration-plan.ts';
import type { ScenarioText } from './scenario-schema.ts';

/** Jobs with their workload planned. */
export interface JobsPlan {
  readonly workload: WorkloadPlan;
  readonly usage: number;
  readonly restarts: number;
}

/**
 * One scenario as plain data: units read, files found, alternatives taken; nothing in it but what decides the result
 * (names for reports and seeds are left out). It goes into the run's id and to workers.
 */
export interface ScenarioPlan extends Omit<ScenarioText, 'name' | 'description' | 'seeds' | 'jobs'> {
  readonly jobs?: Readonly<Record<string, JobsPlan>>;
  /** What an engine adds to the scenario's own times; absent: nothing. */
  readonly calibration?: CalibrationPlan;
}
