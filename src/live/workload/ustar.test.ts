import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { ustar } from './ustar.ts';

const files = [
  { path: 'program', mode: 0o755, bytes: new Uint8Array(1025).fill(7) },
  { path: 'etc', mode: 0o755 },
  { path: 'etc/empty', mode: 0o644, bytes: new Uint8Array(0) },
  { path: 'tmp', mode: 0o1777 },
];

test('an archive is whole blocks, and the same bytes every time', () => {
  const archive = ustar(files);
  expect(archive.length).toBe(512 * (4 + 3 + 2));
  expect(ustar(files)).toEqual(archive);
  expect(new TextDecoder().decode(archive.subarray(257, 265))).toBe('ustar\u000000');
  expect(archive.subarray(512, 512 + 1025).every((byte) => byte === 7)).toBe(true);
  expect(archive.subarray(-1024).every((byte) => byte === 0)).toBe(true);
  expect(() => ustar([{ path: 'x'.repeat(101), mode: 0o644, bytes: new Uint8Array(1) }])).toThrow('too long a name');
});

test('tar reads it', () => {
  const { stdout, stderr, error } = spawnSync('tar', ['-tvf', '-', '--numeric-owner', '--utc'], {
    input: ustar(files),
  });
  // No GNU tar here: the test above has seen the form.
  if (error !== undefined || stderr.length > 0) return;
  const listed = stdout.toString().trimEnd().split('\n');
  expect(listed.map((line) => line.replace(/\s+/g, ' '))).toEqual([
    '-rwxr-xr-x 0/0 1025 1970-01-01 00:00 program',
    'drwxr-xr-x 0/0 0 1970-01-01 00:00 etc/',
    '-rw-r--r-- 0/0 0 1970-01-01 00:00 etc/empty',
    'drwxrwxrwt 0/0 0 1970-01-01 00:00 tmp/',
  ]);
});
