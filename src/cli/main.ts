#!/usr/bin/env node
import { CommanderError } from 'commander';
import { toleratePipes } from './console-output.ts';
import { EXIT } from './exit-codes.ts';
import { explainFailure } from './finish.ts';
import { program } from './program.ts';
import { InputError } from '../sim/input-error.ts';

toleratePipes();
try {
  requireWorkingDirectory();
  await program().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.badInput;
  else process.exitCode = explainFailure(error);
}

/** Nothing can be found from a folder that somebody has removed, and no worker starts in it. */
function requireWorkingDirectory(): void {
  try {
    process.cwd();
  } catch {
    throw new InputError('the current folder is no longer there; change into one that is');
  }
}
