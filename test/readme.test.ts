import { readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { planScenario } from '../src/experiment/scenario/plan-scenario.ts';
import { builtInNames } from '../src/experiment/policy-catalogue.ts';
import { baton, folderWith } from './cli/baton.ts';
import { slowTest } from './slow.ts';
import { traceDir } from './trace-dir.ts';

const readme = readFileSync('README.md', 'utf8');
const scripts = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }).scripts;

/** A command of the README with the output that it promises; a line `…` in it stands for any lines. */
interface Example {
  readonly command: string;
  readonly output: string;
}

const START = 'npm ci && npm start';
const examples = [...readme.matchAll(/^```sh\n(.*)\n```\n(?:[^`]|`[^`]+`)*?^```text\n([\s\S]*?)^```/gm)].map(
  ([, command, output]): Example => ({ command, output }),
);

/** A folder that looks like a checkout to `baton`, with the README's own files in it. */
function checkout(): string {
  const files = [...readme.matchAll(/^```ts\n(\/\/ ([\w.-]+):[\s\S]*?)^```/gm)];
  const folder = folderWith(Object.fromEntries(files.map(([, text, name]) => [name, text])));
  for (const name of ['traces', 'scenarios']) symlinkSync(resolve(name), join(folder, name), 'dir');
  return folder;
}

function argumentsOf(command: string): string[] {
  const line = command === START ? scripts['start'].replace('node dist/cli/main.js', 'npx baton') : command;
  return line.split(' ').slice(2);
}

/** Whether a text is what the README shows, where `…` on a line of its own leaves lines out. */
function shows(output: string, text: string): boolean {
  const pieces = output.split(/^…\n/m).map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pieces.join('[\\s\\S]*')}$`).test(text);
}

function check({ command, output }: Example): void {
  const { code, stdout, stderr } = baton(checkout(), ...argumentsOf(command));
  expect(code, stderr).toBe(0);
  if (!shows(output, stdout)) expect(stdout).toBe(output);
}

test('every command of the README has its output, or is known to have none', () => {
  const commands = [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block]) => block.trim().split('\n'));
  const shown = examples.map((example) => example.command);
  expect(shown).toContain(START);
  expect(commands.filter((command) => !shown.includes(command))).toEqual(['npm ci && npm run setup && npm test']);
  expect(shown.filter((command) => command !== START && !command.startsWith('npx baton '))).toEqual([]);
});

test('the scenario of the README can be planned', () => {
  const [, text] = /^```yaml\n([\s\S]*?)^```/m.exec(readme)!;
  const { variants } = planScenario(
    text,
    {
      file: 'README.md',
      title: 'readme',
      names: builtInNames(() => false),
      resolvePath: (path) => path,
    },
    [],
  );
  expect(variants.map(({ policy }) => policy.name)).toHaveLength(2);
});

test('an output that differs is noticed, and what is left out is not', () => {
  expect(shows('a (1)\n…\nd\n', 'a (1)\nb\nc\nd\n')).toBe(true);
  expect(shows('a (1)\n…\nd\n', 'a (2)\nb\nc\nd\n')).toBe(false);
  expect(shows('a\n', 'a\nb\n')).toBe(false);
});

const reproductions = examples.filter(({ command }) => command.startsWith('npx baton reproduce '));
const others = examples.filter((example) => !reproductions.includes(example));
const reproduction = (name: string): Example => reproductions.find(({ command }) => command.endsWith(name))!;

test.each(others)('the README shows what `$command` prints', check, 120_000);

test.skipIf(traceDir() === undefined)('the README shows what `npx baton reproduce easy` prints', () => {
  check(reproduction('easy'));
});

slowTest('`npx baton reproduce fgd` comes to what the README says', () => {
  const [, outcome] = /reproduce fgd` repeats 360 runs: (300 of 300 deterministic) ones/.exec(readme)!;
  const output = `…\nreproduced: ${outcome} runs equal the published curves at every point\n`;
  check({ command: 'npx baton reproduce fgd', output });
});
