/** What a framework demands of agents before it is offered any of them (Mesos 1.11, docs/scheduler-http-api.md). */
export interface OfferConstraint {
  /** An attribute's name, or a pseudoattribute that every agent has. */
  readonly selector: { readonly attribute: string } | { readonly pseudoattribute: 'hostname' | 'region' | 'zone' };
  readonly predicate:
    | { readonly kind: 'exists' | 'not-exists' }
    | { readonly kind: 'text-equals' | 'text-not-equals'; readonly value: string }
    | { readonly kind: 'text-matches' | 'text-not-matches'; readonly regex: RegExp };
}

/** An agent as constraints see it. */
export interface AgentAttributes {
  readonly hostname: string;
  /** '' where none is known. */
  readonly region: string;
  readonly zone: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Groups of which one must hold; all constraints of a group must. No groups: every agent will do. */
export type OfferConstraints = readonly (readonly OfferConstraint[])[];

export function meetsOfferConstraints(groups: OfferConstraints, agent: AgentAttributes): boolean {
  return groups.length === 0 || groups.some((group) => group.every((one) => meets(one, agent)));
}

function meets({ selector, predicate }: OfferConstraint, agent: AgentAttributes): boolean {
  const value =
    'attribute' in selector ? agent.attributes[selector.attribute] : agent[selector.pseudoattribute] || undefined;
  switch (predicate.kind) {
    case 'exists':
      return value !== undefined;
    case 'not-exists':
      return value === undefined;
    case 'text-equals':
      return value === predicate.value;
    // Negated predicates hold for agents without the attribute.
    case 'text-not-equals':
      return value !== predicate.value;
    case 'text-matches':
      return value !== undefined && predicate.regex.test(value);
    default:
      return value === undefined || !predicate.regex.test(value);
  }
}
