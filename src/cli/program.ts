import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { benchCommand } from './bench.ts';
import { captureCommand } from './capture.ts';
import { compareCommand } from './compare.ts';
import { completionCommand } from './completion.ts';
import { painter } from './console-output.ts';
import { EXIT_HELP } from './exit-codes.ts';
import { explainCommand } from './explain.ts';
import { initCommand } from './init.ts';
import { policiesCommand } from './policies.ts';
import { replayCommand } from './replay.ts';
import { reproduceCommand } from './reproduce.ts';
import { runCommand } from './run.ts';
import { scenariosCommand } from './scenarios.ts';
import { schemaCommand } from './schema.ts';
import { traceCommand } from './trace.ts';
import { translateCommand } from './translate.ts';

/** The whole command line. What a command needs is imported when it runs, so that `--help` answers at once. */
export function program(): Command {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const baton = new Command('baton')
    .description('Which scheduling policy is better, by how much, and is the difference real?')
    .version(version)
    .addHelpText(
      'after',
      `
Examples:
  baton compare --cluster "64 x 32cpu 128Gi" --workload preset:borg-2011-like --policies best-fit,worst-fit --seeds 1..10
  baton compare --nodes nodes.csv --workload trace.csv --policies first-fit,fgd --policy ./mine.ts
  baton init && baton compare --experiment experiment.yaml
  baton scenarios && baton run black-friday
  baton compare five-orchestrators --seeds 1..5
  baton run manifests/ && baton explain pending manifests/
  baton run compose.yaml && baton translate compose.yaml --to kubernetes
  baton trace inspect trace.csv

${EXIT_HELP}

Results go to stdout, progress and remarks to stderr. Colours: only on a terminal; NO_COLOR=1 turns them off.`,
    );
  for (const command of [
    compareCommand(),
    runCommand(),
    captureCommand(),
    explainCommand(),
    replayCommand(),
    policiesCommand(),
    traceCommand(),
    translateCommand(),
    scenariosCommand(),
    initCommand(),
    schemaCommand(),
    reproduceCommand(),
    benchCommand(),
    completionCommand(baton),
  ])
    baton.addCommand(command);
  settle(baton);
  return baton;
}

/** Every command ends by throwing instead of leaving at once, and says faults in one line. */
function settle(command: Command): void {
  const paint = painter(process.stderr);
  command
    .exitOverride()
    .helpOption('-h, --help', 'show this help')
    .configureOutput({
      outputError: (text, write) =>
        write(
          `${paint('red', 'baton:')} ${text
            .replace(/^error: /, '')
            .trim()
            .replace(/\s*\n\s*/g, ' ')}\n`,
        ),
    });
  command.showHelpAfterError(false).showSuggestionAfterError(true);
  for (const inner of command.commands) settle(inner);
}
