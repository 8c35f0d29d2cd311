import { InputError } from '../../sim/input-error.ts';
import type { PlacementPolicy } from '../../sim/policy.ts';
import { MEMBERS, thrown, valueText } from '../policy-shape.ts';

/**
 * The same policy; what it throws, and answers no policy may give, become sentences for the user. The name of the
 * file, not only the policy's, because that is where it is mended.
 */
export function guarded(policy: PlacementPolicy, file: string): PlacementPolicy {
  const who = `${file}: policy "${policy.name}"`;
  const fault = (member: string, error: unknown): InputError =>
    error instanceof InputError
      ? error
      : new InputError(`${who} threw ${thrown(error)} in ${member}${placeOf(error, file)}`);
  const safe: { -readonly [Member in keyof PlacementPolicy]: PlacementPolicy[Member] } = { name: policy.name };
  for (const member of Object.keys(MEMBERS) as (keyof PlacementPolicy)[])
    if (policy[member] !== undefined) Object.assign(safe, { [member]: policy[member] });
  if (policy.score)
    safe.score = (pod, node) => {
      let value: number;
      try {
        value = policy.score!(pod, node);
      } catch (error) {
        throw fault('score', error);
      }
      if (typeof value !== 'number' || value !== value)
        throw new InputError(`${who} scored node "${node.name}" with ${valueText(value)}; a score must be a number`);
      return value;
    };
  if (policy.filter)
    safe.filter = (pod, node) => {
      try {
        const verdict: unknown = policy.filter!(pod, node);
        if (verdict === true || typeof verdict === 'string') return verdict;
        if (verdict === false) return 'is refused by the policy';
        throw new InputError(
          `${who} answered ${valueText(verdict)} in filter; it must be true, or a text that says why not`,
        );
      } catch (error) {
        throw fault('filter', error);
      }
    };
  if (policy.choose)
    safe.choose = (pod, candidates) => {
      try {
        return policy.choose!(pod, candidates);
      } catch (error) {
        throw fault('choose', error);
      }
    };
  if (policy.columns)
    safe.columns = (cluster, shapes) => {
      try {
        return guardedCall(policy.columns!(cluster, shapes), 'columns', who, fault);
      } catch (error) {
        throw fault('columns', error);
      }
    };
  if (policy.devices)
    safe.devices = (cluster, shapes, random) => {
      try {
        return guardedCall(policy.devices!(cluster, shapes, random), 'devices', who, fault);
      } catch (error) {
        throw fault('devices', error);
      }
    };
  return safe;
}

function guardedCall(
  call: (shape: number, node: number) => number,
  member: string,
  who: string,
  fault: (member: string, error: unknown) => InputError,
): (shape: number, node: number) => number {
  if (typeof call !== 'function')
    throw new InputError(`${who} answered ${valueText(call)} in ${member}; it must be a function (shape, node)`);
  return (shape, node) => {
    try {
      return call(shape, node);
    } catch (error) {
      throw fault(member, error);
    }
  };
}

/** Where in the user's file an error arose, when its stack says so. */
export function placeOf(error: unknown, file: string): string {
  const name = file
    .split(/[/\\]/)
    .at(-1)!
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  let stack: unknown;
  try {
    stack = error instanceof Error ? error.stack : undefined;
  } catch {
    return '';
  }
  const place = typeof stack === 'string' && new RegExp(`${name}:(\\d+):\\d+`).exec(stack);
  return place ? ` (line ${place[1]})` : '';
}
