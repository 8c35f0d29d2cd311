import type { AgentAttributes } from '../../allocator/offer-constraints.ts';
import type { Constraint } from './app-spec.ts';
import { fieldValue } from './constraints.ts';

/** In the order in which instances are killed. */
const STAGES = ['unreachable', 'staging', 'starting', 'running'] as const;
export type KillStage = (typeof STAGES)[number];

export interface KillCandidate {
  readonly id: number;
  readonly stage: KillStage;
  /** When it entered its stage. */
  readonly sinceUs: number;
  readonly attributes: AgentAttributes | undefined;
}

/**
 * Which instances go when an app is scaled down: those that do least, and of these by age. With GROUP_BY the largest
 * groups give first, so that they stay alike (Constraints.selectInstancesToKill and core/deployment/ScalingProposition).
 */
export function selectToKill(
  candidates: readonly KillCandidate[],
  count: number,
  constraints: readonly Constraint[],
  killSelection: 'YOUNGEST_FIRST' | 'OLDEST_FIRST',
): readonly KillCandidate[] {
  const inOrder = [...candidates].sort(
    (a, b) =>
      STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage) ||
      (killSelection === 'YOUNGEST_FIRST'
        ? b.sinceUs - a.sinceUs || b.id - a.id
        : a.sinceUs - b.sinceUs || a.id - b.id),
  );
  const spread = constraints.filter(({ operator }) => operator === 'GROUP_BY');
  if (spread.length === 0) return inOrder.slice(0, count);
  const chosen: KillCandidate[] = [];
  const left = [...inOrder];
  while (chosen.length < count && left.length > 0) {
    let place = 0;
    let most = -1;
    left.forEach((one, k) => {
      const size = spread.reduce((sum, { field }) => sum + groupSize(left, field, one), 0);
      if (size > most) [place, most] = [k, size];
    });
    chosen.push(...left.splice(place, 1));
  }
  return chosen;
}

function groupSize(all: readonly KillCandidate[], field: string, { attributes }: KillCandidate): number {
  if (attributes === undefined) return 0;
  const value = fieldValue(field, attributes);
  return all.filter((one) => one.attributes !== undefined && fieldValue(field, one.attributes) === value).length;
}
