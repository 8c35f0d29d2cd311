import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openBrowser } from '../open-browser.ts';
import { BUNDLE_NAME } from './bundle.ts';

/** What the bundle computes in a page of Chromium without network, and every complaint of that page. */
export async function fingerprintsInChromium(
  chromium: string,
  bundle: string,
): Promise<{ fingerprints: unknown; complaints: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-page-'));
  const browser = await openBrowser(chromium);
  try {
    writeFileSync(join(folder, 'scenario.js'), bundle);
    writeFileSync(
      join(folder, 'page.html'),
      '<!doctype html><meta charset="utf-8"><script src="scenario.js"></script>',
    );
    const context = await browser.newContext({ offline: true });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(pathToFileURL(join(folder, 'page.html')).href);
    const fingerprints: unknown = await page.evaluate(`${BUNDLE_NAME}.scenarioFingerprints()`);
    return { fingerprints, complaints };
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}
