import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { staticBusyboxPath } from '../../tools/needs.mjs';

/** A root folder with busybox and nothing else, as a tar: what an image of tests is made of. */
export function busyboxTar(): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'baton-busybox-'));
  try {
    mkdirSync(join(folder, 'root/bin'), { recursive: true });
    copyFileSync(staticBusyboxPath()!, join(folder, 'root/bin/busybox'));
    for (const name of ['sh', 'sleep']) symlinkSync('busybox', join(folder, 'root/bin', name));
    const tar = join(folder, 'root.tar');
    const { status, stderr } = spawnSync('tar', ['-cf', tar, '-C', join(folder, 'root'), '.'], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`tar failed: ${stderr}`);
    return readFileSync(tar);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
