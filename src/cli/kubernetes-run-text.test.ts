import { expect, test } from 'vitest';
import type { LivingResult } from '../sim/monitoring/living-result.ts';
import { decisionsText, happeningsText, shortReason, timersText, waitingText } from './kubernetes-run-text.ts';
import { cutTo, wrapTo } from './told-rows.ts';

const plain = (_: unknown, text: string): string => text;
const living = (some: Partial<LivingResult>): LivingResult =>
  ({ happenings: [], decisions: [], notes: [], services: [], objectives: [], ...some }) as unknown as LivingResult;
const REFUSED =
  '0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.';

test('pods that say the same are one line with their number, whatever they are called', () => {
  const pods = ['29lbs', 'srwdn', 'z5p2p'];
  const happenings = pods.map((end, at) => ({
    timeUs: at * 1_500_000,
    kind: 'failed-scheduling',
    about: `Pod default/encode-${end}`,
    what: REFUSED,
  }));
  const events = [
    { reason: 'FailedScheduling', type: 'Warning' as const, count: 7 },
    { reason: 'Scheduled', type: 'Normal' as const, count: 3 },
  ];
  expect(happeningsText(living({ happenings, events }), plain, Infinity)).toBe(`what happened
   00:00:00  failed-scheduling  3 x until 00:00:03 Pod default/encode-29lbs: 0/2 nodes are available: 2 Insufficient cpu
warnings: 7 FailedScheduling
other events: 3 Scheduled`);
});

test('pods left without a node: one line an owner, without what preemption thinks of it', () => {
  expect(shortReason(REFUSED)).toBe('0/2 nodes are available: 2 Insufficient cpu');
  const waiting = [{ owner: 'Job default/encode', reason: REFUSED, count: 36, examples: [], sinceUs: 61e6 }];
  const text = waitingText(living({ waiting }), plain, 60);
  expect(text.split('\n')).toEqual([
    'without a node at the end (36 pods; baton explain pending ... tells more)',
    // 60 letters: the ellipsis is the last of them.
    '    36  Job default/encode, since 00:01:01: 0/2 nodes are a…',
  ]);
  expect(waitingText(living({ waiting: [] }), plain, 60)).toBe('');
});

test('what autoscalers change is told before creations and what was kept', () => {
  const decision = (by: string, what: string, timeUs: number) => ({
    timeUs,
    by,
    policy: by,
    about: `x/${by}${'y'.repeat(timeUs % 7)}`,
    what,
    why: 'why',
  });
  // 13 different creations at the start and one thing kept would fill the dozen lines by themselves.
  const decisions = [
    ...Array.from({ length: 13 }, (_, at) => decision(`kind-${String.fromCharCode(97 + at)}`, 'create 1 pods', 0)),
    decision('horizontal', 'keep 3 replicas', 15e6),
    decision('horizontal', '3 -> 7 replicas', 30e6),
  ];
  const lines = decisionsText(living({ decisions }), plain, Infinity).split('\n');
  expect(lines).toHaveLength(1 + 12 + 1);
  expect(lines.some((line) => line.includes('3 -> 7 replicas (why)'))).toBe(true);
  expect(lines.some((line) => line.includes('keep 3'))).toBe(false);
  expect(lines.at(-1)).toBe('  and 3 more');
});

test('timers of one name are one line, the longest of them', () => {
  const timers = [10, 20, 40].map((length, at) => ({
    fromUs: at * 60e6,
    toUs: at * 60e6 + length * 1e6,
    timer: `CrashLoopBackOff (${at})`,
    about: 'Pod a/b',
  }));
  expect(timersText(living({ timers }), plain, Infinity)).toBe(`timers that ran
   00:02:00  CrashLoopBackOff    40 s  Pod a/b, the longest of 3`);
});

test('lines are cut to the width, sentences are broken at it', () => {
  expect(cutTo('abcdef', 6)).toBe('abcdef');
  expect(cutTo('abcdefg', 6)).toBe('abcde…');
  expect(wrapTo('one two three four', 9)).toBe('one two\n  three\n  four');
  expect(wrapTo('one two three four', Infinity)).toBe('one two three four');
});
