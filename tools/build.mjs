// `npm run build`: src -> dist with declarations, and nothing in dist that has no source any more.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = join(root, 'node_modules/typescript/bin/tsc');

const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
removeOrphans();
const main = join(root, 'dist/cli/main.js');
if (existsSync(main)) chmodSync(main, 0o755);

// Emptying dist beforehand would pull it from under a run that is using it.
function removeOrphans() {
  const outputs = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' });
  for (const output of outputs) {
    // The benchmarks are built there too, by `npm run bench`.
    if (/^bench[/\\]/.test(output)) continue;
    const stem = /^(.*)(?:\.d\.ts|\.js)$/.exec(output)?.[1];
    if (stem !== undefined && !existsSync(join(root, 'src', `${stem}.ts`))) rmSync(join(root, 'dist', output));
  }
}
