import { expect, test } from 'vitest';
import { InputError } from '../../sim/input-error.ts';
import { stream } from '../../sim/random.ts';
import { examWorld } from '../contract/exam-world.ts';
import { builtInPlacement, placementPolicies, placementPolicy } from './index.ts';

test('every policy has a name of its own, a summary, a source, and makes what it says', () => {
  expect(new Set(placementPolicies.map((policy) => policy.name)).size).toBe(placementPolicies.length);
  for (const { name, summary, source, create } of placementPolicies) {
    const made = create({ random: stream(1, 'policy'), typicalPods: examWorld(1).typicalPods });
    expect(made).toMatchObject({ name, summary, source });
    expect(placementPolicy(name)).toBe(create);
  }
});

test('power-of-D is known for any sensible D', () => {
  expect(builtInPlacement('power-of-5').name).toBe('power-of-5');
  expect(builtInPlacement('power-of-d').name).toBe('power-of-2');
  expect(() => placementPolicy('power-of-0')).toThrow('write a number from 1 to 1000, for example "power-of-2"');
});

test('an unknown policy is answered with the nearest known one', () => {
  expect(() => placementPolicy('bestfit')).toThrow(InputError);
  expect(() => placementPolicy('bestfit')).toThrow('no placement policy called "bestfit"; did you mean "best-fit"?');
  expect(() => placementPolicy('zzz')).toThrow('known: first-fit, next-fit, best-fit');
});
