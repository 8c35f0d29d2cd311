import { describe, expect, it } from 'vitest';
import { fc } from '../../../../test/fuzz.ts';
import { zoneKey } from '../objects/node-labels.ts';
import { type Backoff, grownBackoff, pullBackoffUs, restartUs } from './crash-backoff.ts';
import { probe } from './node-fixture.ts';
import { NODE_DEFAULTS } from './node-options.ts';
import { failureUs, type ProbeMoment, successUs } from './probe-times.ts';
import { stopPlan } from './stop-plan.ts';
import { lastTick, nextTick } from './ticks.ts';
import { EvictionLimiter, evictionRate, zoneState } from './zone-disruption.ts';

describe('backoff', () => {
  it('of crashes is 0, 10, 20, 40, 80, 160, 300, 300 s', () => {
    const waits: number[] = [];
    let backoff: Backoff | undefined;
    let nowUs = 0;
    for (let k = 0; k < 8; k++) {
      const finishedUs = nowUs;
      nowUs = restartUs(backoff, finishedUs);
      waits.push((nowUs - finishedUs) / 1e6);
      backoff = grownBackoff(backoff, finishedUs, nowUs);
    }
    expect(waits).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
  });

  it('is forgotten after a run of more than ten minutes, not of ten', () => {
    const backoff = { delayUs: 160e6, sinceUs: 0 };
    expect(restartUs(backoff, 600e6)).toBe(760e6);
    expect(restartUs(backoff, 600e6 + 1)).toBe(600e6 + 1);
    expect(grownBackoff(backoff, 600e6 + 1, 600e6 + 1)).toEqual({ delayUs: 10e6, sinceUs: 600e6 + 1 });
  });

  it('of image pulls is 10, 20, 40, 80, 160, 300, 300 s', () => {
    expect([1, 2, 3, 4, 5, 6, 20].map((n) => pullBackoffUs(n) / 1e6)).toEqual([10, 20, 40, 80, 160, 300, 300]);
  });
});

