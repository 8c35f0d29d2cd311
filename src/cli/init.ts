import { Command } from 'commander';
import { note, print, printJson } from './console-output.ts';

interface InitFlags {
  force?: boolean;
  json?: boolean;
  scenario?: boolean;
  kind?: string;
}

/** `baton init`: an experiment or a scenario to begin with. */
export function initCommand(): Command {
  return new Command('init')
    .description('write a commented experiment or scenario file to begin with')
    .argument('[file]', 'where to write it (default: experiment.yaml, or scenario.yaml)')
    .option('--scenario', 'a scenario: services, traffic, failures and money, instead of an experiment')
    .option('--kind <kind>', 'which scenario: web-shop (default), batch, failures or kubernetes')
    .option('--force', 'replace the file if it is there')
    .option('--json', 'print the path as JSON')
    .addHelpText(
      'after',
      `
Examples:
  baton init && baton compare --experiment experiment.yaml
  baton init gpu.yaml --force
  baton init --scenario && baton run scenario.yaml
  baton init storm.yaml --kind failures
  baton init cluster.yaml --kind kubernetes && baton compare cluster.yaml`,
    )
    .action(async (named: string | undefined, flags: InitFlags) => {
      const { existsSync } = await import('node:fs');
      const { InputError } = await import('../sim/input-error.ts');
      const { writeAtomically } = await import('../experiment/local/result-store.ts');
      const isScenario = flags.scenario === true || flags.kind !== undefined;
      const file = named ?? (isScenario ? 'scenario.yaml' : 'experiment.yaml');
      if (existsSync(file) && !flags.force)
        throw new InputError(`${file}: the file is there already; give --force to replace it, or name another one`);
      if (isScenario) {
        const { firstScenario } = await import('./first-scenarios.ts');
        writeAtomically(file, firstScenario(flags.kind ?? 'web-shop'));
      } else {
        const { FIRST_EXPERIMENT } = await import('./first-experiment.ts');
        writeAtomically(file, FIRST_EXPERIMENT);
      }
      if (flags.json) printJson({ file });
      else print(file);
      note(`run it with: baton compare ${isScenario ? '' : '--experiment '}${file}`);
    });
}
