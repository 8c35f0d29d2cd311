import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where the real traces are: BATON_TRACE_DIR, else ../shared/traces beside the checkout; undefined when there are none. */
export function traceDir(): string | undefined {
  const candidates = [process.env['BATON_TRACE_DIR'], '../shared/traces'];
  return candidates.filter((path) => path !== undefined && existsSync(path)).map((path) => resolve(path!))[0];
}
