import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ANNOTATIONS, PREFIX } from '../src/orchestrators/kubernetes/behaviour/annotation-table.ts';

const page = readFileSync('docs/kubernetes-annotations.md', 'utf8');

test('the page has a row for every annotation, with its example, and for no other', () => {
  const rows = [...page.matchAll(/^\| `(baton\.dev\/[\w-]+)` +\| `([^`]+)`/gm)].map(([, name, example]) => [
    name,
    example,
  ]);
  expect(rows).toEqual(ANNOTATIONS.map(({ name, example }) => [PREFIX + name, example]));
});
