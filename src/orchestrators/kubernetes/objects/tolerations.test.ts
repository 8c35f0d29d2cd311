import { describe, expect, test } from 'vitest';
import type { Taint } from './node.ts';
import type { Toleration } from './pod.ts';
import { tolerates, untoleratedPreferences, untoleratedTaint } from './tolerations.ts';

const toleration = (fields: Partial<Toleration>): Toleration => ({
  key: '',
  operator: 'Equal',
  value: '',
  effect: '',
  ...fields,
});
const taint = (key: string, value: string, effect: Taint['effect'] = 'NoSchedule'): Taint => ({ key, value, effect });

test.each([
  ['same key and value', { key: 'a', value: 'x' }, taint('a', 'x'), true],
  ['another value', { key: 'a', value: 'y' }, taint('a', 'x'), false],
  ['another key', { key: 'b', value: 'x' }, taint('a', 'x'), false],
  ['Exists, any value', { key: 'a', operator: 'Exists' }, taint('a', 'x'), true],
  ['Exists without a key: everything', { operator: 'Exists' }, taint('a', 'x', 'NoExecute'), true],
  ['no value is the empty value', { key: 'a' }, taint('a', ''), true],
  ['the effect must be the same', { key: 'a', operator: 'Exists', effect: 'NoExecute' }, taint('a', 'x'), false],
  ['no effect: all effects', { key: 'a', operator: 'Exists' }, taint('a', 'x', 'PreferNoSchedule'), true],
  ['Gt is behind a gate that is off', { key: 'a', operator: 'Gt', value: '1' }, taint('a', '2'), false],
] as const)('%s', (_, fields, of, expected) => {
  expect(tolerates([toleration(fields)], of)).toBe(expected);
});

describe('taints of a node', () => {
  const taints = [
    taint('soft', '', 'PreferNoSchedule'),
    taint('a', 'x'),
    taint('b', 'y', 'NoExecute'),
    taint('softer', '', 'PreferNoSchedule'),
  ];

  test('the first that keeps pods away and is not tolerated', () => {
    expect(untoleratedTaint(taints, [])?.key).toBe('a');
    expect(untoleratedTaint(taints, [toleration({ key: 'a', value: 'x' })])?.key).toBe('b');
    expect(untoleratedTaint(taints, [toleration({ operator: 'Exists' })])).toBeUndefined();
  });

  test('preferences that are not tolerated', () => {
    expect(untoleratedPreferences(taints, [])).toBe(2);
    expect(untoleratedPreferences(taints, [toleration({ key: 'soft', effect: 'PreferNoSchedule' })])).toBe(1);
    // A toleration of another effect does not count.
    expect(untoleratedPreferences(taints, [toleration({ key: 'soft', effect: 'NoSchedule' })])).toBe(2);
  });
});
