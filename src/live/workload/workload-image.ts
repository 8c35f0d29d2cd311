import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../sim/input-error.ts';
import type { ImageSpec } from '../engine/engine.ts';
import { ROLE_LABEL } from '../labels.ts';
import { ustar } from './ustar.ts';
import { WORKLOAD_PORT } from './workload-command.ts';

/** Those for which the workload is built: names of Go, as engines use them. */
export const WORKLOAD_ARCHITECTURES = ['amd64', 'arm64'] as const;

type Architecture = (typeof WORKLOAD_ARCHITECTURES)[number];

/** Who runs it: nobody, who owns nothing. */
const USER = '65534:65534';

/** An image as an engine imports it. */
interface WorkloadImage {
  readonly tar: Uint8Array;
  readonly spec: ImageSpec;
}

/**
 * The image of the workload of our own, of the binary that comes with Baton: the binary, an empty /tmp, and the names of
 * root and nobody. The same bytes every time; its tag is the beginning of the binary's SHA-256, so an image that is there
 * needs not be looked into.
 */
export function workloadImage(architecture: string): WorkloadImage {
  const binary = workloadBinary(architecture);
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  return {
    tar: ustar([
      { path: 'baton-workload', mode: 0o755, bytes: binary },
      { path: 'etc', mode: 0o755 },
      {
        path: 'etc/passwd',
        mode: 0o644,
        bytes: text('root:x:0:0:root:/:/nologin\nnobody:x:65534:65534:nobody:/tmp:/nologin\n'),
      },
      { path: 'etc/group', mode: 0o644, bytes: text('root:x:0:\nnogroup:x:65534:\n') },
      { path: 'tmp', mode: 0o1777 },
    ]),
    spec: {
      reference: `baton-workload:${sha256(binary).slice(0, 12)}`,
      labels: { [ROLE_LABEL]: 'image' },
      architecture,
      changes: [`USER ${USER}`, `EXPOSE ${WORKLOAD_PORT}`, `CMD ["/baton-workload", "port=${WORKLOAD_PORT}"]`],
    },
  };
}

/** The binary for an architecture. Throws `InputError` where there is none. */
export function workloadBinary(architecture: string): Uint8Array {
  if (!isBuiltFor(architecture))
    throw new InputError(
      `Baton's own workload is built for ${WORKLOAD_ARCHITECTURES.join(' and ')}, not for ${architecture}: name an image of yours for each workload, as in --image web=nginx:alpine,port=80`,
    );
  return readFileSync(workloadPath(architecture));
}

/** Beside `src` and `dist`: three folders above this one's, and two more where benchmarks are built. */
export function workloadPath(architecture: Architecture): string {
  const beside = (above: string): string =>
    fileURLToPath(new URL(`${above}workload/baton-workload.${architecture}`, import.meta.url));
  const usual = beside('../../../');
  return existsSync(usual) ? usual : beside('../../../../../');
}

function isBuiltFor(architecture: string): architecture is Architecture {
  return (WORKLOAD_ARCHITECTURES as readonly string[]).includes(architecture);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
