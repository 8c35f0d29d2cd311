import { describe, expect, test } from 'vitest';
import { fc } from '../../../../../test/fuzz.ts';
import type { Constraint, ConstraintOperator } from './app-spec.ts';
import { groupCounts, meetsConstraint, type PlacedInstance } from './constraints.ts';
import { selectToKill, type KillCandidate } from './kill-selection.ts';
import { agentAt } from './marathon-fixture.ts';

const rule = (field: string, operator: ConstraintOperator, value = ''): Constraint => ({ field, operator, value });
const at = (zones: readonly string[], desired: number): PlacedInstance[] =>
  zones.map((zone, k) => ({ attributes: agentAt(`h${k}`, zone, { rack: zone }), desired }));

describe('spec section 8, GROUP_BY 3 of 7 instances (2 each, remainder 1)', () => {
  const groupBy = rule('@zone', 'GROUP_BY', '3');
  const some = at(['z1', 'z1', 'z2', 'z2', 'z3'], 7);

  test('counts 2, 2, 1: z3 may, and z1 may because the remainder is not used yet', () => {
    expect(meetsConstraint(groupBy, agentAt('h', 'z3'), some)).toBe(true);
    expect(meetsConstraint(groupBy, agentAt('h', 'z1'), some)).toBe(true);
  });

  test('after z1 has 3, z2 is refused and z3 is not', () => {
    const more = [...some, ...at(['z1'], 7)];
    expect(meetsConstraint(groupBy, agentAt('h', 'z2'), more)).toBe(false);
    expect(meetsConstraint(groupBy, agentAt('h', 'z3'), more)).toBe(true);
  });

  test('a fourth zone is refused', () => {
    expect(meetsConstraint(groupBy, agentAt('h', 'z4'), some)).toBe(false);
  });
});

test('Constraints.scala: every operator but UNLIKE fails without the attribute', () => {
  for (const operator of ['UNIQUE', 'CLUSTER', 'GROUP_BY', 'LIKE', 'MAX_PER', 'IS'] as const)
    expect(meetsConstraint(rule('disk', operator, '1'), agentAt('h'), []), operator).toBe(false);
  expect(meetsConstraint(rule('disk', 'UNLIKE', 'ssd'), agentAt('h'), [])).toBe(true);
});

test('UNIQUE, CLUSTER, LIKE, UNLIKE, MAX_PER and IS', () => {
  const placed = at(['a', 'b', 'b'], 5);
  const holds = (operator: ConstraintOperator, value: string, rack: string, there = placed): boolean =>
    meetsConstraint(rule('rack', operator, value), agentAt('x', '', { rack }), there);
  expect([holds('UNIQUE', '', 'a'), holds('UNIQUE', '', 'c')]).toEqual([false, true]);
  expect([holds('CLUSTER', 'c', 'c'), holds('CLUSTER', 'c', 'a')]).toEqual([true, false]);
  expect([holds('CLUSTER', '', 'b'), holds('CLUSTER', '', 'c'), holds('CLUSTER', '', 'c', [])]).toEqual([
    true,
    false,
    true,
  ]);
  expect([holds('LIKE', 'rack-[1-3]', 'rack-2'), holds('LIKE', 'rack-[1-3]', 'rack-22')]).toEqual([true, false]);
  expect([holds('UNLIKE', 'rack-[1-3]', 'rack-2'), holds('UNLIKE', 'rack-[1-3]', 'rack-7')]).toEqual([false, true]);
  expect([holds('MAX_PER', '2', 'b'), holds('MAX_PER', '2', 'a')]).toEqual([false, true]);
  expect([holds('IS', '4.0004', '4.0001'), holds('IS', '4.001', '4.002'), holds('IS', 'ssd', 'ssd')]).toEqual([
    true,
    false,
    true,
  ]);
});

test('property: instances placed one by one under GROUP_BY n in n groups end at most one apart, and all are placed', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.nat(4), { minLength: 400, maxLength: 400 }),
      (groups, desired, offers) => {
        const placed: PlacedInstance[] = [];
        for (const offer of offers) {
          const agent = agentAt('h', `z${offer % groups}`);
          if (placed.length < desired && meetsConstraint(rule('@zone', 'GROUP_BY', String(groups)), agent, placed))
            placed.push({ attributes: agent, desired });
        }
        const counts = [...groupCounts('@zone', placed).values()];
        expect(placed).toHaveLength(desired);
        if (desired >= groups) expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      },
    ),
  );
});

describe('what is killed first', () => {
  const one = (id: number, stage: KillCandidate['stage'], sinceUs: number, zone = ''): KillCandidate => ({
    id,
    stage,
    sinceUs,
    attributes: agentAt(`h${id}`, zone),
  });
  const ids = (chosen: readonly KillCandidate[]): number[] => chosen.map(({ id }) => id);

  test('unreachable, staging, starting, running; of running ones the youngest, or the oldest', () => {
    const all = [
      one(1, 'running', 10),
      one(2, 'running', 20),
      one(3, 'starting', 5),
      one(4, 'staging', 30),
      one(5, 'unreachable', 1),
    ];
    expect(ids(selectToKill(all, 4, [], 'YOUNGEST_FIRST'))).toEqual([5, 4, 3, 2]);
    expect(ids(selectToKill(all, 4, [], 'OLDEST_FIRST'))).toEqual([5, 4, 3, 1]);
  });

  test('with GROUP_BY the largest group gives first', () => {
    const all = [
      one(1, 'running', 1, 'a'),
      one(2, 'running', 2, 'a'),
      one(3, 'running', 3, 'a'),
      one(4, 'running', 9, 'b'),
    ];
    expect(ids(selectToKill(all, 2, [rule('@zone', 'GROUP_BY', '2')], 'YOUNGEST_FIRST'))).toEqual([3, 2]);
  });
});
