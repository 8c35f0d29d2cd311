import { describe, expect, test } from 'vitest';
import { InputError } from '../../../sim/input-error.ts';
import { fc } from '../../../../test/fuzz.ts';
import { satisfies } from './evaluate-query.ts';
import { epochMsOf } from './iso-time.ts';
import { javaPattern } from './java-pattern.ts';
import { parseQuery } from './parse-query.ts';
import type { Queried } from './query.ts';

const attributes: Record<string, string> = {
  'ecs.instance-type': 't3.large',
  'ecs.availability-zone': 'us-east-1a',
  'ecs.os-type': 'linux',
  stack: 'prod',
};
const instance: Queried = {
  agentConnected: true,
  agentVersion: '1.9.0',
  ec2InstanceId: 'i-abcd1234',
  registeredAtMs: Date.UTC(2018, 5, 18, 22, 28, 28),
  runningTasksCount: 3,
  attribute: (name) => attributes[name],
  hasTaskOf: (group) => group === 'service:web',
};

describe('cluster query language: Developer Guide, cluster-query-language', () => {
  test.each([
    ['attribute:ecs.instance-type == t3.large', true],
    ['attribute:ecs.instance-type == t3.small', false],
    ['attribute:ecs.availability-zone in [us-east-1a, us-east-1b]', true],
    ['attribute:ecs.availability-zone !in [us-east-1a, us-east-1b]', false],
    ['attribute:ecs.availability-zone in [ "us-east-1c" ]', false],
    ['attribute:ecs.instance-type =~ t3.*', true],
    ['attribute:ecs.instance-type =~ g2.*', false],
    ['attribute:ecs.instance-type !~ g2.*', true],
    ['attribute:ecs.instance-type =~ t3', false],
    ['attribute:stack exists', true],
    ['attribute:stack !exists', false],
    ['attribute:gpu !exists', true],
    ['not(attribute:stack == prod)', false],
    ['!(attribute:stack == prod)', false],
    ['not attribute:stack == test and attribute:ecs.os-type == linux', true],
    ['attribute:stack == test or attribute:stack == prod and attribute:ecs.os-type == windows', false],
    ['(attribute:stack == test || attribute:stack == prod) && attribute:ecs.os-type != windows', true],
    ['runningTasksCount < 10', true],
    ['runningTasksCount >= 4', false],
    ['agentVersion > 1.10.0', false],
    ['agentVersion >= 1.9.0', true],
    ['agentConnected == true', true],
    ['ec2InstanceId == i-abcd1234', true],
    ['registeredAt < 2018-06-18T22:28:29+00:00', true],
    ['registeredAt < "2018-06-18"', false],
    ['task:group == service:web', true],
    ['not(task:group == database)', true],
    ['attribute:gpu != none', true],
    ['attribute:gpu > 3', false],
  ])('%s: %s', (expression, holds) => {
    expect(satisfies(parseQuery(expression), instance)).toBe(holds);
  });

  test.each([
    ['', 'subject'],
    ['attribute:', 'no name'],
    ['attribute:a', 'no operator'],
    ['attribute:a =', 'nothing'],
    ['attribute:a == ', 'value is missing'],
    ['atribute:a == b', 'attribute:NAME'],
    ['runningTaskCount < 3', 'runningTasksCount'],
    ['attribute:a in t3', 'list is missing'],
    ['attribute:a in [b', '"," or "]"'],
    ['(attribute:a == b', 'not closed'],
    ['attribute:a == b c', '"and", "or"'],
    ['attribute:a == "b', 'no end'],
    ['attribute:a =~ "[a"', 'not closed'],
    ['attribute:a =~ (?i)a', '(?'],
  ])('%s is refused with a sentence', (expression, words) => {
    expect(() => parseQuery(expression)).toThrow(InputError);
    expect(() => parseQuery(expression)).toThrow(words);
  });

  test('any text is read or refused, never anything else', () => {
    const part = fc.constantFrom(
      'attribute:a',
      '==',
      'in',
      '[',
      ']',
      '(',
      ')',
      'not',
      'and',
      'or',
      '"x"',
      '=~',
      't3.*',
      '!',
      ',',
      'exists',
      '\\',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part, { maxLength: 12 }).map((parts) => parts.join(' ')),
        ),
        (text) => {
          try {
            satisfies(parseQuery(text), instance);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('patterns as Java has them', () => {
  test.each([
    ['t[23]\\.(small|large)', 't3.small', true],
    ['t[23]\\.(small|large)', 't3xsmall', false],
    ['[^a-c]+', 'xyz', true],
    ['[^a-c]+', 'xbz', false],
    ['a{2,3}', 'aaa', true],
    ['a{2,3}', 'aaaa', false],
    ['a{2}', 'aa', true],
    ['^\\w+-\\d*$', 'ab-12', true],
    ['(?:ab)?c', 'c', true],
    ['', '', true],
    ['\\S+', 'a b', false],
  ])('%s on %s: %s', (pattern, text, matches) => {
    expect(javaPattern(pattern)(text)).toBe(matches);
  });

  test('agrees with the engine on patterns that both know, and takes no longer on bad ones', () => {
    const piece = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', 'a*', '(ab|b)+', 'b?', '(a|b){1,2}', '\\w');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 6 }),
        fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 }),
        (pieces, text) => {
          const pattern = pieces.join('');
          expect(javaPattern(pattern)(text)).toBe(new RegExp(`^(?:${pattern})$`).test(text));
        },
      ),
    );
    expect(javaPattern('(a*)*b')('a'.repeat(3000))).toBe(false);
  });
});

test('times by the calendar', () => {
  for (const text of [
    '1970-01-01',
    '2000-02-29T12:34:56.789Z',
    '2024-12-31T23:59:59+02:00',
    '2018-06-18T22:28:28-0530',
  ])
    expect(epochMsOf(text)).toBe(Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')));
  expect(epochMsOf('yesterday')).toBeNaN();
});
