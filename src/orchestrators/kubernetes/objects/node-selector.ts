import type { Labels } from './meta.ts';
import type { NodeSelectorRequirement, NodeSelectorTerm } from './pod.ts';

/**
 * Whether a node is picked by one of the terms; no list of terms asks for nothing, an empty one and an empty term pick
 * nothing (`component-helpers/scheduling/corev1/nodeaffinity`). Terms are remembered by identity.
 */
export function matchesNodeTerms(
  terms: readonly NodeSelectorTerm[] | undefined,
  labels: Labels,
  nodeName: string,
): boolean {
  if (terms === undefined) return true;
  for (const term of terms) if (matchesNodeTerm(term, labels, nodeName)) return true;
  return false;
}

/** Whether everything a term asks for holds. */
export function matchesNodeTerm(term: NodeSelectorTerm, labels: Labels, nodeName: string): boolean {
  let test = compiled.get(term);
  if (test === undefined) compiled.set(term, (test = compile(term)));
  if (test.expressions.length === 0 && test.fields.length === 0) return false;
  for (const rule of test.expressions) if (!holds(rule, labels[rule.key])) return false;
  for (const rule of test.fields) if (!holds(rule, rule.key === 'metadata.name' ? nodeName : undefined)) return false;
  return true;
}

/** Whether one requirement holds for a label's value; undefined: the node does not have the label. */
export function matchesNodeRequirement(requirement: NodeSelectorRequirement, value: string | undefined): boolean {
  return holds(compileRequirement(requirement), value);
}

interface Rule {
  readonly key: string;
  readonly operator: NodeSelectorRequirement['operator'];
  readonly values: ReadonlySet<string>;
  /** What Gt and Lt compare with; undefined: not a whole number, which nothing matches. */
  readonly bound: bigint | undefined;
}

/** -2^63. */
const LEAST = -9223372036854775808n;

const compiled = new WeakMap<NodeSelectorTerm, { expressions: readonly Rule[]; fields: readonly Rule[] }>();

function compile(term: NodeSelectorTerm): { expressions: readonly Rule[]; fields: readonly Rule[] } {
  return {
    expressions: term.matchExpressions.map(compileRequirement),
    fields: term.matchFields.map(compileRequirement),
  };
}

function compileRequirement({ key, operator, values }: NodeSelectorRequirement): Rule {
  const compares = operator === 'Gt' || operator === 'Lt';
  return { key, operator, values: new Set(values), bound: compares ? wholeNumber(values[0]) : undefined };
}

function holds(rule: Rule, value: string | undefined): boolean {
  // What objects inherit (`constructor`) is not a label.
  const has = typeof value === 'string';
  switch (rule.operator) {
    case 'In':
      return has && rule.values.has(value);
    case 'NotIn':
      return !has || !rule.values.has(value);
    case 'Exists':
      return has;
    case 'DoesNotExist':
      return !has;
    default: {
      const number = has ? wholeNumber(value) : undefined;
      if (number === undefined || rule.bound === undefined) return false;
      return rule.operator === 'Gt' ? number > rule.bound : number < rule.bound;
    }
  }
}

/** A 64-bit whole number, as labels write it (Go's `ParseInt(text, 10, 64)`). */
function wholeNumber(text: string | undefined): bigint | undefined {
  if (text === undefined || text.length > 40 || !/^[+-]?[0-9]+$/.test(text)) return undefined;
  const number = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return number >= LEAST && number < -LEAST ? number : undefined;
}
