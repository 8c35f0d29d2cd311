import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SQUARED_CVS, STEADY_LOADS, SWING_LOADS } from '../src/sim/requests/fluid/validated-loads.ts';
import { validatedLoad } from '../src/sim/requests/fluid/validated-region.ts';
import type { FluidCell } from './fluid-cell.ts';
import { distance } from './fluid.ts';
import { LOADS, SWING_LOADS as LOADS_OF_SWINGS } from './fluid-grid.ts';

/** The rows of a table of docs/fluid.md, cells trimmed. */
function rows(name: string): string[][] {
  const page = readFileSync('docs/fluid.md', 'utf8');
  const table = page.slice(page.indexOf(`<!-- ${name}:`), page.indexOf(`<!-- end of ${name} -->`));
  return table
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** The highest load of a row's figures up to which none is empty or beyond 5 %. */
function upTo(loads: readonly number[], figures: readonly string[]): number {
  let most = 0;
  for (let k = 0; k < loads.length; k++) {
    const numbers = figures[k].match(/-?[\d.]+/g)?.map(Number) ?? [];
    if (numbers.length !== 2 || numbers.some((one) => Math.abs(one) > 5)) break;
    most = loads[k];
  }
  return most;
}

test('what auto takes for valid is what the page shows to be within 5 %', () => {
  const steady = rows('steady');
  expect(steady.length).toBe(17 * 2 * 3);
  for (const [balancer, replicas, places, squaredCv, ...figures] of steady) {
    const kind = balancer as FluidCell['balancer'];
    const row = STEADY_LOADS[kind].find((one) => one.replicas === +replicas && one.places === +places);
    expect(row?.loads[SQUARED_CVS.indexOf(+squaredCv)], `${balancer} ${replicas} ${places} ${squaredCv}`).toBe(
      upTo(LOADS, figures),
    );
    const valid = validatedLoad(STEADY_LOADS, kind, +replicas, +places, +squaredCv) ?? 0;
    expect(valid).toBeLessThanOrEqual(upTo(LOADS, figures));
  }
  for (const [balancer, replicas, squaredCv, ...figures] of rows('swinging')) {
    const row = SWING_LOADS[balancer as FluidCell['balancer']].find((one) => one.replicas === +replicas);
    expect(row?.loads[SQUARED_CVS.indexOf(+squaredCv)]).toBe(upTo(LOADS_OF_SWINGS, figures));
  }
});

test('the page shows what the models say', () => {
  const cell: FluidCell = {
    balancer: 'choices',
    replicas: 10,
    places: 1,
    squaredCv: 1,
    load: 0.8,
    swing: 0,
    form: 'cosine',
  };
  const row = rows('steady').find(
    ([balancer, replicas, places, cv]) => `${balancer} ${replicas} ${places} ${cv}` === 'choices 10 1 1',
  );
  const [mean, p99] = row?.[4 + LOADS.indexOf(0.8)].match(/-?[\d.]+/g)?.map(Number) ?? [];
  const found = distance(cell);
  expect(found.mean / 10).toBeCloseTo(mean, 1);
  expect(found.p99 / 10).toBeCloseTo(p99, 1);
});
