import { describe, expect, test } from 'vitest';
import { fc } from '../../../test/fuzz.ts';
import { stream } from '../../sim/random.ts';
import type { ProbeSpec } from './data-plane.ts';
import { ProbeCourse, type Verdict } from './probe-course.ts';

const S = 1e6;

/** From `atUs` on this share of probes fails. */
interface Truth {
  readonly atUs: number;
  readonly lossShare: number;
}

interface Case {
  readonly spec: ProbeSpec;
  readonly fromUs: number;
  readonly startedUs: number;
  readonly first: number;
  readonly truths: readonly Truth[];
  readonly endUs: number;
}

/** The fate of each probe, some of them lost by a share of 0.5 and some not. */
const draw = (probe: number): number => ((probe * 7919 + 13) % 101) / 101;

/** One probe after the other, each looking up what was so just before it asked. */
function probeByProbe({ spec, fromUs, startedUs, first, truths, endUs }: Case): Verdict[] {
  const verdicts: Verdict[] = [];
  let healthy: boolean | undefined;
  let hasSucceeded = false;
  let successes = 0;
  let failures = 0;
  let probe = 0;
  for (let atUs = Math.max(fromUs, startedUs) + spec.firstAfterUs; atUs <= endUs; atUs += spec.intervalUs) {
    let lossShare = first;
    for (const truth of truths) if (truth.atUs < atUs) ({ lossShare } = truth);
    if (draw(probe++) >= lossShare) {
      hasSucceeded = true;
      failures = 0;
      if (++successes >= spec.rise && healthy !== true) verdicts.push({ atUs, healthy: (healthy = true) });
    } else {
      successes = 0;
      if (!hasSucceeded && atUs < startedUs + spec.graceUs) continue;
      const knownUs = atUs + Math.min(spec.timeoutUs, spec.intervalUs);
      if (++failures >= spec.fall && healthy !== false) verdicts.push({ atUs: knownUs, healthy: (healthy = false) });
    }
  }
  return verdicts.filter((verdict) => verdict.atUs <= endUs);
}

/** The same by computed times: the course is looked at only when the truth changes or a verdict is due. */
function byComputedTimes({ spec, fromUs, startedUs, first, truths, endUs }: Case): {
  verdicts: Verdict[];
  looks: number;
} {
  const verdicts: Verdict[] = [];
  let looks = 0;
  const course = new ProbeCourse(spec, fromUs, startedUs, first, draw);
  const changes = truths.filter(({ atUs }) => atUs <= endUs);
  let at = 0;
  for (;;) {
    const changeUs = changes[at]?.atUs ?? Infinity;
    const nowUs = Math.min(course.nextUs, changeUs);
    if (nowUs > endUs) return { verdicts, looks };
    looks++;
    if (changeUs <= nowUs) {
      course.change(changeUs, changes[at++].lossShare);
      continue;
    }
    const verdict = course.take(nowUs);
    if (verdict !== undefined) verdicts.push(verdict);
  }
}

const specs = fc.record({
  firstAfterUs: fc.nat(12),
  intervalUs: fc.integer({ min: 1, max: 12 }),
  timeoutUs: fc.nat(14),
  rise: fc.integer({ min: 1, max: 4 }),
  fall: fc.integer({ min: 1, max: 4 }),
  graceUs: fc.nat(40),
  isRemote: fc.boolean(),
});
const cases = fc
  .record({
    spec: specs,
    fromUs: fc.nat(20),
    startedUs: fc.nat(20),
    first: fc.constantFrom(0, 0.5, 1),
    steps: fc.array(fc.tuple(fc.nat(30), fc.constantFrom(0, 0.2, 0.5, 1)), { maxLength: 12 }),
    endUs: fc.integer({ min: 0, max: 300 }),
  })
  .map(({ steps, ...rest }): Case => {
    let atUs = Math.max(rest.fromUs, rest.startedUs);
    const truths = steps.map(([step, lossShare]) => ({ atUs: (atUs += step), lossShare }));
    return { ...rest, truths };
  });

describe('the times of verdicts', () => {
  test('are those of asking probe by probe, whatever happens when', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { verdicts, looks } = byComputedTimes(one);
        expect(verdicts).toEqual(probeByProbe(one));
        expect(looks).toBeLessThanOrEqual(one.truths.length + verdicts.length + 1);
      }),
      { numRuns: 2000 },
    );
  });

  const spec: ProbeSpec = {
    firstAfterUs: 0,
    intervalUs: 30 * S,
    timeoutUs: 5 * S,
    rise: 1,
    fall: 3,
    graceUs: 0,
    isRemote: true,
  };

  test('a failure is known after (h-1)I+timeout to hI+timeout (failures.md section 3)', () => {
    let least = Infinity;
    let most = 0;
    for (let phase = 0; phase < 30; phase++) {
      const course = new ProbeCourse(spec, 0, 0, 0);
      const failsUs = (300 + phase) * S;
      expect(course.take(0)).toEqual({ atUs: 0, healthy: true });
      course.change(failsUs, 1);
      least = Math.min(least, course.nextUs - failsUs);
      most = Math.max(most, course.nextUs - failsUs);
    }
    // Fails just after a probe: three more of 30 s and the timeout; just before one: two.
    expect([least, most]).toEqual([(2 * 30 + 1 + 5) * S, (3 * 30 + 5) * S]);
  });

  test('of n probes in a row that a machine may lose, the chance that all are is share^n (failures.md section 3)', () => {
    let unhealthy = 0;
    for (let seed = 0; seed < 2000; seed++) {
      const random = stream(seed, 'probes');
      const drawn = Array.from({ length: 3 }, () => random.next());
      const course = new ProbeCourse(spec, 0, 0, 0.6, (probe) => drawn[probe] ?? 0.99);
      if (course.nextUs === 65 * S && course.take(65 * S)?.healthy === false) unhealthy++;
    }
    // 0.6^3 = 0.216, give or take three deviations.
    expect(Math.abs(unhealthy / 2000 - 0.216)).toBeLessThan(0.028);
  });

  test('a process that boots within its grace is healthy at the first probe that it answers', () => {
    const course = new ProbeCourse({ ...spec, intervalUs: 10 * S, graceUs: 60 * S }, 0, 0, 1);
    // Without any answer the probes at 60, 70 and 80 s are the first that count.
    expect(course.nextUs).toBe(85 * S);
    course.change(41 * S, 0);
    expect(course.nextUs).toBe(50 * S);
    expect(course.take(50 * S)).toEqual({ atUs: 50 * S, healthy: true });
    // It has succeeded once: from then on failures count, grace or not.
    course.change(51 * S, 1);
    expect(course.nextUs).toBe(85 * S);
  });
});
