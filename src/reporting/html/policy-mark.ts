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

/** Names with more letters are broken in tables. */
const WRAPS_FROM = 38;

/** The policy's line as a little sample, and its name, with the full one as a tooltip where it is longer. */
export function policyLabel(comparison: Pick<Comparison, 'policies'>, policy: string): string {
  const { slot, dash } = policyMark(comparison, policy);
  const full = comparison.policies.find((one) => one.name === policy)?.fullName ?? policy;
  const title = full === policy ? '' : ` title="${escapeHtml(full)}"`;
  const short = policy.length <= WRAPS_FROM ? ' class="short"' : '';
  return `<span${short}${title}><span class="swatch d${dash}" style="--c:var(--p${slot})"></span>${escapeHtml(policy)}</span>`;
}
