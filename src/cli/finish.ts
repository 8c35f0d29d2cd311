import { InputError } from '../sim/input-error.ts';
import { note, oneLine, painter } from './console-output.ts';
import { EXIT } from './exit-codes.ts';

/** What a command throws to end with a code, after it has said why. */
export class ExitWith extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit with ${code}`);
    this.code = code;
  }
}

/** Says what went wrong, in one sentence and without a stack, and gives the exit code. */
export function explainFailure(error: unknown): number {
  if (error instanceof ExitWith) return error.code;
  const paint = painter(process.stderr);
  // An error from a worker has lost its class on the way, never its name.
  if (error instanceof InputError || (error as Error | undefined)?.name === 'InputError') {
    // Several faults of files are a line each, beginning with their places; no other line may begin anew.
    const faults = (error as Error).message.split(/\n(?=\S+:\d+:\d+: )/).map(oneLine);
    note(`${paint('red', 'baton:')} ${faults.join('\n  ')}`);
    return EXIT.badInput;
  }
  noteBug(error instanceof Error ? error.message : String(error), commandLine());
  if (process.env['BATON_STACK'] && error instanceof Error) note(error.stack ?? '');
  return EXIT.bug;
}

/** A bug of Baton, with the command that repeats it. */
export function noteBug(message: string, command: string): void {
  const paint = painter(process.stderr);
  note(`${paint('red', 'baton: this is a bug of Baton:')} ${oneLine(message)}; repeat it with: ${oneLine(command)}`);
}

/** The command line as it could be typed again. */
export function commandLine(argv: readonly string[] = process.argv.slice(2)): string {
  return [
    'baton',
    ...argv.map((one) => (/^[\w@%+=:,./-]+$/.test(one) ? one : `'${one.replaceAll("'", `'\\''`)}'`)),
  ].join(' ');
}
