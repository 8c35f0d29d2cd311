import { register } from 'node:module';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InputError } from '../../sim/input-error.ts';
import type { PlacementPolicy, PolicyContext } from '../../sim/policy.ts';
import { MEMBERS, policyFromExport, thrown } from '../policy-shape.ts';
import { requireFile } from './read-input.ts';

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'];

/** Whether a policy's text names a user's file rather than a built-in policy. */
export function namesPolicyFile(text: string): boolean {
  return /[/\\]/.test(text) || EXTENSIONS.some((extension) => text.endsWith(extension));
}

let stripping = false;

/**
 * A user's own policy from a file. Its relative imports work, TypeScript included: Nodes that do not strip types
 * themselves (20) get a loading hook in which sucrase does; nothing is written to disk.
 * Runs the user's code, which may throw or never end: call it in a worker that somebody watches.
 */
export async function loadPolicy(file: string): Promise<(context: PolicyContext) => PlacementPolicy> {
  requireFile(file, 'a policy');
  if (!EXTENSIONS.some((extension) => file.endsWith(extension)))
    throw new InputError(`${file}: a policy is a file that ends in ${EXTENSIONS.join(', ')}; rename it`);
  const strips = (process.features as { typescript?: unknown }).typescript;
  if (!strips && !stripping) {
    register(new URL('./strip-types-hook.js', import.meta.url));
    stripping = true;
  }
  let module: { default?: unknown };
  try {
    module = (await import(pathToFileURL(isAbsolute(file) ? file : resolve(file)).href)) as { default?: unknown };
  } catch (error) {
    throw new InputError(`${file}: the policy cannot be loaded: ${thrown(error)}${placeOf(error, file)}`);
  }
  const make = policyFromExport(module.default, file);
  return (context) => guarded(make(context), file);
}

/** Where in the user's file an error arose, when its stack says so. */
function placeOf(error: unknown, file: string): string {
  const name = file
    .split(/[/\\]/)
    .at(-1)!
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const place = error instanceof Error && new RegExp(`${name}:(\\d+):\\d+`).exec(error.stack ?? '');
  return place ? ` (line ${place[1]})` : '';
}

/**
 * The same policy; what it throws, and answers no policy may give, become sentences for the user. The name of the
 * file, not only the policy's, because that is where it is mended.
 */
function guarded(policy: PlacementPolicy, file: string): PlacementPolicy {
  const who = `${file}: policy "${policy.name}"`;
  const fault = (member: string, error: unknown): InputError =>
    error instanceof InputError
      ? error
      : new InputError(`${who} threw ${thrown(error)} in ${member}${placeOf(error, file)}`);
  const { score, filter, choose, columns, devices } = policy;
  const safe: { -readonly [Member in keyof PlacementPolicy]: PlacementPolicy[Member] } = { name: policy.name };
  for (const member of Object.keys(MEMBERS) as (keyof PlacementPolicy)[])
    if (policy[member] !== undefined) Object.assign(safe, { [member]: policy[member] });
  if (score)
    safe.score = (pod, node) => {
      let value: number;
      try {
        value = score.call(policy, pod, node);
      } catch (error) {
        throw fault('score', error);
      }
      if (typeof value !== 'number' || value !== value)
        throw new InputError(`${who} scored node "${node.name}" with ${String(value)}; a score must be a number`);
      return value;
    };
  if (filter)
    safe.filter = (pod, node) => {
      try {
        const verdict: unknown = filter.call(policy, pod, node);
        if (verdict === true || typeof verdict === 'string') return verdict;
        if (verdict === false) return 'is refused by the policy';
        throw new InputError(
          `${who} answered ${String(verdict)} in filter; it must be true, or a text that says why not`,
        );
      } catch (error) {
        throw fault('filter', error);
      }
    };
  if (choose)
    safe.choose = (pod, candidates) => {
      let node: number;
      try {
        node = choose.call(policy, pod, candidates);
      } catch (error) {
        throw fault('choose', error);
      }
      if (!Number.isInteger(node) || node < -1 || node >= candidates.nodeCount)
        throw new InputError(
          `${who} chose node ${String(node)}; choose must return the number of a node, 0 to ${candidates.nodeCount - 1}, or -1`,
        );
      if (node >= 0 && !candidates.fits(node))
        throw new InputError(
          `${who} chose node "${candidates.cluster.specs[node]?.name ?? node}" for a pod that does not fit there; choose only nodes for which candidates.fits(node) is true`,
        );
      return node;
    };
  if (columns)
    safe.columns = (cluster, shapes) => {
      try {
        return columns.call(policy, cluster, shapes);
      } catch (error) {
        throw fault('columns', error);
      }
    };
  if (devices)
    safe.devices = (cluster, shapes, random) => {
      try {
        return devices.call(policy, cluster, shapes, random);
      } catch (error) {
        throw fault('devices', error);
      }
    };
  return safe;
}
