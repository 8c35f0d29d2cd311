import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./placement.js', import.meta.url));

/** One policy of each kind of index, where indexes matter; the whole table takes half an hour and more. */
const SHORT = ['--policies', 'best-fit,least-allocated,balanced-allocation,fgd', '--nodes', '1000,10000'];
const SIZES = {
  short: [...SHORT, '--shapes', '10,300'],
  tiny: ['--policies', 'best-fit,gpu-packing', '--nodes', '100', '--shapes', '10', '--effort', '0.002'],
} as const;

interface PlacementTable {
  readonly status: number;
  readonly markdown: string;
  readonly results: unknown;
}

/** Runs the placement kernel's own program: with these flags, printing as it likes, or in one of two sizes. */
export function placementTable(how: keyof typeof SIZES | readonly string[]): PlacementTable {
  if (typeof how !== 'string') {
    const { status } = spawnSync(process.execPath, [PROGRAM, ...how], { stdio: 'inherit' });
    return { status: status ?? 1, markdown: '', results: undefined };
  }
  const folder = mkdtempSync(join(tmpdir(), 'baton-bench-'));
  try {
    const json = join(folder, 'placement.json');
    const { status, stdout } = spawnSync(process.execPath, [PROGRAM, ...SIZES[how], '--json', json], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (status !== 0) throw new Error('the placement benchmark failed');
    const { results } = JSON.parse(readFileSync(json, 'utf8')) as { results: unknown };
    return { status, markdown: stdout, results };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
