import { Command, type Option } from 'commander';
import { print } from './console-output.ts';

/** `baton completion`: a script that makes the shell complete commands and flags. */
export function completionCommand(root: Command): Command {
  return new Command('completion')
    .description('print a completion script for bash, zsh or fish')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText(
      'after',
      `
Examples:
  source <(baton completion bash)
  baton completion zsh > "\${fpath[1]}/_baton"
  baton completion fish > ~/.config/fish/completions/baton.fish`,
    )
    .action(async (shell: string) => {
      const { InputError } = await import('../sim/input-error.ts');
      const scripts: Record<string, (entries: Entry[]) => string> = { bash, zsh, fish };
      const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
      if (!script) throw new InputError(`there is no completion for "${shell}"; write bash, zsh or fish`);
      print(script(entriesOf(root)));
    });
}

/** What may follow one command path, such as `baton trace inspect`. */
interface Entry {
  readonly path: readonly string[];
  readonly commands: readonly { name: string; description: string }[];
  readonly flags: readonly { name: string; description: string; takesValue: boolean }[];
}

function entriesOf(command: Command, path: readonly string[] = []): Entry[] {
  const flags = command.options.map((option: Option) => ({
    name: option.long ?? option.short!,
    description: option.description,
    takesValue: option.required || option.optional,
  }));
  const entry: Entry = {
    path,
    commands: command.commands.map((one) => ({ name: one.name(), description: one.description() })),
    flags: [...flags, { name: '--help', description: 'show help', takesValue: false }],
  };
  return [entry, ...command.commands.flatMap((one) => entriesOf(one, [...path, one.name()]))];
}

/** Flags whose value is no file keep the shell from offering files. */
function bash(entries: readonly Entry[]): string {
  const cases = entries
    .map(({ path, commands, flags }) => {
      const words = [...commands.map((one) => one.name), ...flags.map((one) => one.name)].join(' ');
      return `    "${path.join(' ')}") words="${words}" ;;`;
    })
    .join('\n');
  const known = entries
    .filter((one) => one.path.length > 0)
    .map((one) => `"${one.path.join(' ')}"`)
    .join('|');
  return `_baton() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" word words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "\${path:+$path }$word" in
      ${known}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${cases}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _baton baton`;
}

function zsh(entries: readonly Entry[]): string {
  const cases = entries
    .map(({ path, commands, flags }) => {
      const lines = [
        ...commands.map((one) => `${one.name}:${one.description}`),
        ...flags.map((one) => `${one.name}:${one.description}`),
      ].map((line) => `'${line.replaceAll("'", "'\\''")}'`);
      return `    '${path.join(' ')}') words=(${lines.join(' ')}) ;;`;
    })
    .join('\n');
  const known = entries
    .filter((one) => one.path.length > 0)
    .map((one) => `'${one.path.join(' ')}'`)
    .join('|');
  return `#compdef baton
_baton() {
  local place="" word
  local -a words_before; words_before=("\${words[@]:1:$((CURRENT - 2))}")
  for word in "\${words_before[@]}"; do
    case "\${place:+$place }$word" in
      ${known}) place="\${place:+$place }$word" ;;
    esac
  done
  local -a words
  case "$place" in
${cases}
  esac
  _describe 'baton' words
  _files
}
compdef _baton baton`;
}

function fish(entries: readonly Entry[]): string {
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = entries.flatMap(({ path, commands, flags }) => {
    const inner = commands.map((one) => one.name).join(' ');
    const seen = path.map((one) => `__fish_seen_subcommand_from ${one}`);
    const condition = [
      ...(seen.length > 0 ? seen : []),
      ...(inner ? [`not __fish_seen_subcommand_from ${inner}`] : []),
    ].join('; and ');
    const when = condition === '' ? '' : ` -n ${quoted(condition)}`;
    return [
      ...commands.map((one) => `complete -c baton${when} -f -a ${one.name} -d ${quoted(one.description)}`),
      ...flags.map(
        (one) =>
          `complete -c baton${when} -l ${one.name.replace(/^--/, '')}${one.takesValue ? ' -r' : ''} -d ${quoted(one.description)}`,
      ),
    ];
  });
  return lines.join('\n');
}
