import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { callLog, type CallLine } from './call-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'baton-call-log-'));
afterAll(() => rmSync(folder, { recursive: true }));

const LINE: CallLine = { atMs: 1.26, engine: 'docker', call: 'start', subject: 'wéb', ms: 0.04, outcome: 'ok', try: 1 };

test('a line a call, whole after it is closed; nothing after that', () => {
  const path = join(folder, 'calls.ndjson');
  const log = callLog(path);
  for (let i = 0; i < 1000; i++) log.add({ ...LINE, try: i });
  // Long before the end some of it is in the file.
  expect(readFileSync(path, 'utf8').length).toBeGreaterThan(32_000);
  log.close();
  log.close();
  log.add(LINE);
  const lines = readFileSync(path, 'utf8').split('\n');
  expect(lines.pop()).toBe('');
  expect(lines.map((line) => (JSON.parse(line) as CallLine).try)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  expect(JSON.parse(lines[7])).toEqual({ ...LINE, atMs: 1.3, ms: 0, try: 7 });
  expect(log.trouble).toBeUndefined();
});

test('a log that continues an older one keeps it', () => {
  const path = join(folder, 'again.ndjson');
  for (const attempt of [1, 2]) {
    const log = callLog(path);
    log.add({ ...LINE, try: attempt });
    log.flush();
    log.close();
  }
  expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(2);
});

test.skipIf(process.platform !== 'linux')('a full disk ends the log and nothing else', () => {
  const log = callLog('/dev/full');
  for (let i = 0; i < 5000; i++) log.add(LINE);
  log.close();
  expect(log.trouble).toMatch(/^the log of calls \/dev\/full ends early: ENOSPC/);
});
