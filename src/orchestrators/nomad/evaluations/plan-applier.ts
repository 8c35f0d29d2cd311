import { exhausted } from '../placement/fits.ts';
import { PlanDraft } from '../placement/plan-draft.ts';
import { nodeIsReady } from '../state/server-node.ts';
import type { StateStore } from '../state/state-store.ts';
import type { Plan } from './plan.ts';

/** What of a plan may be done as things are now. */
export interface VerifiedPlan {
  readonly rejectedNodes: ReadonlySet<number>;
  /** Indexes into the plan's placements. */
  readonly placements: readonly number[];
}

/**
 * Checks a plan node by node against the newest state (nomad/plan_apply.go): whether the node is ready, and everything
 * on it fits. Nodes that fail are left out; of a job that wants all at once nothing is left then.
 */
export function verifyPlan(plan: Plan, state: StateStore): VerifiedPlan {
  const draft = new PlanDraft();
  for (const { alloc } of plan.stops) draft.stopped.add(alloc);
  for (const { alloc } of plan.preempted) draft.preempted.add(alloc);
  const byNode = new Map<number, number[]>();
  plan.placements.forEach(({ node }, place) => {
    const there = byNode.get(node);
    if (there === undefined) byNode.set(node, [place]);
    else there.push(place);
  });
  const rejectedNodes = new Set<number>();
  const placements: number[] = [];
  for (const [number, places] of byNode) {
    const node = state.nodes[number];
    const fits =
      nodeIsReady(node) &&
      places.every((place) => {
        const alloc = plan.placements[place];
        if (exhausted(node, alloc.ask, draft) !== '') return false;
        draft.place(alloc);
        return true;
      });
    if (fits) placements.push(...places);
    else rejectedNodes.add(number);
  }
  if (plan.allAtOnce && rejectedNodes.size > 0) return { rejectedNodes: new Set(byNode.keys()), placements: [] };
  placements.sort((a, b) => a - b);
  return { rejectedNodes, placements };
}
