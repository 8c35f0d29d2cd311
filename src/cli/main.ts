#!/usr/bin/env node
import { CommanderError } from 'commander';
import { toleratePipes } from './console-output.ts';
import { EXIT } from './exit-codes.ts';
import { explainFailure } from './finish.ts';
import { program } from './program.ts';

toleratePipes();
try {
  await program().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.badInput;
  else process.exitCode = explainFailure(error);
}
