import { describe, expect, test } from 'vitest';
import { matchesNodeRequirement, matchesNodeTerms } from './node-selector.ts';
import type { NodeSelectorRequirement, NodeSelectorTerm } from './pod.ts';

const term = (fields: Partial<NodeSelectorTerm>): NodeSelectorTerm => ({
  matchExpressions: [],
  matchFields: [],
  ...fields,
});
const asks = (operator: NodeSelectorRequirement['operator'], value: string | undefined, ...values: string[]) =>
  matchesNodeRequirement({ key: 'k', operator, values }, value);

describe('node selectors', () => {
  test('no terms ask for nothing; an empty list and an empty term pick nothing', () => {
    expect(matchesNodeTerms(undefined, {}, 'n1')).toBe(true);
    expect(matchesNodeTerms([], {}, 'n1')).toBe(false);
    expect(matchesNodeTerms([term({})], {}, 'n1')).toBe(false);
  });

  test('terms are alternatives, what is in one is all asked for', () => {
    const ssd = { key: 'disk', operator: 'In', values: ['ssd'] } as const;
    const zone = { key: 'zone', operator: 'NotIn', values: ['a'] } as const;
    const name = { key: 'metadata.name', operator: 'In', values: ['n1'] } as const;
    expect(matchesNodeTerms([term({ matchExpressions: [ssd, zone] })], { disk: 'ssd' }, 'n2')).toBe(true);
    expect(matchesNodeTerms([term({ matchExpressions: [ssd, zone] })], { disk: 'ssd', zone: 'a' }, 'n2')).toBe(false);
    const either = [term({ matchExpressions: [ssd] }), term({ matchFields: [name] })];
    expect(matchesNodeTerms(either, {}, 'n1')).toBe(true);
    expect(matchesNodeTerms(either, {}, 'n2')).toBe(false);
    expect(matchesNodeTerms([term({ matchExpressions: [ssd], matchFields: [name] })], {}, 'n1')).toBe(false);
  });

  test('every operator', () => {
    expect([asks('In', 'a', 'a', 'b'), asks('In', 'c', 'a', 'b'), asks('In', undefined, 'a')]).toEqual([
      true,
      false,
      false,
    ]);
    expect([asks('NotIn', 'a', 'a'), asks('NotIn', 'c', 'a'), asks('NotIn', undefined, 'a')]).toEqual([
      false,
      true,
      true,
    ]);
    expect([asks('Exists', ''), asks('Exists', undefined)]).toEqual([true, false]);
    expect([asks('DoesNotExist', ''), asks('DoesNotExist', undefined)]).toEqual([false, true]);
    expect([asks('Gt', '5', '4'), asks('Gt', '4', '4'), asks('Gt', '10', '9')]).toEqual([true, false, true]);
    expect([asks('Lt', '5', '4'), asks('Lt', '-7', '4'), asks('Lt', undefined, '4')]).toEqual([false, true, false]);
    // Whole numbers of 64 bits only.
    expect([asks('Gt', '5.5', '4'), asks('Gt', '5', '4.5'), asks('Gt', '1e3', '4')]).toEqual([false, false, false]);
    expect(asks('Gt', '9007199254740993', '9007199254740992')).toBe(true);
    expect(asks('Gt', '9223372036854775808', '1')).toBe(false);
  });
});
