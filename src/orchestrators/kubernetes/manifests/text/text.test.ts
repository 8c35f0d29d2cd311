import { stringify } from 'yaml';
import { describe, expect, test } from 'vitest';
import { fc } from '../../../../../test/fuzz.ts';
import { cutDocuments, type TextPart } from './document-cutter.ts';
import { readDocument } from './manifest-document.ts';
import { readJson } from './plain-json.ts';
import { parsePlainYaml, UNUSUAL } from './plain-yaml.ts';

/** `FUZZ_RUNS=20000` looks harder. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 350);
const part = (text: string, json = false): TextPart => ({ role: 'document', text, json, line: 1, column: 1, item: 0 });
/** What the full parser reads: a list in flow style around nothing forces it, by a comment that changes nothing. */
function full(text: string): unknown {
  try {
    return readDocument(part(`%YAML 1.2\n---\n${text}`), 'x.yaml').data;
  } catch (error) {
    return `fault: ${(error as Error).message}`;
  }
}
const cut = (text: string, size = text.length) => {
  const chunks: string[] = [];
  for (let at = 0; at < text.length; at += size) chunks.push(text.slice(at, at + size));
  return [...cutDocuments(chunks, 'x.yaml')];
};

describe('plain YAML is read as the full parser reads it', () => {
  const scalar = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom('web', 'yes', 'no', '0644', '1e3', '1_000', '', '~', "it's", 'a: b', 'a #b', '- x', '{}', '"q"'),
    fc.constantFrom(true, false, null, 0, -1, 3.25, 1e21),
    fc.constantFrom('line\nline two\n', 'line\n  indented', 'text\n\n', 'a\n\n\nb', ' lead\nx'),
  );
  const key = fc.oneof(
    fc.constantFrom('a', 'b.c/d', 'name', 'items', '-x', 'y'),
    fc.string({ minLength: 1, maxLength: 5 }),
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      scalar,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));
  const options = { schema: 'yaml-1.1', version: '1.2' } as const;

  test('for whatever is written', () => {
    let plain = 0;
    fc.assert(
      fc.property(tree, fc.integer({ min: 1, max: 4 }), (value, indent) => {
        const text = stringify(value, { ...options, indent });
        const fast = parsePlainYaml(text);
        if (fast === UNUSUAL) return;
        plain++;
        expect(fast).toEqual(full(text));
      }),
      { numRuns: RUNS },
    );
    expect(plain).toBeGreaterThan(100);
  });

  test('and for what is broken', () => {
    let plain = 0;
    const signs = fc.constantFrom(
      ' ',
      '\n',
      '-',
      ':',
      '#',
      "'",
      '"',
      '|',
      '\t',
      '{',
      '[',
      '&a ',
      '*a',
      'no',
      '  ',
      '- ',
    );
    fc.assert(
      fc.property(tree, fc.nat(), signs, fc.boolean(), (value, at, sign, remove) => {
        const text = stringify({ kind: 'Pod', list: [value, { a: 1 }], last: 'x' }, options);
        const place = at % text.length;
        const broken = text.slice(0, place) + sign + text.slice(place + (remove ? sign.length : 0));
        if (/^(---|\.\.\.|%)/m.test(broken)) return;
        const fast = parsePlainYaml(broken);
        if (fast === UNUSUAL) return;
        plain++;
        expect(fast).toEqual(full(broken));
      }),
      { numRuns: RUNS },
    );
    expect(plain).toBeGreaterThan(50);
  });

  test('for what kubectl writes', () => {
    const text = `apiVersion: v1
kind: Pod
metadata:
  annotations:
    a: |
      {"x": 1}
    b: "quo\\"ted"
  creationTimestamp: "2026-01-01T00:00:00Z"
  labels:
    app: web # comment
spec:
  containers:
  - args:
    - --port=80
    - -c
    image: 'nginx:1'
    resources: {}
  tolerations:
  - effect: NoExecute
    tolerationSeconds: 300
  message: one line that is
    folded into two
  volumes: []
`;
    expect(parsePlainYaml(text)).not.toBe(UNUSUAL);
    expect(parsePlainYaml(text)).toEqual(full(text));
  });
});

describe('JSON', () => {
  test('is read with its keys unique', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        const data = readJson(text);
        if (data !== UNUSUAL) expect(data).toEqual(JSON.parse(text));
      }),
      { numRuns: 200 },
    );
    expect(readJson('{"a": {"b": "x:\\"y\\\\"}, "c": [1, {"b": 2}]}')).toEqual({
      a: { b: 'x:"y\\' },
      c: [1, { b: 2 }],
    });
    expect(readJson('{"a": 1, "a": 2}')).toBe(UNUSUAL);
    expect(readJson('{"a": }')).toBe(UNUSUAL);
  });
});

