import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { traceDir } from '../../../test/trace-dir.ts';
import { easyCampaign } from '../local/easy-campaign.ts';
import { agrees } from './easy-run.ts';

const traces = traceDir();
const reference = traces && join(traces, '..', 'reference', 'easy', 'easy_predictsim_metrics.csv');

test.skipIf(!reference || !existsSync(reference))('both published rows on KTH-SP2 agree to 12 digits', () => {
  const verdict = easyCampaign({ logs: join(traces!, 'swf'), reference: reference! });
  expect(verdict.rows.map((row) => row.scheduler)).toEqual(['EASY', 'EASY-SJBF requested time']);
  for (const row of verdict.rows)
    for (const metric of row.metrics) expect(metric, row.scheduler).toMatchObject({ agrees: true });
});

test('agreement means twelve significant digits', () => {
  expect(agrees(15696.7981812436, 15696.79818124363)).toBe(true);
  expect(agrees(15696.7981812, 15696.7981813)).toBe(false);
});
