import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SLOW_MARK } from './slow.ts';

const passed = { fullName: 'adds', status: 'passed' };
const failed = { fullName: 'subtracts', status: 'failed' };
const skipped = { fullName: 'asks Chromium', status: 'skipped' };
const slow = { fullName: `counts to a million ${SLOW_MARK}`, status: 'skipped' };

test.each([
  ['tests that pass', [passed, passed], 0, '2 passed, 0 failed'],
  ['slow tests may be skipped', [passed, slow], 0, '1 passed, 0 failed, 1 skipped'],
  ['no other test may be', [passed, skipped], 1, '1 passed, 0 failed, 1 skipped'],
  ['a test that fails', [passed, failed], 1, '1 passed, 1 failed'],
  ['nothing at all', [], 1, '0 passed, 0 failed'],
])('%s', (_, assertionResults, exitCode, lastLine) => {
  const status = assertionResults.includes(failed) ? 'failed' : 'passed';
  expect(summaryOf([{ name: 'a.test.ts', status, message: '', assertionResults }])).toEqual({ exitCode, lastLine });
});

test('a file that cannot be loaded counts as one failure', () => {
  const files = [
    { name: 'a.test.ts', status: 'passed', message: '', assertionResults: [passed] },
    { name: 'b.test.ts', status: 'failed', message: 'cannot find module', assertionResults: [] },
  ];
  expect(summaryOf(files)).toEqual({ exitCode: 1, lastLine: '1 passed, 1 failed' });
});

function summaryOf(testResults: object[]): { exitCode: number | null; lastLine: string | undefined } {
  const folder = mkdtempSync(join(tmpdir(), 'baton-summary-'));
  const file = join(folder, 'results.json');
  writeFileSync(file, JSON.stringify({ testResults }));
  const { status, stdout } = spawnSync(process.execPath, ['tools/test-summary.mjs', file], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return { exitCode: status, lastLine: stdout.trimEnd().split('\n').at(-1) };
}
