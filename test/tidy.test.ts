import { readFileSync } from 'node:fs';
import { basename, posix, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { moduleFacts } from './layers/module-facts.ts';
import { brokenLinks } from './markdown-links.ts';
import { projectFiles } from './project-files.ts';

const read = (path: string) => readFileSync(path, 'utf8');
const isFreshReport = (path: string) => path.startsWith('reports/') && path !== 'reports/README.md';
const pages = projectFiles(/\.md$/).filter((path) => !isFreshReport(path));

/** Each lists the policies of its kind. */
const policyIndexes = projectFiles(/^src\/policies\/[^/]+\/index\.ts$/);

/** The files that an index loads from its own folder: one policy each. */
const policyFiles = policyIndexes.flatMap((index) =>
  moduleFacts(index, read(index))
    .imports.filter(({ specifier, typeOnly }) => specifier.startsWith('./') && !typeOnly)
    .map(({ specifier }) => posix.join(posix.dirname(index), specifier)),
);

test('the README has at most 150 lines', () => {
  expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150);
});

test('the commands that CI runs to test are the line that the README gives', () => {
  const command = 'npm ci && npm run setup && npm test';
  expect(read('.ci/run').split('\n')).toContainEqual(expect.stringContaining(`'${command}'`));
  expect(read('README.md')).toContain(command);
});

test('every relative link of every page leads to a file, and to a heading of it', () => {
  const broken = pages.flatMap((path) => brokenLinks(path, read(path)));
  expect(broken).toEqual([]);
});

test('a link that leads nowhere is noticed, in code it is not a link', () => {
  const text =
    '# A title, `x` and more\n[a](none.md) [b](#a-title-x-and-more) [c](#none) `[d](no.md)`\n```\n[e](no.md)\n```\n';
  expect(brokenLinks('docs/page.md', text)).toEqual(['docs/page.md: none.md', 'docs/page.md: #none']);
});

test('every policy is named in a test of its folder', () => {
  expect(policyFiles.length).toBeGreaterThan(20);
  const untested = policyFiles.filter((path) => {
    const tests = projectFiles(new RegExp(`^${posix.dirname(path)}/[^/]+\\.test\\.ts$`))
      .map(read)
      .join('\n');
    return !tests.includes(`./${basename(path)}'`) && !tests.includes(`'${basename(path, '.ts')}'`);
  });
  expect(untested).toEqual([]);
});

test('every policy has its line in the documentation', async () => {
  const documented = pages
    .filter((path) => path.startsWith('docs/'))
    .map(read)
    .join('\n');
  const names: string[] = [];
  for (const index of policyIndexes) {
    const registry = (await import(/* @vite-ignore */ pathToFileURL(resolve(index)).href)) as Record<string, unknown>;
    for (const list of Object.values(registry))
      if (Array.isArray(list)) names.push(...(list as { name: string }[]).map(({ name }) => name));
  }
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !documented.includes(`\`${name}\``))).toEqual([]);
});

test('package-lock.json names no server and is whole on every platform', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> };
  const paths = Object.keys(packages);
  expect(paths.filter((path) => packages[path].resolved !== undefined)).toEqual([]);
  // npm ci refuses a lock in which a binary for some platform has no entry, for instance one not published yet.
  const optional = Object.values(packages).flatMap((locked) => Object.keys(locked.optionalDependencies ?? {}));
  expect(optional.filter((name) => !paths.some((path) => path.endsWith(`node_modules/${name}`)))).toEqual([]);
});

test('no file speaks of the machine it was written on', () => {
  const machine = /\/(?:work|root|home\/[a-z]+|Users\/[a-z]+)\/\w/i;
  const texts = projectFiles(/(\.(ts|mjs|js|json|md|ya?ml|csv|html)|\.ci\/run)$/).filter(
    (path) => !isFreshReport(path),
  );
  const lines = texts.flatMap((path) =>
    read(path)
      .split('\n')
      .map((line, i) => ({ at: `${path}:${i + 1}`, line })),
  );
  expect(lines.filter(({ line }) => machine.test(line)).map(({ at }) => at)).toEqual([]);
});

interface LockedPackage {
  resolved?: string;
  optionalDependencies?: Record<string, string>;
}
