import { test } from 'vitest';

/** Ends the name of every test that runs only with SLOW=1; tools/test-summary.mjs allows no other test to be skipped in CI. */
export const SLOW_MARK = '[SLOW=1]';

/** A test that takes long: runs with SLOW=1 in the environment, else is skipped by name. Time limit 30 minutes. */
export function slowTest(name: string, body: () => void | Promise<void>): void {
  const wanted = process.env['SLOW'] === '1';
  test.skipIf(!wanted)(`${name} ${SLOW_MARK}`, { timeout: 30 * 60_000 }, body);
}
