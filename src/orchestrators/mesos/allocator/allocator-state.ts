import type { Bundle } from './bundle.ts';
import type { AgentAttributes, OfferConstraints } from './offer-constraints.ts';

/** What a framework can deal with (include/mesos/mesos.proto, `FrameworkInfo.Capability`). */
export interface Capabilities {
  readonly gpuResources: boolean;
  readonly revocableResources: boolean;
  readonly partitionAware: boolean;
}

export interface AllocatorFramework {
  /** Numbers in order of registration. */
  readonly id: number;
  readonly capabilities: Capabilities;
  /** By role: what it demands of agents. Roles that it has suppressed are not here but in `suppressed`. */
  readonly roles: Set<string>;
  readonly suppressed: Set<string>;
  readonly constraints: Map<string, OfferConstraints>;
}

export interface AllocatorAgent {
  readonly id: number;
  readonly attributes: AgentAttributes;
  total: Bundle;
  /** Offered and used. */
  allocated: Bundle;
  /** Whether it is offered: registered, connected, not drained, on the whitelist. */
  active: boolean;
}

/** One agent's resources for one role of one framework. */
export interface Allocation {
  readonly framework: number;
  readonly role: string;
  readonly agent: number;
  readonly bundle: Bundle;
}
