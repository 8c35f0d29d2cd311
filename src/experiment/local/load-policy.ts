import { existsSync } from 'node:fs';
import { register } from 'node:module';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InputError } from '../../sim/input-error.ts';
import type { PlacementPolicy, PolicyContext } from '../../sim/policy.ts';
import { policyFromExport, thrown } from '../policy-shape.ts';
import { guarded, placeOf } from './guard-policy.ts';
import { requireFile } from './read-input.ts';

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'];

/** Whether a text that is no built-in policy's name is meant as a user's file. */
export function namesPolicyFile(text: string): boolean {
  return /[/\\]/.test(text) || EXTENSIONS.some((extension) => text.endsWith(extension)) || existsSync(text);
}

let hooked = false;

/**
 * A user's own policy from a file. Its relative imports work, TypeScript included: every Node gets the loading hook in
 * which sucrase strips types, so that all load the same; nothing is written to disk.
 * Runs the user's code, which may throw or never end: call it in a worker that somebody watches.
 */
export async function loadPolicy(file: string): Promise<(context: PolicyContext) => PlacementPolicy> {
  requireFile(file, 'a policy');
  if (!EXTENSIONS.some((extension) => file.endsWith(extension)))
    throw new InputError(`${file}: a policy is a file that ends in ${EXTENSIONS.join(', ')}; rename it`);
  if (!hooked)
    register(new URL(`./strip-types-hook.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url));
  hooked = true;
  let module: { default?: unknown };
  try {
    module = (await import(pathToFileURL(isAbsolute(file) ? file : resolve(file)).href)) as { default?: unknown };
  } catch (error) {
    throw new InputError(`${file}: the policy cannot be loaded: ${thrown(error)}${placeOf(error, file)}`);
  }
  const make = policyFromExport(module.default, file);
  return (context) => guarded(make(context), file);
}
