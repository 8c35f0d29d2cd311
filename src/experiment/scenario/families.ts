import { horizontalPolicies } from '../../policies/autoscaling/index.ts';
import { balancingPolicies } from '../../policies/balancing/index.ts';
import { deploymentPolicies } from '../../policies/deployment/index.ts';
import { nodePolicies } from '../../policies/node-scaling/index.ts';
import { overcommitPolicies } from '../../policies/overcommit/index.ts';
import type { PolicyFamily } from '../../policies/policy-family.ts';
import { verticalPolicies } from '../../policies/vertical/index.ts';
import type { BalancingPolicy } from '../../sim/requests/balancing-policy.ts';
import type { HorizontalPolicy } from '../../sim/scaling/horizontal-policy.ts';
import type { NodePolicy } from '../../sim/scaling/node-policy.ts';
import type { OvercommitPolicy } from '../../sim/scaling/overcommit-policy.ts';
import type { VerticalPolicy } from '../../sim/scaling/vertical-policy.ts';
import type { DeploymentPolicy } from '../../sim/services/deployment-policy.ts';

interface Families {
  readonly balancing: readonly PolicyFamily<BalancingPolicy>[];
  readonly scaling: readonly PolicyFamily<HorizontalPolicy>[];
  readonly vertical: readonly PolicyFamily<VerticalPolicy>[];
  readonly nodes: readonly PolicyFamily<NodePolicy>[];
  readonly overcommit: readonly PolicyFamily<OvercommitPolicy>[];
  readonly deployment: readonly PolicyFamily<DeploymentPolicy>[];
}

export type FamilyKind = keyof Families;

/** Every policy with options that a scenario may name, by the field that names it. */
export const FAMILIES: Families = {
  balancing: balancingPolicies,
  scaling: horizontalPolicies,
  vertical: verticalPolicies,
  nodes: nodePolicies,
  overcommit: overcommitPolicies,
  deployment: deploymentPolicies,
};
