import { backfillPolicies, backfillPolicy } from '../policies/backfilling/index.ts';
import { builtInPlacement, placementPolicies } from '../policies/placement/index.ts';
import { queuePolicies } from '../policies/queueing/index.ts';
import { InputError } from '../sim/input-error.ts';
import type { PolicyNames } from './policy-text.ts';

/** The names of all built-in policies, for reading policy texts. */
export function builtInNames(isFile: (token: string) => boolean): PolicyNames {
  return {
    placements: placementPolicies.map((one) => one.name),
    queues: queuePolicies.map((one) => one.name),
    backfills: backfillPolicies.map((one) => one.name),
    isPlacement,
    isBackfill: (name) => backfillPolicy(name) !== undefined,
    isFile,
  };
}

function isPlacement(name: string): boolean {
  try {
    builtInPlacement(name);
    return true;
  } catch (error) {
    // A known family with a bad number ("power-of-0") says so itself.
    if (error instanceof InputError && name.startsWith('power-of-')) throw error;
    return false;
  }
}
