import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { compile } from 'vega-lite';
import { compareWithReality } from '../src/live/reality/compare-with-reality.ts';
import { realityHtml } from '../src/reporting/reality/reality-html.ts';
import { chromiumPath } from '../tools/needs.mjs';
import { openBrowser } from './open-browser.ts';
import { replayFixture } from './replay-fixture.ts';

const chromium = chromiumPath();

test.skipIf(chromium === undefined)(
  'a reality check in a browser: every chart is drawn, nothing is asked for, and it fits a phone, light and dark',
  { timeout: 120_000 },
  async () => {
    const { script, record } = replayFixture({ seed: 1 });
    const vega = new URL('../node_modules/vega/build/vega.min.js', import.meta.url);
    const html = realityHtml(compareWithReality(script, record), {
      vegaScript: readFileSync(vega, 'utf8'),
      compile: (spec) => compile(spec as never).spec,
      batonVersion: '0.1.0',
    });
    const folder = mkdtempSync(path.join(tmpdir(), 'baton-reality-'));
    const browser = await openBrowser(chromium!);
    try {
      const file = path.join(folder, 'reality.html');
      writeFileSync(file, html);
      for (const colorScheme of ['light', 'dark'] as const) {
        const context = await browser.newContext({ offline: true, colorScheme, viewport: { width: 420, height: 800 } });
        const page = await context.newPage();
        const complaints: string[] = [];
        page.on('console', (message) => complaints.push(message.text()));
        page.on('pageerror', (error) => complaints.push(error.message));
        page.on('request', (asked) => asked.url().startsWith('file:') || complaints.push(`asks ${asked.url()}`));
        await page.goto(`file://${file}`);
        const charts = await page.locator('[data-chart]').count();
        expect(charts).toBeGreaterThan(20);
        // Printing draws them all.
        await page.evaluate("window.dispatchEvent(new Event('beforeprint'))");
        await expect.poll(() => page.locator('[data-chart] svg').count()).toBe(charts);
        expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(420);
        expect(complaints).toEqual([]);
        await context.close();
      }
    } finally {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
