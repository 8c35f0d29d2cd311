import { describe, expect, test } from 'vitest';
import { balancerOf, tableOf } from '../../../test/balancer-table.ts';
import { stream } from '../../sim/random.ts';
import type { EndpointTable } from '../../sim/requests/balancing-policy.ts';
import { withDefaults } from '../policy-family.ts';
import { balancingPolicies } from './index.ts';

function someTable(seed: number): EndpointTable {
  const random = stream(seed, 'table');
  return tableOf(
    Array.from({ length: random.below(12) }, () => ({
      weight: random.below(3) === 0 ? 0 : random.below(4) / 2,
      inFlight: random.below(5),
      zone: random.below(3),
    })),
  );
}

const copyOf = ({ count, id, inFlight, weight, zone, hash }: EndpointTable) =>
  structuredClone({ count, id, inFlight, weight, zone, hash });

test('names are unique, and every family says what it does and where it comes from', () => {
  expect(new Set(balancingPolicies.map(({ name }) => name)).size).toBe(balancingPolicies.length);
  for (const { summary, source, options } of balancingPolicies) {
    expect(summary).not.toBe('');
    expect(source).not.toBe('');
    for (const { meaning } of options) expect(meaning).toMatch(/\.$/);
  }
});

describe.each(balancingPolicies)('$name keeps the contract', (family) => {
  test('on 200 random tables it picks who has a weight, nobody when nobody has, and changes nothing', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const table = someTable(seed);
      const before = copyOf(table);
      const balancer = balancerOf(family, table);
      const drawable = table.weight.some((weight) => weight > 0);
      for (let pick = 0; pick < 30; pick++) {
        const at = balancer.pick(table, Math.imul(pick, 0x9e3779b9), (pick % 4) - 1);
        if (drawable) expect(table.weight[at], `seed ${seed}`).toBeGreaterThan(0);
        else expect(at).toBe(-1);
      }
      expect(copyOf(table)).toEqual(before);
    }
  });

  test('the same history and stream give the same picks', () => {
    const history = (): number[] => {
      const table = someTable(7);
      const balancer = balancerOf(family, table);
      return Array.from({ length: 200 }, (_, k) => {
        const at = balancer.pick(table, k * 7919, 0);
        table.inFlight[at] += k % 3;
        return at;
      });
    };
    expect(history()).toEqual(history());
  });

  test('it goes on when endpoints come and go', () => {
    const random = stream(3, 'changes');
    const balancer = balancerOf(family, someTable(1));
    for (let seed = 1; seed < 100; seed++) {
      const table = someTable(seed);
      balancer.changed(table);
      for (let pick = random.below(20); pick > 0; pick--) {
        const at = balancer.pick(table, random.below(2 ** 32) | 0, random.below(4) - 1);
        expect(at).toBeLessThan(table.count);
        if (at >= 0) expect(table.weight[at]).toBeGreaterThan(0);
      }
    }
  });

  test('what it says to read is what it reads', () => {
    const { reads } = family.make(withDefaults(family), family.name);
    const table = tableOf([{ inFlight: 5 }, { inFlight: 1 }, { inFlight: 3 }]);
    let probed = 0;
    const watched: EndpointTable = {
      ...table,
      get inFlight(): Float64Array {
        if (reads !== 'load') throw new Error('it reads loads without saying so');
        return table.inFlight;
      },
      probe: (at) => {
        probed++;
        return table.inFlight[at];
      },
    };
    const balancer = balancerOf(family, watched);
    for (let pick = 0; pick < 20; pick++) balancer.pick(watched, pick, 0);
    if (reads === 'probes') expect(probed).toBeGreaterThan(0);
    else expect(probed).toBe(0);
  });
});
