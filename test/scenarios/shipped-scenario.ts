import { basename } from 'node:path';
import { openNamed, plannedScenarios } from '../../src/experiment/local/scenarios-here.ts';
import { runHere } from '../../src/experiment/local/run-here.ts';
import type { RunPlan } from '../../src/experiment/run-plan.ts';
import type { LivingResult, ServiceResult } from '../../src/sim/monitoring/living-result.ts';
import { projectFiles } from '../project-files.ts';

/** One run of one variant of a shipped scenario, with what lessons are about. */
export interface Told {
  /** The row: who decides, as the report calls it. */
  readonly policy: string;
  /** The cell: which cluster and what happens there. */
  readonly cell: string;
  readonly seed: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly living: LivingResult;
  readonly fingerprint: string;
}

/** What a scenario claims to teach, as assertions on the runs of one seed. */
export type Lesson = (runs: readonly Told[]) => void;

/** The scenarios that ship with Baton, by name: every file but the experiment that the quick start compares. */
export const shippedNames = (): string[] =>
  projectFiles(/^scenarios\/[^/]+\.yaml$/)
    .map((path) => basename(path, '.yaml'))
    .filter((name) => name !== 'first-comparison');

/** The runs of a shipped scenario under some seeds, planned as `baton compare` plans them. */
export function plansOf(
  name: string,
  seeds: readonly number[] | undefined,
  settings: readonly string[] = [],
): RunPlan[] {
  const named = openNamed(`scenarios/${name}.yaml`, settings);
  if (named.kind !== 'scenario') throw new Error(`${name} is no scenario`);
  const planned = plannedScenarios([named.planned], seeds);
  return planned.runs((policy) => policy, planned.digests());
}

/** Carries out one run. */
export async function told(plan: RunPlan): Promise<Told> {
  const { result } = await runHere(plan);
  if (result?.living === undefined) throw new Error(`${plan.workload.name} has no result`);
  return {
    policy: plan.policy.name,
    cell: [plan.workload.name, plan.cluster.name].join(' | '),
    seed: plan.seed,
    metrics: result.metrics,
    living: result.living,
    fingerprint: result.fingerprint,
  };
}

/** The one run whose policy is called, or else begins with, and whose cell contains, these words. */
export function the(runs: readonly Told[], policy: string, cell = ''): Told {
  const inCell = runs.filter((one) => one.cell.includes(cell));
  const exact = inCell.filter((one) => one.policy === policy);
  const found = exact.length > 0 ? exact : inCell.filter((one) => one.policy.startsWith(policy));
  if (found.length !== 1)
    throw new Error(`${found.length} runs are called "${policy}" and "${cell}": ${runs.map(labelOf).join('; ')}`);
  return found[0];
}

export function serviceOf({ living }: Told, name: string): ServiceResult {
  return living.services.find((one) => one.service === name)!;
}

/** Mean of a service's series over some minutes of the run, times without a value left out. */
export function meanOver({ living }: Told, series: string, service: string, fromMin: number, toMin: number): number {
  const { timeUs, series: all } = living.timeline;
  const { values } = all.find((one) => one.name === series && one.labels['service'] === service)!;
  const inside = values.filter((value, k) => timeUs[k] > fromMin * 60e6 && timeUs[k] <= toMin * 60e6 && value >= 0);
  return inside.reduce((sum, value) => sum + value, 0) / inside.length;
}

/** Whether every promise was kept over the whole run. */
export const keeps = ({ living }: Told): boolean => living.objectives.every((one) => one.kept);

const labelOf = ({ policy, cell }: Told): string => `${policy} (${cell})`;
