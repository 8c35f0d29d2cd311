// `node tools/build-workload.mjs [FOLDER]`: workload/baton-workload.c -> a static binary for each architecture, the same
// bytes wherever it is done with the same compilers (Debian's gcc and gcc-aarch64-linux-gnu). Each holds the SHA-256 of
// the source, by which a test notices that it was not built again. Without a folder they are written beside the source.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('../workload/', import.meta.url));
const source = join(home, 'baton-workload.c');
const into = process.argv[2] ?? home;
const sha256 = createHash('sha256').update(readFileSync(source)).digest('hex');

/** Compiler and the flags that are the architecture's own. */
const BUILDS = /** @type {const} */ ({
  amd64: ['x86_64-linux-gnu-gcc', '-march=x86-64', '-fcf-protection=none'],
  arm64: ['aarch64-linux-gnu-gcc', '-march=armv8-a', '-mbranch-protection=none', '-mno-outline-atomics'],
});

const FLAGS = [
  '-std=gnu11 -O2 -Wall -Wextra -Werror -ffreestanding -nostdlib -static -no-pie -fno-pic -fno-stack-protector',
  '-fno-asynchronous-unwind-tables -fno-ident -fno-builtin',
  // Else the loops of our own memcpy and memset would be turned into calls of themselves.
  '-fno-tree-loop-distribute-patterns',
  '-Wl,--build-id=none -Wl,-z,noexecstack -Wl,-z,noseparate-code -Wl,-z,norelro -Wl,--strip-all',
].flatMap((flags) => flags.split(' '));
FLAGS.push(`-ffile-prefix-map=${home}=`, `-DSOURCE_SHA256="${sha256}"`);

let failed = false;
for (const [architecture, [compiler, ...own]] of Object.entries(BUILDS)) {
  const output = join(into, `baton-workload.${architecture}`);
  const built = spawnSync(compiler, [...FLAGS, ...own, '-o', output, source], { encoding: 'utf8' });
  if (built.status === 0) {
    console.log(`baton-workload.${architecture}: ${statSync(output).size} bytes of source ${sha256.slice(0, 12)}`);
    continue;
  }
  failed = true;
  const missing = built.error !== undefined && 'code' in built.error && built.error.code === 'ENOENT';
  console.log(
    missing
      ? `baton-workload.${architecture} was not built: there is no ${compiler}; install Debian's gcc and gcc-aarch64-linux-gnu`
      : `baton-workload.${architecture} was not built:\n${built.stderr}`,
  );
}
process.exitCode = failed ? 1 : 0;
