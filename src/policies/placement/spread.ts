import type { BuiltInPlacement } from './built-in.ts';
import { freeShareAfter } from './shares.ts';

/** What one pod of the owner more costs, against free shares that sum to at most 3. */
export interface SpreadWeights {
  /** In the node's zone; more than any number of pods on a node can cost. */
  readonly zone: number;
  readonly node: number;
}

/** A policy that keeps the pods of an owner (a service, a user) apart and among equals takes the emptiest node. */
export function spread(
  description: { readonly name: string; readonly summary: string; readonly source: string },
  weights: SpreadWeights,
): BuiltInPlacement {
  return {
    ...description,
    create: (context) => {
      const owners = context.owners?.();
      return {
        ...description,
        reads: 'cluster',
        score: (pod, node) => {
          const inZone = owners?.inZoneOf(pod.user, node.id) ?? 0;
          const onNode = owners?.onNode(pod.user, node.id) ?? 0;
          return freeShareAfter(pod, node) - inZone * weights.zone - onNode * weights.node;
        },
      };
    },
  };
}
