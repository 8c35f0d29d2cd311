import type { Comparison } from '../../experiment/comparison.ts';
import { escapeHtml } from '../escape.ts';
import { DASHES, POLICY_COLOURS } from './palette.ts';

/** How a policy is drawn everywhere in one report: by its place in the experiment. */
export interface PolicyMark {
  readonly slot: number;
  readonly dash: number;
}

/** The policy's colour slot and dash pattern. */
export function policyMark(comparison: Pick<Comparison, 'policies'>, policy: string): PolicyMark {
  const place = Math.max(
    0,
    comparison.policies.findIndex((one) => one.name === policy),
  );
  return {
    slot: place % POLICY_COLOURS.length,
    dash: Math.floor(place / POLICY_COLOURS.length) % DASHES.length,
  };
}

/** The policy's line as a little sample, and its name. */
export function policyLabel(comparison: Pick<Comparison, 'policies'>, policy: string): string {
  const { slot, dash } = policyMark(comparison, policy);
  return `<span class="swatch d${dash}" style="--c:var(--p${slot})"></span>${escapeHtml(policy)}`;
}
