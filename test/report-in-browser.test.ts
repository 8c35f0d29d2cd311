import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { compile } from 'vega-lite';
import { summarise } from '../src/experiment/statistics/summarise.ts';
import { htmlReport } from '../src/reporting/report-html.ts';
import { chromiumPath } from '../tools/needs.mjs';
import { comparisonFixture } from './comparison-fixture.ts';
import { openBrowser } from './open-browser.ts';

const chromium = chromiumPath();

test.skipIf(chromium === undefined)(
  'the HTML report opens in Chromium without network, in light, dark and on paper, with no error',
  { timeout: 120_000 },
  async () => {
    const { facts, runs, bounds } = comparisonFixture({
      policies: ['best-fit', '</script><img src=x onerror=alert(1)>', 'fgd'],
    });
    const vega = new URL('../node_modules/vega/build/vega.min.js', import.meta.url);
    const html = htmlReport(summarise(facts, runs, bounds), {
      vegaScript: readFileSync(vega, 'utf8'),
      compile: (spec) => compile(spec as never).spec,
    });
    const folder = mkdtempSync(path.join(tmpdir(), 'baton-report-'));
    const browser = await openBrowser(chromium!);
    try {
      const file = path.join(folder, 'report.html');
      writeFileSync(file, html);
      const context = await browser.newContext({
        offline: true,
        colorScheme: 'light',
        viewport: { width: 1280, height: 900 },
      });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => request.url().startsWith('file:') || complaints.push(`asks ${request.url()}`));
      page.on('dialog', (dialog) => (complaints.push('a dialog opened'), void dialog.dismiss()));
      await page.goto(`file://${file}`);
      const total = await page.locator('[data-chart]').count();
      expect(total).toBeGreaterThan(10);
      const ink = () => page.evaluate<string>('getComputedStyle(document.body).color');
      const light = await ink();

      // On paper all charts are drawn, also those never scrolled to.
      await page.emulateMedia({ media: 'print' });
      await expect.poll(() => page.locator('[data-chart] :is(svg, canvas)').count()).toBe(total);
      await page.emulateMedia({ media: 'screen', colorScheme: 'dark' });
      expect(await ink()).not.toBe(light);
      const gridOf = () =>
        page.evaluate<string>("document.querySelector('.role-axis-grid line')?.getAttribute('stroke')");
      await expect.poll(gridOf).toBe('#2c333b');

      // The legend brings one policy forward: the others fade.
      await page.locator('.legend button').first().click();
      expect(await page.locator('.legend button[aria-pressed=true]').count()).toBeGreaterThan(0);
      await expect.poll(() => page.locator('[data-chart] path[opacity="0.12"]').count()).toBeGreaterThan(1);

      // On a phone nothing sticks out of the page.
      await page.setViewportSize({ width: 420, height: 800 });
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(420);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
