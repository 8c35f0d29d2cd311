import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { workloadPath } from '../../src/live/workload/workload-image.ts';

test.each([
  ['amd64', 'x86_64-linux-gnu-gcc'],
  ['arm64', 'aarch64-linux-gnu-gcc'],
] as const)('building it again for %s gives the same bytes, where its compiler is', (architecture, compiler) => {
  const committed = readFileSync(workloadPath(architecture));
  const [, built] = /sha256:[0-9a-f]{64} gcc ([0-9.]+)/.exec(committed.toString('latin1')) ?? [];
  expect(built).toBeDefined();
  const { stdout, error } = spawnSync(compiler, ['-dumpfullversion'], { encoding: 'utf8' });
  // Another compiler makes other bytes of it.
  if (error !== undefined || stdout.trim() !== built) return;
  const folder = mkdtempSync(join(tmpdir(), 'baton-workload-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  spawnSync(process.execPath, ['tools/build-workload.mjs', folder]);
  expect(readFileSync(join(folder, `baton-workload.${architecture}`)).equals(committed)).toBe(true);
});
