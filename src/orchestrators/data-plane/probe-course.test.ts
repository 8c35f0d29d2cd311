import { describe, expect, test } from 'vitest';
import { fc } from '../../../test/fuzz.ts';
import type { ProbeSpec } from './data-plane.ts';
import { ProbeCourse, type Verdict } from './probe-course.ts';

const S = 1e6;

/** From `atUs` on probes succeed, or not. */
interface Truth {
  readonly atUs: number;
  readonly good: boolean;
}

interface Case {
  readonly spec: ProbeSpec;
  readonly fromUs: number;
  readonly startedUs: number;
  readonly first: boolean;
  readonly truths: readonly Truth[];
  readonly endUs: number;
}

/** One probe after the other, each looking up what was so just before it asked. */
function probeByProbe({ spec, fromUs, startedUs, first, truths, endUs }: Case): Verdict[] {
  const verdicts: Verdict[] = [];
  let healthy: boolean | undefined;
  let hasSucceeded = false;
  let successes = 0;
  let failures = 0;
  for (let atUs = Math.max(fromUs, startedUs) + spec.firstAfterUs; atUs <= endUs; atUs += spec.intervalUs) {
    let good = first;
    for (const truth of truths) if (truth.atUs < atUs) ({ good } = truth);
    if (good) {
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
  const course = new ProbeCourse(spec, fromUs, startedUs, first);
  const changes = truths.filter(({ atUs }) => atUs <= endUs);
  let at = 0;
  for (;;) {
    const changeUs = changes[at]?.atUs ?? Infinity;
    const nowUs = Math.min(course.nextUs, changeUs);
    if (nowUs > endUs) return { verdicts, looks };
    looks++;
    if (changeUs <= nowUs) {
      course.change(changeUs, changes[at++].good);
      continue;
    }
    const verdict = course.take(nowUs);
    if (verdict === undefined) throw new Error('nothing was due');
    verdicts.push(verdict);
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
    first: fc.boolean(),
    steps: fc.array(fc.nat(30), { maxLength: 12 }),
    endUs: fc.integer({ min: 0, max: 300 }),
  })
  .map(({ steps, ...rest }): Case => {
    let atUs = Math.max(rest.fromUs, rest.startedUs);
    const truths = steps.map((step, k) => ({ atUs: (atUs += step), good: (k % 2 === 0) !== rest.first }));
    return { ...rest, truths };
  });

describe('the times of verdicts', () => {
  test('are those of asking probe by probe, whatever happens when', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { verdicts, looks } = byComputedTimes(one);
        expect(verdicts).toEqual(probeByProbe(one));
        expect(looks).toBeLessThanOrEqual(one.truths.length + verdicts.length);
      }),
      { numRuns: 5000 },
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
      const course = new ProbeCourse(spec, 0, 0, true);
      const failsUs = (300 + phase) * S;
      expect(course.take(0)).toEqual({ atUs: 0, healthy: true });
      course.change(failsUs, false);
      least = Math.min(least, course.nextUs - failsUs);
      most = Math.max(most, course.nextUs - failsUs);
    }
    // Fails just after a probe: three more of 30 s and the timeout; just before one: two.
    expect([least, most]).toEqual([(2 * 30 + 1 + 5) * S, (3 * 30 + 5) * S]);
  });

  test('a process that boots within its grace is healthy at the first probe that it answers', () => {
    const course = new ProbeCourse({ ...spec, intervalUs: 10 * S, graceUs: 60 * S }, 0, 0, false);
    // Without any answer the probes at 60, 70 and 80 s are the first that count.
    expect(course.nextUs).toBe(85 * S);
    course.change(41 * S, true);
    expect(course.nextUs).toBe(50 * S);
    expect(course.take(50 * S)).toEqual({ atUs: 50 * S, healthy: true });
    // It has succeeded once: from then on failures count, grace or not.
    course.change(51 * S, false);
    expect(course.nextUs).toBe(85 * S);
  });
});
