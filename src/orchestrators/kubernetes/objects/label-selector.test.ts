import { describe, expect, test } from 'vitest';
import { isEmptySelector, matchesLabels, matchesSelector, parseSelectorText, selectorText } from './label-selector.ts';
import type { LabelSelectorRequirement } from './meta.ts';

const one = (key: string, operator: LabelSelectorRequirement['operator'], ...values: string[]) => ({
  matchExpressions: [{ key, operator, values }],
});

describe('label selectors', () => {
  test('none picks nothing, an empty one everything', () => {
    expect(matchesSelector(undefined, { app: 'web' })).toBe(false);
    expect(matchesSelector({}, {})).toBe(true);
    expect(isEmptySelector({ matchLabels: {} })).toBe(true);
    expect(isEmptySelector({ matchLabels: { a: '' } })).toBe(false);
  });

  test('labels and expressions are all asked for', () => {
    const selector = { matchLabels: { app: 'web' }, ...one('tier', 'In', 'a', 'b') };
    expect(matchesSelector(selector, { app: 'web', tier: 'b' })).toBe(true);
    expect(matchesSelector(selector, { app: 'web', tier: 'c' })).toBe(false);
    expect(matchesSelector(selector, { tier: 'b' })).toBe(false);
  });

  test('NotIn and DoesNotExist pick objects without the key', () => {
    expect(matchesSelector(one('tier', 'NotIn', 'a'), {})).toBe(true);
    expect(matchesSelector(one('tier', 'NotIn', 'a'), { tier: 'a' })).toBe(false);
    expect(matchesSelector(one('tier', 'NotIn', 'a'), { tier: 'b' })).toBe(true);
    expect(matchesSelector(one('tier', 'DoesNotExist'), {})).toBe(true);
    expect(matchesSelector(one('tier', 'DoesNotExist'), { tier: '' })).toBe(false);
    expect(matchesSelector(one('tier', 'Exists'), { tier: '' })).toBe(true);
    expect(matchesSelector(one('constructor', 'Exists'), {})).toBe(false);
  });

  test('the text form has every operator', () => {
    const selector = parseSelectorText('a=b, c!=d,e in (x,y), f notin (z),g,!h, i == j');
    expect(selector.matchExpressions).toEqual([
      { key: 'a', operator: 'In', values: ['b'] },
      { key: 'c', operator: 'NotIn', values: ['d'] },
      { key: 'e', operator: 'In', values: ['x', 'y'] },
      { key: 'f', operator: 'NotIn', values: ['z'] },
      { key: 'g', operator: 'Exists', values: [] },
      { key: 'h', operator: 'DoesNotExist', values: [] },
      { key: 'i', operator: 'In', values: ['j'] },
    ]);
    expect(matchesSelector(selector, { a: 'b', e: 'x', g: '', i: 'j' })).toBe(true);
    expect(matchesSelector(selector, { a: 'b', c: 'd', e: 'x', g: '', i: 'j' })).toBe(false);
    expect(parseSelectorText('')).toEqual({ matchExpressions: [] });
    expect(() => parseSelectorText('a in x')).toThrow('cannot read "a in x"');
    expect(selectorText({ matchLabels: { b: '2', a: '1' }, ...one('e', 'NotIn', 'x', 'y') })).toBe(
      'a=1,b=2,e notin (x,y)',
    );
  });

  test('a plain map wants every label', () => {
    expect(matchesLabels({ a: '1' }, { a: '1', b: '2' })).toBe(true);
    expect(matchesLabels({ a: '1' }, { b: '2' })).toBe(false);
    expect(matchesLabels({}, {})).toBe(true);
  });
});
