import { Argument, Command } from 'commander';
import { printJson } from './console-output.ts';

/** `baton schema`: the JSON Schema of experiment and scenario files. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description(
      "print the JSON Schema of experiment or scenario files, or of scenarios of orchestrators' own files, for editors",
    )
    .addArgument(
      new Argument('[kind]', 'of which files')
        .choices(['experiment', 'scenario', 'kubernetes', 'native'])
        .default('experiment'),
    )
    .option('--json', 'as it is anyhow')
    .addHelpText(
      'after',
      `
Examples:
  baton schema > experiment.schema.json
  Then begin the experiment file with
  # yaml-language-server: $schema=./experiment.schema.json

  baton schema scenario > scenario.schema.json
  baton schema kubernetes > kubernetes.schema.json
  baton schema native > native.schema.json      (scenarios of compose, Marathon, ECS and Nomad files)`,
    )
    .action(async (kind: 'experiment' | 'scenario' | 'kubernetes' | 'native') => {
      if (kind === 'scenario') {
        const { scenarioJsonSchema } = await import('../experiment/scenario/scenario-json-schema.ts');
        return printJson(scenarioJsonSchema());
      }
      if (kind === 'kubernetes') {
        const { kubernetesJsonSchema } = await import('../experiment/kubernetes/kubernetes-json-schema.ts');
        return printJson(kubernetesJsonSchema());
      }
      if (kind === 'native') {
        const { nativeJsonSchema } = await import('../experiment/orchestrated/native-json-schema.ts');
        return printJson(nativeJsonSchema());
      }
      const { experimentJsonSchema } = await import('../experiment/experiment-schema.ts');
      return printJson(experimentJsonSchema());
    });
}
