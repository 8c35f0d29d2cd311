import { Argument, Command } from 'commander';
import { printJson } from './console-output.ts';

/** `baton schema`: the JSON Schema of experiment and scenario files. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of experiment or scenario files, for editors')
    .addArgument(new Argument('[kind]', 'of which files').choices(['experiment', 'scenario']).default('experiment'))
    .option('--json', 'as it is anyhow')
    .addHelpText(
      'after',
      `
Examples:
  baton schema > experiment.schema.json
  Then begin the experiment file with
  # yaml-language-server: $schema=./experiment.schema.json

  baton schema scenario > scenario.schema.json`,
    )
    .action(async (kind: 'experiment' | 'scenario') => {
      if (kind === 'scenario') {
        const { scenarioJsonSchema } = await import('../experiment/scenario/scenario-json-schema.ts');
        return printJson(scenarioJsonSchema());
      }
      const { experimentJsonSchema } = await import('../experiment/experiment-schema.ts');
      return printJson(experimentJsonSchema());
    });
}
