import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError } from '../../sim/input-error.ts';

const HOW_TO_GET =
  'set BATON_TRACE_DIR to the folder of the traces (with a folder "reference" beside it), or name the paths; see traces/README.md for where to get them';

/** Where the real traces are: BATON_TRACE_DIR, else ../shared/traces; undefined when there are none. */
export function traceFolder(): string | undefined {
  const named = process.env['BATON_TRACE_DIR'];
  return [named, '../shared/traces'].find((path) => path !== undefined && path !== '' && existsSync(path));
}

/** A path below the traces, or what the user named instead. */
export function tracePath(named: string | undefined, below: string, what: string): string {
  if (named !== undefined) return named;
  const folder = traceFolder();
  if (folder === undefined) throw new InputError(`${what} cannot be found: ${HOW_TO_GET}`);
  return join(folder, below);
}

/** A path below the published results, which lie beside the traces, or what the user named instead. */
export function referencePath(named: string | undefined, below: string, what: string): string {
  if (named !== undefined) return named;
  const folder = traceFolder();
  if (folder === undefined) throw new InputError(`${what} cannot be found: ${HOW_TO_GET}`);
  return join(resolve(folder), '..', 'reference', below);
}
