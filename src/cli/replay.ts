import { Command, InvalidArgumentError, Option } from 'commander';
import { addEngineFlags, type EngineFlags } from './engine-flags.ts';
import { addRunFlags, folder, positiveSeconds, positiveWhole } from './experiment-flags.ts';
import { addCalibrationFlag, addSetFlag } from './named-files.ts';
import type { OneRunFlags } from './one-plan.ts';

/** Flags of `baton replay`. */
export interface ReplayFlags extends OneRunFlags, EngineFlags {
  set?: string[];
  variant?: string;
  speed?: number;
  scaleCpu?: number | 'shares' | 'fit';
  scaleMemory?: number | 'fit';
  image?: string[];
  act: 'none' | 'serve' | 'cpu' | 'memory' | 'all';
  traffic?: boolean;
  calibration?: string;
  checkpoints: number;
  parallel: number;
  whenLate: 'hold' | 'run-on';
  dryRun?: boolean;
  overcommit?: boolean;
  out?: string;
  resume?: boolean;
  clean?: boolean;
  wait: number;
  live?: boolean;
  swarm?: 'pinned' | 'free';
  step?: string[];
  json?: boolean;
}

/** `baton replay`: what a simulated run decided, carried out on a real Docker engine. */
export function replayCommand(): Command {
  const command = addSetFlag(
    addRunFlags(
      new Command('replay')
        .description(
          "carry a run's decisions out on a real Docker engine, and hold what happens against the prediction",
        )
        .argument(
          '[run]',
          'a scenario, an experiment or manifests, as for `baton run`; with --swarm a compose stack or a scenario of one; or a script.json that an earlier replay has left',
        ),
    ),
  );
  return addEngineFlags(addCalibrationFlag(command))
    .option('--variant <name>', 'which variant of a scenario, by its number or its policies; default the first')
    .option('--speed <times>', 'simulated time passes so many times faster than real time (default 20)', speed)
    .option(
      '--scale-cpu <factor>',
      'multiply all CPU by this; `shares`: weights only, no limits; `fit`: what fits',
      cpuScale,
    )
    .option('--scale-memory <factor>', 'multiply all memory by this; `fit`: what fits', memScale)
    .option(
      '--image <workload=image>',
      "run this image in place of Baton's own workload, such as web=nginx:alpine,port=80; may be repeated",
      another,
    )
    .addOption(
      new Option(
        '--act <what>',
        'what the containers really do besides being there: serve requests, use CPU, hold memory',
      )
        .choices(['none', 'serve', 'cpu', 'memory', 'all'])
        .default('serve'),
    )
    .option('--traffic', "send the scenario's requests to the containers, over loopback, and measure the answers")
    .option('--checkpoints <n>', 'how often containers are compared with the simulation', positiveWhole, 12)
    .option('--parallel <n>', 'calls to an engine at once', positiveWhole, 8)
    .addOption(
      new Option('--when-late <what>', 'when the engine cannot keep up: hold the clock, or run on and be late')
        .choices(['hold', 'run-on'])
        .default('hold'),
    )
    .addOption(
      new Option(
        '--swarm <mode>',
        'on a real Docker Swarm instead, named by a manager: with each task `pinned` to its simulated node, or `free` to be placed and compared',
      ).choices(['pinned', 'free']),
    )
    .option(
      '--step <when what>',
      'with --swarm: what is done meanwhile, such as "30s scale web=6"; may be repeated',
      another,
    )
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--overcommit', 'do it even where the engine has less than is asked of it')
    .option('--out <folder>', 'where replays are kept, each in a folder of its run (default baton-out/replays)', folder)
    .option('--resume', 'go on with a replay that was cut off; RUN is then its id')
    .option(
      '--clean',
      'remove all that a replay has left on its engines; RUN is then its id, or `all`; without RUN they are listed',
    )
    .option('--wait <seconds>', 'how long to wait for an engine that is lost', positiveSeconds, 60)
    .option('--live', 'draw predicted beside actual while it goes on (the default on a terminal)')
    .option('--no-live', 'a line now and then instead')
    .option('--json', 'the record and the comparison as JSON on stdout')
    .addHelpText(
      'after',
      `
Examples:
  baton replay live-replay --docker --dry-run            (what would be done, and whether it fits)
  baton replay live-replay --docker --speed 30
  baton replay live-balancers --docker --speed 1 --traffic
  baton replay manifests/ --docker ssh://me@host --scale-cpu fit --scale-memory fit
  baton replay zone-outage --docker a=unix:///run/a.sock --docker b=tcp://10.0.0.2:2376
  baton replay stack.yaml --swarm free --docker ssh://me@manager --step '30s scale web=6'
  baton replay --clean 3f2a91c07be4d518 --docker         (after a kill -9)

Everything it makes carries a label with the run's id, and nothing else is ever touched. Containers have no privileges,
no mounts, and ports on loopback only. Ctrl-C removes everything.
Exit code 1: containers differed from the simulation at a checkpoint, or something was left behind.`,
    )
    .action(async (run: string | undefined, flags: ReplayFlags) => {
      if (flags.swarm !== undefined) {
        const { replaySwarm } = await import('./replay-swarm.ts');
        await replaySwarm(run, flags);
        return;
      }
      if (flags.step !== undefined)
        throw new (await import('../sim/input-error.ts')).InputError(
          '--step says what is done to a real swarm; add --swarm free, or --swarm pinned',
        );
      const { replay } = await import('./replay-run.ts');
      await replay(run, flags);
    });
}

function another(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

function speed(text: string): number {
  const value = Number(text.replace(/x$/, ''));
  if (value > 0 && value <= 100_000) return value;
  throw new InvalidArgumentError('write how many times faster, such as 20, above 0 and at most 100000.');
}

function cpuScale(text: string): number | 'shares' | 'fit' {
  return text === 'shares' ? text : memScale(text);
}

function memScale(text: string): number | 'fit' {
  if (text === 'fit') return text;
  const value = Number(text);
  if (value > 0 && value <= 1000) return value;
  throw new InvalidArgumentError('write a factor above 0 and at most 1000, such as 0.1, or fit.');
}
