import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { workCounters } from './counter-scenarios.ts';

test('the small scenarios take the work and come to the results that are written down', () => {
  const writtenDown = JSON.parse(readFileSync('bench/work-counters.json', 'utf8')) as unknown;
  const how = 'if this change is meant, write it down: npm run bench -- --update-counters';
  expect(workCounters(), how).toEqual(writtenDown);
});
