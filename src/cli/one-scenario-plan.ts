import { plannedScenarios } from '../experiment/local/scenarios-here.ts';
import type { RunPlan } from '../experiment/run-plan.ts';
import type { PlannedScenario, PlannedVariant } from '../experiment/scenario/plan-scenario.ts';
import { parseSeeds } from '../experiment/seeds.ts';
import { InputError } from '../sim/input-error.ts';
import { suggestion } from '../sim/nearest-name.ts';
import { note } from './console-output.ts';

/** Variants that a remark names. */
const NAMED = 6;

/** Which run of a scenario: a seed, and a variant by its number (from 1) or its policies' name. */
export interface OneRun {
  readonly seed?: string | undefined;
  readonly variant?: string | undefined;
}

/** The one run of a scenario: its first variant, with a remark when there are more; seed 1 unless another is named. */
export function oneScenarioPlan(scenario: PlannedScenario, named: string, { seed, variant }: OneRun): RunPlan {
  const seeds = seed === undefined ? [scenario.seeds?.[0] ?? 1] : parseSeeds(seed, '--seed');
  if (seeds.length !== 1)
    throw new InputError(`--seed ${seed} is ${seeds.length} seeds, and this command runs one; use \`baton compare\``);
  const { variants } = scenario;
  const chosen = variant === undefined ? variants[0] : variantOf(variants, variant);
  const planned = plannedScenarios([{ ...scenario, variants: [chosen] }], seeds);
  const [plan] = planned.runs((policy) => policy, planned.digests());
  if (variants.length > 1 && variant === undefined) {
    const names = variants.slice(0, NAMED).map((one, k) => `${k + 1} ${nameOf(one, variants)}`);
    const more = variants.length > NAMED ? `, and ${variants.length - NAMED} more` : '';
    note(
      `the scenario has ${variants.length} variants, and this runs the first of them (${plan.policy.name}); choose with --variant (${names.join(', ')}${more}), or run all with: baton compare ${named}`,
    );
  }
  return plan;
}

function variantOf(variants: readonly PlannedVariant[], wanted: string): PlannedVariant {
  const number = Number(wanted);
  if (Number.isInteger(number) && number >= 1 && number <= variants.length) return variants[number - 1];
  const names = variants.map((one) => nameOf(one, variants));
  const exact = names.indexOf(wanted);
  if (exact >= 0) return variants[exact];
  const holding = names.flatMap((name, k) => (name.includes(wanted) ? [k] : []));
  if (holding.length === 1) return variants[holding[0]];
  if (holding.length > 1)
    throw new InputError(
      `--variant ${wanted} fits ${holding.length} variants: ${holding.map((k) => `${k + 1} ${names[k]}`).join(', ')}; give one of these numbers`,
    );
  throw new InputError(
    `the scenario has no variant "${wanted}"${suggestion(wanted, names)}; give a name or a number from 1 to ${variants.length}`,
  );
}

/** What tells a variant from the others: its policies, and its cluster or workload where those differ. */
function nameOf(variant: PlannedVariant, all: readonly PlannedVariant[]): string {
  const { policy, workload, cluster } = variant;
  const parts = [policy.name];
  if (all.some((one) => one.workload.name !== workload.name)) parts.push(workload.name);
  if (all.some((one) => one.cluster.name !== cluster.name)) parts.push(cluster.name);
  return parts.join(' on ');
}
