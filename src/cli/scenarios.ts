import { Command } from 'commander';
import { columns, oneLine, print, printJson } from './console-output.ts';

/** `baton scenarios`: those that ship with Baton, one line each. */
export function scenariosCommand(): Command {
  return new Command('scenarios')
    .description('list the scenarios that ship with Baton, with what each teaches')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Examples:
  baton scenarios
  baton run black-friday
  baton compare black-friday --seeds 1..5
  baton init mine.yaml --scenario`,
    )
    .action(async (flags: { json?: boolean }) => {
      const { shippedScenarios, descriptionOf } = await import('../experiment/local/scenarios-here.ts');
      const all = shippedScenarios().map(({ name, path }) => ({ name, description: descriptionOf(path), path }));
      if (flags.json) return printJson(all);
      if (all.length === 0) return print('no scenarios ship with this installation');
      print(columns([['scenario', 'what it teaches'], ...all.map((one) => [one.name, oneLine(one.description)])]));
    });
}
