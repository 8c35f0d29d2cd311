import { InputError } from '../sim/input-error.ts';
import type { PlacementPolicy, PolicyContext } from '../sim/policy.ts';
import { nearestName } from '../sim/nearest-name.ts';

/** Every member a placement policy may have, and of what kind it must be. */
export const MEMBERS: Readonly<Record<keyof PlacementPolicy, 'text' | 'function' | readonly string[]>> = {
  name: 'text',
  summary: 'text',
  source: 'text',
  reads: ['node', 'cluster'],
  prefers: ['less-free', 'more-free'],
  score: 'function',
  filter: 'function',
  columns: 'function',
  choose: 'function',
  devices: 'function',
};

/**
 * Checks what a user's file exports before anything is built on it. It may be the policy, or a function that makes one
 * for each run from its context. Throws an InputError that names the first fault and what to write instead.
 */
export function policyFromExport(exported: unknown, file: string): (context: PolicyContext) => PlacementPolicy {
  if (exported === undefined)
    throw new InputError(
      `${file}: the file has no default export; write "export default { name: 'mine', score: (pod, node) => -node.cpuFreeMilli }"`,
    );
  if (typeof exported !== 'function') {
    const policy = examinedShape(exported, file);
    return () => policy;
  }
  return (context) => {
    let made: unknown;
    try {
      made = (exported as (context: PolicyContext) => unknown)(context);
    } catch (error) {
      throw new InputError(`${file}: the function that makes the policy threw ${thrown(error)}`);
    }
    return examinedShape(made, file, 'the function it exports must return a policy');
  };
}

/** The value itself when it has the shape of a placement policy; see `policyFromExport`. */
export function checkPolicyShape(
  value: unknown,
  file: string,
  whose = 'its default export must be a policy',
): PlacementPolicy {
  if (value instanceof Promise)
    throw new InputError(
      `${file}: ${whose}, not a promise of one; remove "async", and wait at the top of the file instead`,
    );
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InputError(
      `${file}: ${whose}, an object such as { name: 'mine', score: (pod, node) => -node.cpuFreeMilli }, not ${shown(value)}`,
    );
  const members = value as Record<string, unknown>;
  if (members['name'] === undefined) throw new InputError(`${file}: the policy has no name; add "name: 'mine'"`);
  if (typeof members['name'] !== 'string' || !/^\S(.*\S)?$/.test(members['name']))
    throw new InputError(`${file}: the policy's name must be a text such as 'mine', not ${shown(members['name'])}`);
  const quoted = `policy "${members['name']}"`;
  const misspelt: string[] = [];
  for (const [key, expected] of Object.entries(MEMBERS)) {
    const member = members[key];
    if (member === undefined) continue;
    if (expected === 'function' && typeof member !== 'function')
      throw new InputError(`${file}: ${key} of ${quoted} must be a function, not ${shown(member)}`);
    if (expected === 'text' && typeof member !== 'string')
      throw new InputError(`${file}: ${key} of ${quoted} must be a text, not ${shown(member)}`);
    if (Array.isArray(expected) && !expected.includes(member))
      throw new InputError(
        `${file}: ${key} of ${quoted} must be ${expected.map((one) => `'${one}'`).join(' or ')}, not ${shown(member)}`,
      );
  }
  for (const key of Object.keys(members)) if (!(key in MEMBERS)) misspelt.push(key);
  if (misspelt[0] !== undefined) {
    const near = nearestName(misspelt[0], Object.keys(MEMBERS));
    const hint =
      near === undefined ? `; its members may be ${Object.keys(MEMBERS).join(', ')}` : `; did you mean "${near}"?`;
    throw new InputError(`${file}: ${quoted} has a member "${misspelt[0]}" that Baton does not know${hint}`);
  }
  if (members['score'] === undefined && members['choose'] === undefined)
    throw new InputError(
      `${file}: ${quoted} has neither score nor choose; add "score: (pod, node) => a number, the higher the better"`,
    );
  if (members['score'] !== undefined && members['choose'] !== undefined)
    throw new InputError(`${file}: ${quoted} has both score and choose, so it is not clear which decides; remove one`);
  if (members['columns'] !== undefined && members['score'] === undefined)
    throw new InputError(
      `${file}: ${quoted} has columns without score; columns is a faster form of score, so give both`,
    );
  return value as PlacementPolicy;
}

/** The same for a value whose members may throw when they are looked at. */
function examinedShape(value: unknown, file: string, whose?: string): PlacementPolicy {
  try {
    return checkPolicyShape(value, file, whose);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${file}: looking at the policy threw ${thrown(error)}; give it plain members`);
  }
}

/** What was thrown, in quotes. A user's code may throw anything, also what cannot be made into text. */
export function thrown(error: unknown): string {
  try {
    return error instanceof Error
      ? `"${error.name === 'Error' ? '' : `${error.name}: `}${oneLine(error.message)}"`
      : `"${oneLine(String(error))}"`;
  } catch {
    return 'something that cannot be shown';
  }
}

/** A value as a sentence can show it, whatever it is. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return `'${oneLine(value).slice(0, 60)}'`;
  if (typeof value === 'bigint') return `the bigint ${value}n`.slice(0, 60);
  try {
    return oneLine(String(value)).slice(0, 60);
  } catch {
    return 'an object';
  }
}

const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').slice(0, 200);

function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return valueText(value);
}
