import type { PlacementFactory, PlacementPolicy } from '../../sim/policy.ts';

/** A placement policy as `baton policies` lists it. */
export interface BuiltInPlacement {
  readonly name: string;
  /** One line: what it prefers. */
  readonly summary: string;
  /** The paper or upstream file it comes from. */
  readonly source: string;
  readonly create: PlacementFactory;
}

/** A policy without memory: every run may use the same object. */
export function memoryless(policy: PlacementPolicy & { summary: string; source: string }): BuiltInPlacement {
  return { name: policy.name, summary: policy.summary, source: policy.source, create: () => policy };
}