describe('probe times', () => {
  it('are those of a worker that asks every period', () => {
    fc.assert(
      fc.property(
        fc.record({
          period: fc.integer({ min: 1, max: 20 }),
          delay: fc.integer({ min: 0, max: 30 }),
          success: fc.integer({ min: 1, max: 3 }),
          failure: fc.integer({ min: 1, max: 5 }),
          anchor: fc.integer({ min: 0, max: 20 }),
          started: fc.integer({ min: 0, max: 20 }),
          seen: fc.integer({ min: 0, max: 3 }),
          answers: fc.integer({ min: 0, max: 100 }),
        }),
        ({ period, delay, success, failure, anchor, started, seen, answers }) => {
          const spec = probe({
            periodSeconds: period,
            initialDelaySeconds: delay,
            successThreshold: success,
            failureThreshold: failure,
          });
          const fromUs = (started + seen) * 1e6;
          const moment: ProbeMoment = {
            anchorUs: anchor * 1e6,
            fromUs,
            startedUs: started * 1e6,
            answersUs: answers * 1e6,
          };
          // Every single probe.
          let inRow = 0;
          let failed = Infinity;
          let ready = Infinity;
          let last: boolean | undefined;
          for (let second = anchor; second < 400 && ready === Infinity; second += period) {
            if (second < started + seen || second - started < delay) continue;
            const answer = second >= answers;
            inRow = answer === last ? inRow + 1 : 1;
            last = answer;
            if (!answer && inRow === failure) failed = Math.min(failed, second);
            if (answer && inRow === success) ready = second;
          }
          expect(successUs(spec, moment)).toBe(ready * 1e6);
          expect(failureUs(spec, moment)).toBe(failed === Infinity ? Infinity : failed * 1e6);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('detect a hang within (h - 1) and h intervals, as for every check (failures.md 3)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60_000 }), (hangMs) => {
        const moment = { anchorUs: 0, fromUs: hangMs * 1000, startedUs: 0, answersUs: Infinity };
        const detectedUs = failureUs(probe(), moment) - hangMs * 1000;
        expect(detectedUs).toBeGreaterThanOrEqual(20e6);
        expect(detectedUs).toBeLessThan(30e6);
      }),
    );
  });
});

describe('ticks', () => {
  it('are next and last around any time', () => {
    expect([nextTick(3, 10, 3), nextTick(3, 10, 4), nextTick(3, 10, 0)]).toEqual([3, 13, 3]);
    expect([lastTick(3, 10, 13), lastTick(3, 10, 12), lastTick(3, 10, 0)]).toEqual([13, 3, -7]);
  });
});

describe('the end of containers', () => {
  const one = (preStop: number, stop: number) => ({ preStopUs: preStop * 1e6, stopUs: stop * 1e6 });
  const ends = (grace: number, mains: [number, number][], sidecars: [number, number][] = []) => {
    const plan = stopPlan(
      100e6,
      grace,
      mains.map(([a, b]) => one(a, b)),
      sidecars.map(([a, b]) => one(a, b)),
    );
    return [...plan.containers, ...plan.sidecars].map(
      ({ endUs, killed }) => `${endUs / 1e6 - 100}${killed ? ' killed' : ''}`,
    );
  };

  it('comes after the hook and SIGTERM, within the grace', () => {
    expect(
      ends(30, [
        [0, 5],
        [10, 5],
        [10, 25],
        [28.5, 9],
        [40, 9],
      ]),
    ).toEqual(['5', '15', '30 killed', '30.5 killed', '32 killed']);
  });

  it('comes for sidecars last, in reverse order, and out of the same grace', () => {
    // Mains end at 10; the last sidecar at 12, then the first.
    expect(
      ends(
        30,
        [[0, 10]],
        [
          [0, 3],
          [0, 2],
        ],
      ),
    ).toEqual(['10', '15', '12']);
    // Mains take all the grace: 2 s are left for each sidecar.
    expect(
      ends(
        30,
        [[0, 99]],
        [
          [0, 99],
          [0, 99],
        ],
      ),
    ).toEqual(['30 killed', '34 killed', '32 killed']);
  });

  it('is at once without grace', () => {
    expect(ends(0, [[5, 5]], [[5, 5]])).toEqual(['0 killed', '0 killed']);
  });
});

describe('zones', () => {
  it('are partly disrupted from 55 % and three nodes on, fully when no node is ready', () => {
    const state = (ready: number, notReady: number) => zoneState(ready, notReady, 0.55);
    expect(state(10, 0)).toBe('Normal');
    expect(state(1, 2)).toBe('Normal');
    expect(state(2, 3)).toBe('PartialDisruption');
    // 11 of 20 is 55 %, 6 of 11 is 54.5 %.
    expect(state(9, 11)).toBe('PartialDisruption');
    expect(state(5, 6)).toBe('Normal');
    expect(state(0, 1)).toBe('FullDisruption');
    expect(state(0, 0)).toBe('Normal');
  });

  it('have a rate of 0.1, 0.01 or no nodes a second', () => {
    const rate = (state: Parameters<typeof evictionRate>[0], nodes: number) =>
      evictionRate(state, nodes, NODE_DEFAULTS);
    expect([rate('Normal', 10), rate('FullDisruption', 10)]).toEqual([0.1, 0.1]);
    expect([rate('PartialDisruption', 50), rate('PartialDisruption', 51)]).toEqual([0, 0.01]);
  });

  it('are told apart by region and zone', () => {
    const zone = (region: string, name: string) =>
      zoneKey({ 'topology.kubernetes.io/region': region, 'topology.kubernetes.io/zone': name });
    expect(new Set([zone('r', 'a'), zone('r', 'b'), zone('s', 'a'), zoneKey({})]).size).toBe(4);
  });

  it('let one node through at once and the next when the rate allows', () => {
    const limiter = new EvictionLimiter(0.1, 0);
    expect([limiter.accepts(0), limiter.accepts(0), limiter.accepts(9_999_999)]).toEqual([true, false, false]);
    expect(limiter.nextUs(9_999_999)).toBe(10_000_000);
    expect(limiter.accepts(10_000_000)).toBe(true);
    // An empty one begins the new rate empty.
    limiter.swap(0.01, 10_000_000);
    expect(limiter.nextUs(10_000_000)).toBe(110_000_000);
    limiter.swap(0, 10_000_000);
    expect(limiter.nextUs(10_000_000)).toBe(Infinity);
  });
});
