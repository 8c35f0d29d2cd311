import { expect, test } from 'vitest';
import { imagePath } from './image-path.ts';

test.each([
  ['nginx', 'nginx'],
  ['nginx:1.27-alpine', 'nginx%3A1.27-alpine'],
  ['registry.example:5000/team/api@sha256:0123ab', 'registry.example%3A5000/team/api%40sha256%3A0123ab'],
  ['localhost:5000/a_b/c--d:tag', 'localhost%3A5000/a_b/c--d%3Atag'],
  ['sha256:0123ab', 'sha256%3A0123ab'],
])('%s is %s in a path', (reference, path) => {
  expect(imagePath(reference)).toBe(path);
});

test.each([
  '',
  '/',
  '../../etc/passwd',
  'a/../../b',
  'a//host/b',
  '//host/b',
  'a?x',
  'a#y',
  'a b',
  'a%00',
  'a\u001b',
  '.',
  'a/.',
])('%j is no image', (reference) => {
  expect(imagePath(reference)).toBeUndefined();
});
