import type { AgentAttributes } from '../../allocator/offer-constraints.ts';
import type { Constraint } from './app-spec.ts';

/** What constraints look at of an instance of the current version that is there. */
export interface PlacedInstance {
  readonly attributes: AgentAttributes;
  /** Instances that its own version asks for. */
  readonly desired: number;
}

/** The agent's value of a field; undefined: it has none. */
export function fieldValue(field: string, agent: AgentAttributes): string | undefined {
  switch (field) {
    case 'hostname':
    case '@hostname':
      return agent.hostname;
    case '@region':
      return agent.region || undefined;
    case '@zone':
      return agent.zone || undefined;
    default:
      return agent.attributes[field];
  }
}

/** Whether one more instance may go to this agent (mesosphere/marathon mesos/Constraints.scala). */
export function meetsConstraint(
  { field, operator, value }: Constraint,
  agent: AgentAttributes,
  placed: readonly PlacedInstance[],
): boolean {
  const offered = fieldValue(field, agent);
  // Every operator fails without the attribute but this one.
  if (offered === undefined) return operator === 'UNLIKE';
  const countOf = (wanted: string): number =>
    placed.filter(({ attributes }) => fieldValue(field, attributes) === wanted).length;
  switch (operator) {
    case 'UNIQUE':
      return countOf(offered) === 0;
    case 'CLUSTER':
      if (value !== '') return offered === value;
      return placed.length === 0 || placed.some(({ attributes }) => fieldValue(field, attributes) === offered);
    case 'GROUP_BY':
      return meetsGroupBy(offered, Number(value), groupCounts(field, placed), placed[0]?.desired ?? 1);
    case 'LIKE':
      return wholeMatch(value).test(offered);
    case 'UNLIKE':
      return !wholeMatch(value).test(offered);
    case 'MAX_PER':
      return countOf(offered) < Number(value);
    default:
      return isSame(offered, value);
  }
}

/** Instances by the value of a field. */
export function groupCounts(field: string, placed: readonly PlacedInstance[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { attributes } of placed) {
    const value = fieldValue(field, attributes);
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

/**
 * Whether a group may get one more: each of `groups` gets an equal part of what is desired, and so many of them one more
 * as remain. A group beyond the number is refused, as the code does and its documentation does not.
 */
export function meetsGroupBy(
  offered: string,
  groups: number,
  counts: ReadonlyMap<string, number>,
  desired: number,
): boolean {
  const per = Math.floor(desired / groups);
  const remainder = desired % groups;
  const count = counts.get(offered);
  if (count === undefined) return counts.size < groups;
  let used = 0;
  for (const one of counts.values()) used += Math.max(0, one - per);
  return count < per || (count === per && remainder > used);
}

function isSame(offered: string, value: string): boolean {
  const [a, b] = [Number(offered), Number(value)];
  // Scalars of Mesos have three decimals.
  if (offered !== '' && value !== '' && !Number.isNaN(a) && !Number.isNaN(b))
    return Math.round(a * 1000) === Math.round(b * 1000);
  return offered === value;
}

/** The whole value has to match, as with Java's `matches`. */
function wholeMatch(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, 'u');
}
