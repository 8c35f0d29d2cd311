import { describe, expect, test } from 'vitest';
import { proposeByTotal, proposeByUtilisation, type MeasuredReplicas } from './replica-calculator.ts';

// The table of unit tests of kubernetes v1.36.2, pkg/controller/podautoscaler/replica_calculator_test.go.
const TENTH = { up: 0.1, down: 0.1 };
type Group = 'ready' | 'missing' | 'unready';
type Replica = readonly [group: Group, usage: number, request: number];
const ready = (usage: number, request = 1000): Replica => ['ready', usage, request];
const missing = (request = 1000): Replica => ['missing', 0, request];
const unready = (usage = 0, request = 1000): Replica => ['unready', usage, request];

/** The sums over a list of replicas. */
function seen(replicas: readonly Replica[]): MeasuredReplicas {
  const of = (wanted: Group) => replicas.filter(([group]) => group === wanted);
  const requests = (wanted: Group) => of(wanted).reduce((sum, [, , request]) => sum + request, 0);
  return {
    ready: of('ready').length,
    usage: of('ready').reduce((sum, [, usage]) => sum + usage, 0),
    request: requests('ready'),
    missing: of('missing').length,
    missingRequest: requests('missing'),
    unready: of('unready').length,
    unreadyRequest: requests('unready'),
    requestless: replicas.filter(([, , request]) => request === 0).length,
  };
}

describe('by utilisation', () => {
  test('3 ready, 300, 500 and 700 of 1000, target 30 %: ceil(3 x 50/30) = 5', () => {
    // U = trunc(1500 * 100 / 3000) = 50; ratio 50/30 = 1.667; ceil(1.667 * 3) = ceil(5.0) = 5.
    const proposal = proposeByUtilisation('cpu', seen([ready(300), ready(500), ready(700)]), 3, 30, TENTH);
    expect(proposal).toEqual({ replicas: 5, why: 'cpu 50 % of 30 %: ceil(3 x 50/30) = 5' });
  });

  test('4 at 88 % of 80 %: ratio 1.10 is within the tolerance; at 89 % ceil(4 x 89/80) = 5', () => {
    // 88/80 = 1.1 = 1 + 0.1: inclusive. 89/80 = 1.1125; ceil(4.45) = 5.
    const four = (usage: number) => [ready(usage), ready(usage), ready(usage), ready(usage)];
    expect(proposeByUtilisation('cpu', seen(four(880)), 4, 80, TENTH).replicas).toBe(4);
    expect(proposeByUtilisation('cpu', seen(four(890)), 4, 80, TENTH).replicas).toBe(5);
    // The percentage is whole: 889 of 1000 is 88 %.
    expect(proposeByUtilisation('cpu', seen(four(889)), 4, 80, TENTH).replicas).toBe(4);
  });

  test('800, 800 and one without a sample, target 50 %: assumed idle, 53 %, keep 3', () => {
    // U = 80, ratio 1.6 > 1: the missing one counts 0 of 1000; U = trunc(160000/3000) = 53; 1.06 is within 0.1.
    const proposal = proposeByUtilisation('cpu', seen([ready(800), ready(800), missing()]), 3, 50, TENTH);
    expect(proposal.replicas).toBe(3);
    expect(proposal.why).toBe('cpu 80 % of 50 %, 53 % with 1 assumed idle: within 10 %, keep 3');
  });

  test('100, 100 and one without a sample, target 50 %: assumed busy, ceil(3 x 40/50) = 3', () => {
    // U = 10, ratio 0.2 < 1: the missing one counts 1000 of 1000; U = trunc(120000/3000) = 40; ratio 0.8; ceil(2.4) = 3.
    const proposal = proposeByUtilisation('cpu', seen([ready(100), ready(100), missing()]), 3, 50, TENTH);
    expect(proposal.replicas).toBe(3);
    expect(proposal.why).toContain('40 % with 1 assumed busy: ceil(3 x 40/50) = 3');
  });

  test('what is missing is assumed to use the target where that is above its request', () => {
    // Target 150 %: U = 20, ratio 0.133; assumed 1500 of 1000; U = trunc((200 + 200 + 1500) / 30) = 63; ceil(3 * 0.42) = 2.
    expect(proposeByUtilisation('cpu', seen([ready(200), ready(200), missing()]), 3, 150, TENTH).replicas).toBe(2);
  });

  test('replicas that are not ready count as idle when growing and not at all when shrinking', () => {
    // 2 ready at 90 %, target 30 %: ratio 3; with 2 unready at 0: U = trunc(180000/4000) = 45; ratio 1.5; ceil(4 * 1.5) = 6.
    const up = proposeByUtilisation('cpu', seen([ready(900), ready(900), unready(900), unready(900)]), 4, 30, TENTH);
    expect(up.replicas).toBe(6);
    // At 10 % of 50 %: ratio 0.2 over the 2 ready ones: ceil(0.4) = 1.
    expect(proposeByUtilisation('cpu', seen([ready(100), ready(100), unready(900)]), 3, 50, TENTH).replicas).toBe(1);
  });

  test('an assumption that turns the direction means: keep', () => {
    // U = 60 of 50: 1.2; one idle: U = 40, ratio 0.8: the other side.
    const flips = proposeByUtilisation('cpu', seen([ready(600), ready(600), missing()]), 3, 50, TENTH);
    expect(flips).toMatchObject({ replicas: 3 });
    expect(flips.why).toContain('other side');
  });

  test('a proposal against its own direction means: keep', () => {
    // Current 10 but only 2 measured at 80 of 50 and 1 unready: U = 160000/3000 = 53 is within; with target 40: 1.325,
    // ceil(3 * 1.325) = 4 < 10 although the ratio says grow.
    const proposal = proposeByUtilisation('cpu', seen([ready(800), ready(800), unready()]), 10, 40, TENTH);
    expect(proposal.replicas).toBe(10);
    expect(proposal.why).toContain('ceil(3 x 53/40) = 4, the wrong way, keep 10');
  });

  test('without a request, or without any sample, it cannot say', () => {
    expect(proposeByUtilisation('cpu', seen([ready(100), ready(100, 0)]), 2, 50, TENTH).replicas).toBeUndefined();
    expect(proposeByUtilisation('cpu', seen([missing(), unready()]), 2, 50, TENTH).replicas).toBeUndefined();
    expect(proposeByUtilisation('cpu', seen([]), 2, 50, TENTH).replicas).toBeUndefined();
  });
});

test('by total: ceil(total / target), unless total / (target x replicas) is within the tolerance', () => {
  // 1000 requests/s of 100 each over 9: ratio 1.11, ceil(10) = 10. Over 10: ratio 1.
  expect(proposeByTotal('requests/s', 1000, 9, 9, 100, TENTH).replicas).toBe(10);
  expect(proposeByTotal('requests/s', 1000, 10, 10, 100, TENTH).replicas).toBe(10);
  expect(proposeByTotal('requests/s', 1090, 10, 10, 100, TENTH).replicas).toBe(10);
  expect(proposeByTotal('requests/s', 0, 0, 0, 100, TENTH).replicas).toBe(0);
  expect(proposeByTotal('requests/s', NaN, 3, 3, 100, TENTH).replicas).toBeUndefined();
});