describe('files are cut', () => {
  test('at dashes, wherever chunks end', () => {
    const text = '# first\n---\na: 1\nb: |\n  ---\n  x\n--- # second\r\nc: 2\r\n...\n---\n\n---\nd: 3';
    for (const size of [1, 2, 3, 7, 100]) {
      const parts = cut(text, size);
      expect(parts.map((one) => [one.line, one.text.trim()])).toEqual([
        [3, 'a: 1\nb: |\n  ---\n  x'],
        [7, '# second\nc: 2'],
        [13, 'd: 3'],
      ]);
    }
  });

  test.each([0, 2])('items of a list come one by one (dashes %d in)', (inset) => {
    const space = ' '.repeat(inset);
    const text = `apiVersion: v1
items:
${space}- kind: A
${space}  list:
${space}  - 1
${space}  text: |
${space}    - not an item
${space}-
${space}  kind: B
kind: List
metadata: {}
---
kind: C
`;
    for (const size of [1, 5, 1000]) {
      const parts = cut(text, size);
      expect(parts.map((one) => [one.role, one.line, one.item])).toEqual([
        ['list-head', 1, 0],
        ['item', 3, 0],
        ['item', 8, 1],
        ['list-head', 10, 0],
        ['document', 13, 0],
      ]);
      expect(parts.map((one) => readDocument(one, 'x').data)).toEqual([
        { apiVersion: 'v1' },
        { kind: 'A', list: [1], text: '- not an item\n' },
        { kind: 'B' },
        { kind: 'List', metadata: {} },
        { kind: 'C' },
      ]);
    }
  });

  test('JSON likewise', () => {
    const items = [{ kind: 'A', s: 'x"]}{[\\' }, { kind: 'B', items: [{}] }, {}];
    const list = { apiVersion: 'v1', items, kind: 'List', z: [1] };
    for (const text of [JSON.stringify(list), JSON.stringify(list, null, 4), `${JSON.stringify(list)}\n{"kind":"C"}`])
      for (const size of [1, 4, 1000]) {
        const parts = cut(text, size);
        const data = parts.map((one) => readDocument(one, 'x').data);
        expect(data.slice(0, 5)).toEqual([{ apiVersion: 'v1', items: [] }, ...items, { kind: 'List', z: [1] }]);
        expect(data.slice(5)).toEqual(text.endsWith('"C"}') ? [{ kind: 'C' }] : []);
      }
    const [, second] = cut(JSON.stringify(list, null, 2).replace('"items": [', '"items": ['));
    expect([second.line, second.column]).toEqual([4, 5]);
  });

  test('items are those that the full parser finds, however they are written', () => {
    const item = fc.dictionary(
      fc.constantFrom('kind', 'items', 'a', 'b'),
      fc.oneof(
        fc.constantFrom('x', '- y', 'items:', 'a\n- b\n', '---', '{}', 'no'),
        fc.array(fc.constantFrom('p', '- q')),
      ),
      { minKeys: 1, noNullPrototype: true },
    );
    fc.assert(
      fc.property(
        fc.array(item, { minLength: 1, maxLength: 5 }),
        fc.record({
          indentSeq: fc.boolean(),
          indent: fc.integer({ min: 2, max: 4 }),
          lineWidth: fc.constantFrom(0, 80),
        }),
        fc.nat(30),
        fc.boolean(),
        (items, options, size, json) => {
          const list = { apiVersion: 'v1', items, kind: 'List' };
          const text = json ? JSON.stringify(list, null, options.indent) : stringify(list, options);
          const parts = cut(text, size + 1).filter(({ role }) => role === 'item');
          expect(parts.map((one) => readDocument(one, 'x').data)).toEqual((full(text) as typeof list).items);
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('a list that is empty is one document', () => {
    expect(cut('items:\nkind: PodList\n').map((one) => one.role)).toEqual(['document']);
    expect(cut('kind: PodList\nitems:\n').map((one) => one.role)).toEqual(['document']);
    expect(cut('').length + cut('\n# nothing\n---\n').length).toBe(0);
  });
});

describe('what is wrong is said with its place', () => {
  test.each(
    [
      ['a:\n\tb: 1', 'x.yaml:2:1: a tab indents this line'],
      ['a: 1\nb: [', 'x.yaml:2'],
      ['a: 1\na: 2', 'x.yaml:2:1: the key stands here twice'],
      ['name: {{ .Values.name }}', 'x.yaml:1:8: this is a Helm template'],
      ['{{- if .Values.on }}\na: 1\n{{- end }}', 'Helm template'],
      ['a: *b', 'x.yaml:1:4: no anchor of this document (or item) is called "b"'],
      ['a: &a [*a]', 'x.yaml:1:8'],
      ['a: !thing 1', 'unresolved tag'],
      ['? [a]\n: 1', 'cannot be a key'],
      ['a: '.padEnd(5000, '['), 'nested'],
      ['- '.repeat(3000), 'nested'],
    ].map(([text, message]) => [text.slice(0, 30), text, message]),
  )('%s', (_name, text, message) => {
    expect(() => readDocument(part(text), 'x.yaml')).toThrow(message);
  });

  test('a bomb of aliases', () => {
    let text = 'a0: &a0 [x, x, x, x, x, x, x, x, x]\n';
    for (let k = 1; k < 12; k++)
      text += `a${k}: &a${k} [${Array.from({ length: 9 }, () => `*a${k - 1}`).join(', ')}]\n`;
    expect(() => readDocument(part(text), 'x.yaml')).toThrow('stands for itself or for far too much');
  });

  test('anchors and merge keys within a document are resolved', () => {
    const { data } = readDocument(part('base: &b {v: 1, w: 2}\nmore:\n  <<: *b\n  w: 3\n'), 'x.yaml');
    expect(data).toEqual({ base: { v: 1, w: 2 }, more: { v: 1, w: 3 } });
  });
});
