import { describe, expect, test } from 'vitest';
import { stream } from '../random.ts';
import { cpuShares, type CpuClaim } from './cpu-shares.ts';

const claim = (wantsMilli: number, weight: number, limitMilli = Infinity): CpuClaim => ({
  wantsMilli,
  limitMilli,
  weight,
});

describe('the CPU of a node', () => {
  test('is enough: everyone gets what it wants, up to its limit', () => {
    expect(cpuShares(4000, [claim(1000, 500), claim(2000, 100)])).toEqual([1, 1]);
    expect(cpuShares(4000, [claim(2000, 500, 500), claim(2000, 100)])).toEqual([0.25, 1]);
  });

  test('is short: in proportion to requests, and what one leaves goes to the others', () => {
    // 4 cores, weights 3 : 1: 3000 and 1000 of the 4000 that each wants.
    expect(cpuShares(4000, [claim(4000, 3000), claim(4000, 1000)])).toEqual([0.75, 0.25]);
    // The first wants 1000 of its 3000; the other two share 3000 equally.
    expect(cpuShares(4000, [claim(1000, 3000), claim(3000, 500), claim(3000, 500)])).toEqual([1, 0.5, 0.5]);
  });

  test('nothing wanted is nothing missed', () => {
    expect(cpuShares(1000, [claim(0, 100), claim(2000, 100)])).toEqual([1, 0.5]);
  });

  test('never gives away more than there is, and wastes nothing that is wanted', () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = stream(seed, 'claims');
      const claims = Array.from({ length: 1 + random.below(8) }, () =>
        claim(random.below(4000), random.below(2000), random.next() < 0.3 ? 1 + random.below(2000) : Infinity),
      );
      const capacity = 1 + random.below(8000);
      const given = cpuShares(capacity, claims).map((share, k) => share * claims[k].wantsMilli);
      const total = given.reduce((sum, milli) => sum + milli, 0);
      const wanted = claims.reduce((sum, one) => sum + Math.min(one.wantsMilli, one.limitMilli), 0);
      expect(total, `seed ${seed}`).toBeCloseTo(Math.min(capacity, wanted), 6);
    }
  });
});
