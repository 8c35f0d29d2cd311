import { Command } from 'commander';
import { columns, painter, print, printJson } from './console-output.ts';
import type { ListedKind } from './policy-list.ts';

/** `baton policies`: what there is, one line each; with a kind, its options too. */
export function policiesCommand(): Command {
  return new Command('policies')
    .description('list the built-in policies, with what each prefers and where it comes from')
    .argument('[kind]', 'placement, queue, backfill, scaling, nodes, … (or weather, traffic: what scenarios can name)')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Examples:
  baton policies
  baton policies backfill
  baton policies scaling          (with every option)
  baton policies weather          (kinds of weather for scenarios)
  baton compare --policies best-fit,best-fit+shortest-first+easy …   (join one of each kind with +)`,
    )
    .action(async (kind: string | undefined, flags: { json?: boolean }) => {
      const [{ listedKinds }, { InputError }, { suggestion }] = await Promise.all([
        import('./policy-list.ts'),
        import('../sim/input-error.ts'),
        import('../sim/nearest-name.ts'),
      ]);
      const all = listedKinds();
      const kinds = all.map((one) => one.kind);
      if (kind !== undefined && !kinds.includes(kind))
        throw new InputError(`there is no kind of policies called "${kind}"${suggestion(kind, kinds)}`);
      const chosen = all.filter((one) => (kind === undefined ? one.isPolicy : one.kind === kind));
      if (flags.json)
        return printJson(
          chosen.flatMap((one) =>
            one.entries.map(({ name, summary, source, options }) => ({
              kind: one.kind,
              name,
              summary,
              source,
              ...(options !== undefined && options.length > 0 && { options }),
            })),
          ),
        );
      for (const one of chosen) print(`${kindText(one, kind !== undefined)}\n`);
      if (kind === undefined || kind === 'placement')
        print(
          "Your own: --policy ./mine.ts, with export default { name: 'mine', score: (pod, node) => -node.cpuFreeMilli }",
        );
    });
}

function kindText({ title, entries }: ListedKind, withOptions: boolean): string {
  const paint = painter(process.stdout);
  const lines = [
    paint('bold', title),
    columns([
      ['  name', 'what it does', 'source'],
      ...entries.map((one) => [`  ${one.name}`, one.summary ?? '', one.source ?? '']),
    ]),
  ];
  for (const { name, options = [] } of withOptions ? entries : []) {
    if (options.length === 0) continue;
    lines.push('', paint('bold', `Options of ${name}`));
    lines.push(
      columns([
        ['  option', 'default', 'meaning'],
        ...options.map((one) => [`  ${one.name}`, one.default, one.meaning]),
      ]),
    );
  }
  return lines.join('\n');
}
