import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, OTHER_NODES, otherNodePath } from '../tools/needs.mjs';
import { bundleScenario } from './fingerprint/bundle.ts';
import { fingerprintsInChromium } from './fingerprint/in-chromium.ts';
import { fingerprintsInNode } from './fingerprint/in-node.ts';
import { scenarioFingerprints } from './fingerprint/scenario.ts';
import { slowTest } from './slow.ts';

const here = scenarioFingerprints();

test('the scenario gives the same fingerprints twice', () => {
  expect(scenarioFingerprints()).toEqual(here);
});

test('the scenario gives the same fingerprints when every node is looked at for every decision', () => {
  expect(scenarioFingerprints('scan')).toEqual(here);
});

slowTest('so does one of five times as many pods', () => {
  expect(scenarioFingerprints('scan', 1500)).toEqual(scenarioFingerprints('auto', 1500));
});

test('policies that prefer differently end differently, so the scenario can tell them apart', () => {
  const distinct = new Set(Object.values(here));
  // Some agree by nature here, such as worst-fit and least-allocated.
  expect(distinct.size).toBeGreaterThan(0.8 * Object.keys(here).length);
});

describe('what is shipped gives the same fingerprints as the sources do here', () => {
  let bundle = '';
  beforeAll(async () => {
    bundle = await bundleScenario();
  });

  test('on this Node, in a process of its own', () => {
    expect(fingerprintsInNode(process.execPath, bundle)).toEqual({
      version: process.versions.node,
      fingerprints: here,
    });
  });

  test.for(OTHER_NODES)('on Node %s', (version, { skip }) => {
    const node = otherNodePath(version);
    skip(node === undefined, `Node ${version} is not there; npm run setup brings it`);
    expect(fingerprintsInNode(node!, bundle)).toEqual({ version, fingerprints: here });
  });

  test('the bundle refuses a core that imports a module of Node', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'baton-entry-'));
    const entry = join(folder, 'entry.ts');
    writeFileSync(entry, "import { cpus } from 'node:os';\nexport const count = cpus().length;\n");
    await expect(bundleScenario(entry)).rejects.toThrow('node:os');
    rmSync(folder, { recursive: true });
  });

  test('in a page of Chromium, offline, without a complaint', async ({ skip }) => {
    const chromium = chromiumPath();
    skip(chromium === undefined, 'Chromium is not there; npm run setup brings it');
    expect(await fingerprintsInChromium(chromium!, bundle)).toEqual({ fingerprints: here, complaints: [] });
  });
});
