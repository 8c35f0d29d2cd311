// `npm run check`: types, lint, formatting, unused code, import layers. Runs all of them, then fails if any failed.
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const env = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env['PATH']}` };

/** Each step, and what `npx` would repeat it alone with. */
const STEPS = /** @type {const} */ ([
  ['types', 'tsc --noEmit'],
  ['lint', 'oxlint --type-aware --deny-warnings'],
  ['formatting', 'prettier --check --log-level warn .'],
  ['unused code', 'knip --no-progress'],
  ['import layers', 'vitest run --reporter=dot test/layers.test.ts'],
]);

const failed = STEPS.filter(([name, command]) => !passes(name, command));
if (failed.length > 0) {
  console.log(`check: ${failed.map(([name, command]) => `${name} (npx ${command})`).join(', ')} failed`);
  process.exit(1);
}
console.log('check: all passed');

/** @param {string} name @param {string} command */
function passes(name, command) {
  const startMs = performance.now();
  const { status, stdout, stderr } = spawnSync(command, { cwd: root, env, shell: true, encoding: 'utf8' });
  const tookS = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${tookS} s)`);
  if (status !== 0) console.log(`${stdout}${stderr}`.trimEnd());
  return status === 0;
}
