import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUNDLE_NAME } from './bundle.ts';

/** What the bundle computes in the Node at this path, and that Node's version as it reports it. */
export function fingerprintsInNode(node: string, bundle: string): { version: string; fingerprints: unknown } {
  const folder = mkdtempSync(join(tmpdir(), 'baton-node-'));
  try {
    const script = join(folder, 'scenario.cjs');
    const print = `{ version: process.versions.node, fingerprints: ${BUNDLE_NAME}.scenarioFingerprints() }`;
    writeFileSync(script, `${bundle}\nconsole.log(JSON.stringify(${print}));\n`);
    const printed = execFileSync(node, [script], { encoding: 'utf8', env: {}, timeout: 60_000 });
    return JSON.parse(printed) as { version: string; fingerprints: unknown };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
