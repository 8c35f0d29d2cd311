import { Command } from 'commander';
import { columns, painter, print, printJson } from './console-output.ts';

/** `baton policies`: what there is, one line each. */
export function policiesCommand(): Command {
  return new Command('policies')
    .description('list the built-in policies, with what each prefers and where it comes from')
    .argument('[kind]', 'placement, queue or backfill')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Examples:
  baton policies
  baton policies backfill
  baton compare --policies best-fit,best-fit+shortest-first+easy …   (join one of each kind with +)`,
    )
    .action(async (kind: string | undefined, flags: { json?: boolean }) => {
      const [{ placementPolicies }, { queuePolicies }, { backfillPolicies }, { InputError }, { suggestion }] =
        await Promise.all([
          import('../policies/placement/index.ts'),
          import('../policies/queueing/index.ts'),
          import('../policies/backfilling/index.ts'),
          import('../sim/input-error.ts'),
          import('../sim/nearest-name.ts'),
        ]);
      const all = [
        { kind: 'placement', title: 'Placement: where to put a pod (default first-fit)', policies: placementPolicies },
        {
          kind: 'queue',
          title: 'Queue: in which order waiting pods are tried (default fifo)',
          policies: queuePolicies,
        },
        {
          kind: 'backfill',
          title: 'Backfill: who may pass the head of the queue (default any)',
          policies: backfillPolicies,
        },
      ];
      const kinds = all.map((one) => one.kind);
      if (kind !== undefined && !kinds.includes(kind))
        throw new InputError(`there is no kind of policies called "${kind}"${suggestion(kind, kinds)}`);
      const chosen = all.filter((one) => kind === undefined || one.kind === kind);
      if (flags.json)
        return printJson(
          chosen.flatMap((one) =>
            one.policies.map(({ name, summary, source }) => ({ kind: one.kind, name, summary, source })),
          ),
        );
      const paint = painter(process.stdout);
      for (const one of chosen) {
        print(paint('bold', one.title));
        print(
          columns([
            ['  name', 'what it prefers', 'source'],
            ...one.policies.map((policy) => [`  ${policy.name}`, policy.summary ?? '', policy.source ?? '']),
          ]),
        );
        print('');
      }
      print(
        "Your own: --policy ./mine.ts, with export default { name: 'mine', score: (pod, node) => -node.cpuFreeMilli }",
      );
    });
}
