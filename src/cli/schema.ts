import { Command } from 'commander';
import { printJson } from './console-output.ts';

/** `baton schema`: the JSON Schema of experiment files. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of experiment files, for editors')
    .option('--json', 'as it is anyhow')
    .addHelpText(
      'after',
      `
Examples:
  baton schema > experiment.schema.json
  Then begin the experiment file with
  # yaml-language-server: $schema=./experiment.schema.json`,
    )
    .action(async () => {
      const { experimentJsonSchema } = await import('../experiment/experiment-schema.ts');
      printJson(experimentJsonSchema());
    });
}
