import { Command, Option } from 'commander';
import { DIALECTS, type Dialect, type Loss, type TranslatedFile } from '../orchestrators/translate/app-model.ts';
import { columns, note, oneLine, painter, print, printJson } from './console-output.ts';
import { EXIT } from './exit-codes.ts';
import { ExitWith } from './finish.ts';

interface TranslateFlags {
  to: Dialect;
  from?: Dialect;
  out?: string;
  strict?: boolean;
  json?: boolean;
}

/** `baton translate`: files of one orchestrator as files of another, and what is lost. */
export function translateCommand(): Command {
  return new Command('translate')
    .description('turn compose files, Kubernetes manifests, Marathon apps, ECS objects and Nomad jobs into each other')
    .argument('<files...>', 'files of one orchestrator, or folders of them')
    .addOption(new Option('--to <dialect>', 'what to make of them').choices(DIALECTS).makeOptionMandatory())
    .addOption(new Option('--from <dialect>', 'what they are; without it, found by their contents').choices(DIALECTS))
    .option('--out <folder>', 'write the files there instead of printing them')
    .option('--strict', 'end with 1 when anything is lost')
    .option('--json', 'files and losses as JSON on stdout')
    .addHelpText(
      'after',
      `
Examples:
  baton translate compose.yaml --to kubernetes --out manifests
  baton translate manifests/ --to nomad
  baton translate web.json --from marathon --to ecs --strict

Files go to stdout, what the target cannot express to stderr, field by field. docs/translate.md has the table of both.`,
    )
    .action(translate);
}

async function translate(names: string[], flags: TranslateFlags): Promise<void> {
  const [{ translateFiles }, { nativeFilesAt, readNativeFile }] = await Promise.all([
    import('../orchestrators/translate/translate-files.ts'),
    import('../experiment/local/native-files-here.ts'),
  ]);
  const paths = [...new Set(names.flatMap((name) => nativeFilesAt(name)))];
  const done = translateFiles(paths.map(readNativeFile), flags.to, flags.from);
  if (flags.json)
    printJson({ from: done.from, to: flags.to, files: done.files, losses: done.losses, notes: done.model.notes });
  else if (flags.out === undefined) print(printed(done.files));
  else {
    await writeInto(flags.out, done.files);
  }
  if (!flags.json) {
    for (const sentence of done.model.notes) note(oneLine(sentence));
    note(lossTable(done.losses, painter(process.stderr)));
  }
  if (flags.strict && done.losses.length > 0) throw new ExitWith(EXIT.difference);
}

async function writeInto(folder: string, files: readonly TranslatedFile[]): Promise<void> {
  const [{ makeNamedFolder }, paths, { writeFileSync }, { InputError }] = await Promise.all([
    import('../experiment/local/make-folder.ts'),
    import('node:path'),
    import('node:fs'),
    import('../sim/input-error.ts'),
  ]);
  makeNamedFolder(folder);
  for (const { name, text } of files) {
    const path = paths.join(folder, name);
    try {
      writeFileSync(path, text);
    } catch (error) {
      throw new InputError(
        `${path}: it cannot be written (${(error as NodeJS.ErrnoException).code}); name another folder with --out`,
      );
    }
    print(path);
  }
}

/** One file as it is; several each below its name, in a comment. */
function printed(files: readonly TranslatedFile[]): string {
  if (files.length === 1) return files[0].text;
  if (files.length === 0) return '# there is nothing to write';
  return files.map(({ name, text }) => `# ${name}\n${text}`).join('\n');
}

const TITLES: Readonly<Record<Loss['kind'], string>> = {
  'not-expressible': 'Not expressible there',
  approximated: 'Approximated',
  'not-translated': 'Not carried over',
  'ignored-by-source': 'Ignored already where it comes from',
};

/** What is lost as a table, by how it is lost. */
export function lossTable(losses: readonly Loss[], paint: ReturnType<typeof painter>): string {
  if (losses.length === 0) return 'nothing is lost';
  const parts = (Object.keys(TITLES) as Loss['kind'][]).flatMap((kind) => {
    const rows = losses
      .filter((loss) => loss.kind === kind)
      .map(({ service, field, value, instead }) => [service, field, value, instead].map(oneLine));
    if (rows.length === 0) return [];
    return [
      `${paint('bold', `${TITLES[kind]} (${rows.length})`)}\n${columns([['service', 'field', 'value', 'what happens instead'], ...rows], paint)}`,
    ];
  });
  return `\n${parts.join('\n\n')}`;
}
