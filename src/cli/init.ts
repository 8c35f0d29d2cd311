import { Command } from 'commander';
import { note, print, printJson } from './console-output.ts';

/** `baton init`: an experiment to begin with. */
export function initCommand(): Command {
  return new Command('init')
    .description('write a commented experiment file to begin with')
    .argument('[file]', 'where to write it', 'experiment.yaml')
    .option('--force', 'replace the file if it is there')
    .option('--json', 'print the path as JSON')
    .addHelpText(
      'after',
      `
Examples:
  baton init && baton compare --experiment experiment.yaml
  baton init gpu.yaml --force`,
    )
    .action(async (file: string, flags: { force?: boolean; json?: boolean }) => {
      const { existsSync } = await import('node:fs');
      const { InputError } = await import('../sim/input-error.ts');
      const { writeAtomically } = await import('../experiment/local/result-store.ts');
      if (existsSync(file) && !flags.force)
        throw new InputError(`${file}: the file is there already; give --force to replace it, or name another one`);
      const { FIRST_EXPERIMENT } = await import('./first-experiment.ts');
      writeAtomically(file, FIRST_EXPERIMENT);
      if (flags.json) printJson({ file });
      else print(file);
      note(`run it with: baton compare --experiment ${file}`);
    });
}
