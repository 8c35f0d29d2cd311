import { expect, test } from 'vitest';
import { readChoice, type Optioned } from './policy-choice.ts';

const FAMILIES: readonly Optioned[] = [
  {
    name: 'target',
    options: [
      { name: 'cpu', kind: 'share', default: 0.5, minimum: 0.01, maximum: 2, meaning: '' },
      { name: 'wait', kind: 'duration', default: 60e6, minimum: 0, meaning: '' },
      { name: 'steps', kind: 'count', default: 3, minimum: 1, meaning: '' },
      { name: 'mode', kind: 'choice', default: 'calm', choices: ['calm', 'eager'], meaning: '' },
      { name: 'times', kind: 'text', default: '', meaning: '' },
      { name: 'up', kind: 'switch', default: true, meaning: '' },
    ],
  },
  { name: 'fixed', options: [] },
];

const read = (written: unknown) => readChoice(written, FAMILIES, 'scaling policy');

test('all three ways of writing say the same', () => {
  const options = { cpu: 0.6, wait: 30e6, steps: 3, mode: 'eager', times: 'a, b', up: true };
  expect(read('target(cpu=60%, wait=30s, mode=eager, times="a, b")').options).toEqual(options);
  expect(read({ name: 'target', cpu: '60%', wait: '30s', mode: 'eager', times: 'a, b' }).options).toEqual(options);
  expect(read({ name: 'target', cpu: 0.6, wait: 30, mode: 'eager', times: 'a, b' }).options).toEqual(options);
  expect(read('fixed')).toEqual({ name: 'fixed', options: {}, text: 'fixed' });
  expect(read('target( cpu = 60% )').text).toBe('target(cpu=60%)');
});

test.each([
  ['fixd', 'there is no scaling policy called "fixd"; did you mean "fixed"?'],
  ['target(cpus=1)', 'target has no option "cpus"; did you mean "cpu"?'],
  ['target(cpu=500%)', 'cpu of target: "500%" is not between 1% and 200%; write it like 60% or 0.6'],
  ['target(steps=0)', 'steps of target: "0" must be at least 1'],
  ['target(steps=1.5)', 'steps of target: "1.5" is not a whole number; write it like 3'],
  ['target(mode=calmly)', 'mode of target: "calmly" is not one of its values; did you mean "calm"?'],
  ['target(cpu=1, cpu=2)', '"target(cpu=1, cpu=2)" gives "cpu" twice; keep one'],
  [
    'target(cpu=1',
    '"target(cpu=1" has no closing bracket; write it like target(option=value), and in quotes inside a list, where YAML splits it at its commas',
  ],
  ['target(cpu)', 'cannot read "cpu" in "target(cpu)"; write it like target(option=value)'],
  ['fixed(x=1)', 'fixed has no options, and "x" is given; leave it out'],
  [{ cpu: 1 }, 'does not say which scaling policy; add "name: ..."'],
  [{ name: 'target', cpu: [1] }, 'option "cpu" must be one value, not [1]'],
  [7, 'must be the name of a scaling policy, not 7'],
])('%j is refused', (written, sentence) => {
  expect(() => read(written)).toThrow(sentence);
});
