// Reads vitest's JSON results (vitest.config.ts writes them in CI) and ends the log with the counts. Fails when a test
// failed, when nothing passed, and when a test was skipped that is neither slow nor in need of a Docker engine: in CI
// everything else must be there.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SLOW_MARK = '[SLOW=1]';
/** Where no Docker engine can run (no root, no control groups) these tests say so in their names. */
const DOCKER_MARK = '[needs a Docker engine]';
const written = fileURLToPath(new URL('../node_modules/.cache/baton/test-results.json', import.meta.url));
const resultsFile = process.argv[2] ?? written;

/**
 * What is read here of vitest's JSON.
 * @typedef {{ fullName: string, status: string }} TestOutcome
 * @typedef {{ name: string, status: string, message: string, assertionResults: TestOutcome[] }} FileOutcome
 */
const { testResults } = /** @type {{ testResults: FileOutcome[] }} */ (JSON.parse(readFileSync(resultsFile, 'utf8')));

let passed = 0;
/** @type {string[]} */
const failed = [];
/** @type {string[]} */
const skipped = [];
for (const file of testResults) {
  const failedBefore = failed.length;
  for (const { fullName, status } of file.assertionResults) {
    if (status === 'passed') passed++;
    else if (status === 'failed') failed.push(fullName);
    else skipped.push(fullName);
  }
  // A file that cannot be loaded, or whose hooks fail, has no failed test of its own but has failed all the same.
  if (file.status === 'failed' && failed.length === failedBefore) failed.push(`${file.name}: ${file.message}`);
}

const notAllowed = skipped.filter((name) => !name.endsWith(SLOW_MARK) && !name.endsWith(DOCKER_MARK));
for (const name of skipped.filter((one) => one.endsWith(DOCKER_MARK))) console.log(`skipped: ${name}`);
for (const name of failed) console.log(`failed: ${name}`);
for (const name of notAllowed) console.log(`skipped, which CI does not allow: ${name}`);
console.log(`${passed} passed, ${failed.length} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`);
process.exit(failed.length > 0 || notAllowed.length > 0 || passed === 0 ? 1 : 0);
