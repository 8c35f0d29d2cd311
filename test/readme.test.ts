import { expect, test } from 'vitest';
import { planScenario } from '../src/experiment/scenario/plan-scenario.ts';
import { builtInNames } from '../src/experiment/policy-catalogue.ts';
import { type Example, examples, liveExamples, printedBy, readme, shows, START } from './readme-examples.ts';
import { slowTest } from './slow.ts';
import { traceDir } from './trace-dir.ts';

test('every command of the README has its output', () => {
  const commands = [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block]) => block.trim().split('\n'));
  const shown = examples.map((example) => example.command);
  expect(shown).toContain(START);
  expect(liveExamples.length).toBeGreaterThan(0);
  expect(commands.filter((command) => !shown.includes(command))).toEqual([]);
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
const others = examples.filter((example) => !reproductions.includes(example) && !liveExamples.includes(example));
const reproduction = (name: string): Example => reproductions.find(({ command }) => command.endsWith(name))!;

test.each(others)(
  'the README shows what `$command` prints',
  (example) => {
    expect(printedBy(example)).toBe(example.output);
  },
  120_000,
);

test.skipIf(traceDir() === undefined)('the README shows what `npx baton reproduce easy` prints', () => {
  expect(printedBy(reproduction('easy'))).toBe(reproduction('easy').output);
});

slowTest('`npx baton reproduce fgd` comes to what the README says', () => {
  const [, outcome] = /reproduce fgd` repeats 360 runs: (300 of 300 deterministic) ones/.exec(readme)!;
  const output = `…\nreproduced: ${outcome} runs equal the published curves at every point\n`;
  expect(printedBy({ command: 'npx baton reproduce fgd', output })).toBe(output);
});
