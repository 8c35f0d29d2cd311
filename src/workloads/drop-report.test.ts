import { expect, test } from 'vitest';
import { DropReport } from './drop-report.ts';

test('the report counts by reason, shows the first three places and says it all in sentences', () => {
  const report = new DropReport();
  report.rowsRead = 10;
  report.podsGiven = 5;
  for (const line of [3, 5, 7, 9]) report.drop('run time is 0', `a.swf:${line}`);
  report.drop('submitted before 0', 'a.swf:4');
  report.change('gpu_milli above 1000 became 1000', 'a.swf:6');
  report.note('column "colour" is not known and was left out');
  report.note('column "colour" is not known and was left out');
  expect(report.dropped).toBe(5);
  expect(report.reasons()[0]).toEqual({
    reason: 'run time is 0',
    count: 4,
    examples: ['a.swf:3', 'a.swf:5', 'a.swf:7'],
  });
  expect(report.sentences()).toEqual([
    '10 rows read, 5 pods given',
    '4 rows dropped: run time is 0 (a.swf:3, a.swf:5, a.swf:7, …)',
    '1 row dropped: submitted before 0 (a.swf:4)',
    '1 row changed: gpu_milli above 1000 became 1000 (a.swf:6)',
    'column "colour" is not known and was left out',
  ]);
});
