import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./live-balancers.js', import.meta.url));

/** Runs the program that measures real replicas, with these flags, and returns its exit code. */
export function liveTable(flags: readonly string[]): number {
  const { status } = spawnSync(process.execPath, [PROGRAM, ...flags], { stdio: 'inherit' });
  return status ?? 1;
}
