import { Option, type Command } from 'commander';
import type { EnginesMeant } from '../live/connect-engines.ts';
import { InputError } from '../sim/input-error.ts';

/** Flags that say which engines are meant. */
export interface EngineFlags {
  /** `true`: the engine that Docker's own commands would use; else addresses, or NAME=ADDRESS. */
  docker?: true | string[];
  engines?: string;
  dockerInsecure?: boolean;
}

/** Adds the flags that say which engines are meant. */
export function addEngineFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--docker [address]',
        'the engine: unix:///path, tcp://host:2376, ssh://user@host, context:NAME (default: as the docker command finds it); NAME=ADDRESS, repeated, for several',
      ).argParser((value: string, before: true | string[] | undefined) => [
        ...(Array.isArray(before) ? before : []),
        value,
      ]),
    )
    .option('--engines <file>', 'several engines, and which nodes each stands for (YAML)')
    .option('--docker-insecure', 'speak to an engine over the network without TLS');
}

/** Which engines flags mean. */
export function meantBy({ docker, engines, dockerInsecure }: EngineFlags): EnginesMeant {
  if (engines !== undefined && Array.isArray(docker))
    throw new InputError('--engines and --docker ADDRESS both say which engines are meant; give one of them');
  return {
    ...(Array.isArray(docker) && { docker }),
    ...(engines !== undefined && { map: engines }),
    ...(dockerInsecure === true && { isPlainAllowed: true }),
  };
}

/** Whether flags name an engine; without, a kept replay's own are meant. */
export const isNamed = ({ docker, engines }: EngineFlags): boolean => docker !== undefined || engines !== undefined;
