import { expect, test } from 'vitest';
import { fc } from '../../../../test/fuzz.ts';
import { InputError } from '../../../sim/input-error.ts';
import { evaluateHcl } from './evaluate-hcl.ts';
import type { HclValue } from './hcl-syntax.ts';
import { parseHcl } from './parse-hcl.ts';

const valueOf = (text: string, names: Record<string, HclValue> = {}): HclValue => {
  const [attribute] = parseHcl(`x = ${text}\n`, 'f.hcl').attributes;
  return evaluateHcl(attribute.value, { file: 'f.hcl', names });
};

test.each<[string, HclValue]>([
  ['1 + 2 * 3', 7],
  ['(1 + 2) * 3 % 5', 4],
  ['-2 + 10 / 4', 0.5],
  ['true && !false || false', true],
  ['1 < 2 ? "yes" : "no"', 'yes'],
  ['"a-${1 + 1}-b"', 'a-2-b'],
  ['"${[1, 2]}"', [1, 2]],
  ['"tab\\t\\"quoted\\" \\u00e9 $${kept} %%{kept}"', 'tab\t"quoted" é ${kept} %{kept}'],
  ['"${attr.kernel.name} ${NOMAD_PORT_http}"', '${attr.kernel.name} ${NOMAD_PORT_http}'],
  ['attr.cpu.arch', '${attr.cpu.arch}'],
  ['meta["rack"]', '${meta.rack}'],
  ['{ a = 1, "b" : 2\n c = 3 }', { a: 1, b: 2, c: 3 }],
  ['[for x in [1, 2, 3] : x * 2 if x > 1]', [4, 6]],
  ['{for k, v in { a = 1, b = 2 } : upper(k) => v}', { A: 1, B: 2 }],
  ['[{ n = 1 }, { n = 2 }][*].n', [1, 2]],
  ['join(",", sort(distinct(["b", "a", "b"])))', 'a,b'],
  ['format("%s-%03d", "web", 7)', 'web-007'],
  ['lookup({ a = 1 }, "b", 9)', 9],
  ['merge({ a = 1 }, { b = 2 })', { a: 1, b: 2 }],
  ['try(var.none, "else")', 'else'],
  ['range(3)', [0, 1, 2]],
  ['max(1, 5, 3)', 5],
])('%s', (text, value) => {
  expect(valueOf(text, { var: {} })).toEqual(value);
});

test('heredocs, with and without their indentation; comments of three kinds', () => {
  const body = parseHcl(
    '# one\n// two\n/* three\n lines */\na = <<EOF\n  x ${1 + 1}\n{{ range }}\nEOF\nb = <<-END\n    p\n      q\n    END\n',
    'f.hcl',
  );
  const scope = { file: 'f.hcl', names: {} };
  expect(body.attributes.map(({ value }) => evaluateHcl(value, scope))).toEqual(['  x 2\n{{ range }}\n', 'p\n  q\n']);
  expect(body.attributes.map(({ line }) => line)).toEqual([5, 9]);
});

test('blocks with labels, and one on a single line', () => {
  const body = parseHcl('job "a" {\n  port "db" { to = 6379 }\n  group b {}\n}\n', 'f.hcl');
  expect(body.blocks[0].labels).toEqual(['a']);
  expect(body.blocks[0].body.blocks.map(({ type, labels, line }) => [type, labels, line])).toEqual([
    ['port', ['db'], 2],
    ['group', ['b'], 3],
  ]);
});

test.each([
  ['a = \nb = 1\n', 'f.hcl:1: the line ends where a value was expected'],
  ['job "a" {\n', 'f.hcl:2: the file ends where an attribute, a block or } was expected'],
  ['a = 1\na = 2\n', 'f.hcl:2: "a" is set twice, first in line 1'],
  ['a = "open\n', 'f.hcl:1: a text in quotes has no end on its line'],
  ['a = <<EOF\nx\n', 'f.hcl:1: the heredoc <<EOF has no end'],
  ['\na = [1, 2\nb = 3', 'f.hcl:3: "b" stands where , or ] was expected'],
  ['a = 1 b = 2\n', 'f.hcl:1: "b" stands where a new line was expected'],
  ['a ; b', 'f.hcl:1: cannot read ";" here'],
  ['/* x', 'f.hcl:1: a comment that begins with /* has no end'],
  ['a = "\\q"', 'f.hcl:1: "\\q" is no escape of HCL'],
])('%j is refused with its line', (text, sentence) => {
  expect(() => parseHcl(text, 'f.hcl')).toThrow(InputError);
  expect(() => parseHcl(text, 'f.hcl')).toThrow(sentence);
});

test.each([
  ['var.imge', 'f.hcl:1: there is no variable "imge"; did you mean "image"?'],
  ['joinn(",", [])', 'f.hcl:1: there is no function "joinn"; did you mean "join"?'],
  ['1 / 0', 'f.hcl:1: cannot divide by 0'],
  ['"a" + 1', 'f.hcl:1: "a" is no number'],
  ['[1][3]', 'f.hcl:1: the list has 1 items and none at [3]'],
  ['vra.image', 'f.hcl:1: "vra" is not known here; did you mean "var"?'],
])('%s is refused', (text, sentence) => {
  expect(() => valueOf(text, { var: { image: 'x' } })).toThrow(sentence);
});

test('whatever the text, it is read or refused with a sentence', () => {
  const piece = fc.constantFrom(
    'job',
    ' "a" ',
    '{',
    '}',
    '\n',
    ' = ',
    '"',
    '${',
    '[',
    ']',
    '<<EOF\n',
    'EOF\n',
    '1',
    '? ',
    ': ',
    '.',
    '*',
    '(',
    ')',
    'for ',
    'in ',
    '#',
    '\\',
    ',',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      try {
        parseHcl(pieces.join(''), 'f.hcl');
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        expect((error as Error).message).toMatch(/^f\.hcl:\d+: /);
      }
    }),
    { numRuns: 500 },
  );
  expect(() => parseHcl('a = ' + '['.repeat(5000), 'f.hcl')).toThrow(/deep/);
  expect(() => parseHcl('a {\n'.repeat(5000), 'f.hcl')).toThrow(/deep/);
});
