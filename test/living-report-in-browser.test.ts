import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { compile } from 'vega-lite';
import { summarise } from '../src/experiment/statistics/summarise.ts';
import { htmlReport } from '../src/reporting/report-html.ts';
import { chromiumPath } from '../tools/needs.mjs';
import { livingFixture, livingResult } from './living-fixture.ts';
import { openBrowser } from './open-browser.ts';

const chromium = chromiumPath();

test.skipIf(chromium === undefined)(
  "a living cluster's timeline: decisions are explained on click, the window narrows it, two policies lie over each other",
  { timeout: 120_000 },
  async () => {
    const { facts, runs } = livingFixture({ seeds: [1, 2] });
    const vega = new URL('../node_modules/vega/build/vega.min.js', import.meta.url);
    const html = htmlReport(summarise(facts, runs), {
      vegaScript: readFileSync(vega, 'utf8'),
      compile: (spec) => compile(spec as never).spec,
    });
    const folder = mkdtempSync(path.join(tmpdir(), 'baton-living-'));
    const browser = await openBrowser(chromium!);
    try {
      const file = path.join(folder, 'report.html');
      writeFileSync(file, html);
      const context = await browser.newContext({
        offline: true,
        colorScheme: 'light',
        viewport: { width: 1400, height: 1000 },
      });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => request.url().startsWith('file:') || complaints.push(`asks ${request.url()}`));
      await page.goto(`file://${file}`);
      const role = (name: string) => page.locator(`[data-role=${name}]`);
      await page.locator('.timeline').scrollIntoViewIfNeeded();
      const panels = await page.locator('[data-panel]').count();
      expect(panels).toBeGreaterThan(8);
      await expect.poll(() => page.locator('[data-panel] canvas').count()).toBe(panels);

      // The first decision by step; the cursor then stands at its time.
      const [first] = livingResult(1, 0).decisions;
      await role('next').click();
      const why = () => role('why').innerText();
      expect(await why()).toContain(`${first.about}: ${first.what.replace('->', '→')}`);
      expect(await why()).toContain(first.why.split(': ')[1]);
      // Many steps on; where its mark is, a click explains it again.
      for (let k = 0; k < 8; k++) await role('next').click();
      const wanted = await why();
      const cursor = (await page.locator('.cursor').boundingBox())!;
      for (let k = 0; k < 8; k++) await role('previous').click();
      expect(await why()).not.toBe(wanted);
      await role('lanes').scrollIntoViewIfNeeded();
      const lanes = (await role('lanes').boundingBox())!;
      for (let y = 6; y < 34 && (await why()) !== wanted; y += 3) await page.mouse.click(cursor.x, lanes.y + y);
      expect(await why()).toBe(wanted);
      expect(await page.locator('[data-role=list] button[aria-pressed=true]').count()).toBe(1);

      // Values under the pointer, in every panel at once.
      const demand = page.locator('[data-readout="0"]');
      const before = await demand.innerText();
      await page.locator('[data-panel="3"]').hover({ position: { x: 500, y: 40 } });
      await expect.poll(() => demand.innerText()).not.toBe(before);
      expect(await demand.innerText()).toMatch(/web\s+[\d,.]+\/s/);

      // A window from about 2 h to 4 h: only what is in it is listed; a double click takes it away.
      const clocks = async (): Promise<number[]> => {
        const texts = await page.locator('[data-role=list] button > span').allInnerTexts();
        return texts.map((text) => text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) / 3600);
      };
      expect((await clocks())[0]).toBeLessThan(1);
      await role('overview').scrollIntoViewIfNeeded();
      const overview = (await role('overview').boundingBox())!;
      const at = (hour: number): number => overview.x + 84 + ((overview.width - 96) * hour) / 6;
      await page.mouse.move(at(2), overview.y + 20);
      await page.mouse.down();
      await page.mouse.move(at(3), overview.y + 20, { steps: 4 });
      await page.mouse.move(at(4), overview.y + 20, { steps: 4 });
      await page.mouse.up();
      await expect.poll(async () => (await clocks()).every((hour) => hour > 1.8 && hour < 4.2)).toBe(true);
      expect((await clocks()).length).toBeGreaterThan(10);
      await page.mouse.dblclick(at(5), overview.y + 20);
      await expect.poll(async () => (await clocks())[0] < 1).toBe(true);

      // Another policy beside it; then means over seeds; then one service less.
      await role('beside').selectOption('2');
      await expect.poll(() => demand.innerText()).toContain('|');
      await role('runs').selectOption('mean');
      await expect.poll(() => role('marks-note').innerText()).toContain('single seed');
      await role('runs').selectOption('first');
      await page.locator('[data-service="0"]').click();
      await expect.poll(() => demand.innerText()).not.toContain('web');

      await page.emulateMedia({ colorScheme: 'dark' });
      await page.setViewportSize({ width: 420, height: 800 });
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(420);
      await page.emulateMedia({ media: 'print' });
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
