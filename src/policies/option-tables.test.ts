import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { horizontalPolicies } from './autoscaling/index.ts';
import { deploymentPolicies } from './deployment/index.ts';
import { overcommitPolicies } from './overcommit/index.ts';
import type { PolicyFamily, PolicyOption } from './policy-family.ts';
import { verticalPolicies } from './vertical/index.ts';

/** A default as a user would write it. */
export function shown({ kind, default: value }: PolicyOption): string {
  if (typeof value === 'boolean') return value ? '`true`' : '`false`';
  if (typeof value === 'string') return value === '' ? 'none' : `\`${value}\``;
  if (kind === 'share') return `\`${Math.round(value * 100)}%\``;
  if (kind !== 'duration') return `\`${value}\``;
  const [unit, us] =
    value % 3600e6 === 0 && value > 0 ? ['h', 3600e6] : value % 60e6 === 0 && value > 0 ? ['m', 60e6] : ['s', 1e6];
  return `\`${value / us}${unit}\``;
}

/** What the rows of the page's tables say, without the padding of their columns. */
const rowsOf = (page: string) =>
  readFileSync(`docs/${page}.md`, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.replace(/\s+/g, ' '));

const PAGES: readonly [page: string, families: readonly PolicyFamily<unknown>[]][] = [
  ['autoscaling', [...horizontalPolicies, ...verticalPolicies, ...overcommitPolicies]],
  ['deployments', deploymentPolicies],
];

for (const [page, families] of PAGES)
  test(`docs/${page}.md lists every option with its default and its meaning, and no other`, () => {
    const rows = rowsOf(page).filter((row) => /^\| `[^`]+` \| `[^`]+` \|/.test(row));
    const expected = families.flatMap(({ name, options }) =>
      options.map((option) => {
        const choices = option.choices ? ` One of ${option.choices.join(', ')}.` : '';
        return `| \`${name}\` | \`${option.name}\` | ${shown(option)} | ${option.meaning}${choices} |`;
      }),
    );
    expect(rows).toEqual(expected);
  });
