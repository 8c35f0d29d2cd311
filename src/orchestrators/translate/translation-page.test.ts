import prettier from 'prettier';
import { expect, test } from 'vitest';
import { lossTable } from '../../cli/translate.ts';
import { DIALECTS } from './app-model.ts';
import { translateFiles } from './translate-files.ts';
import { translationMarkdown, translationTable } from './translation-table.ts';

const STACK = `services:
  web:
    image: registry.example/shop/web:2.4
    ports: ["80:8080"]
    healthcheck:
      test: ["CMD-SHELL", "curl -fsS http://localhost:8080/healthz || exit 1"]
      interval: 10s
      start_period: 20s
    labels:
      baton.dev/boot: lognormal 4s sigma 0.4
    deploy:
      replicas: 4
      placement:
        constraints: [node.labels.disk == ssd]
        preferences: [{ spread: node.labels.zone }]
        max_replicas_per_node: 2
      update_config: { parallelism: 2, order: start-first, failure_action: rollback }
      restart_policy: { condition: any, delay: 5s, max_attempts: 3, window: 120s }
      resources:
        limits: { memory: 512M }
        reservations: { cpus: "0.25", memory: 256M }
`;

/** What `baton translate` prints of one file. */
function printed(to: (typeof DIALECTS)[number]): { files: string; losses: string } {
  const done = translateFiles([{ file: 'shop.yaml', text: STACK }], to);
  return {
    files: done.files.map(({ name, text }) => (done.files.length === 1 ? text : `# ${name}\n${text}`)).join('\n'),
    losses: lossTable(done.losses, (_, text) => text).trim(),
  };
}

function page(): string {
  const manifests = printed('kubernetes');
  const job = printed('nomad');
  const app = printed('marathon');
  return `# Translating files

\`baton translate\` turns the files of one orchestrator into those of another, as far as their meaning carries, and lists
field by field what does not:

\`\`\`sh
baton translate compose.yaml --to kubernetes --out manifests
baton translate manifests/ --to nomad
baton translate web.json --from marathon --to ecs --strict
\`\`\`

It reads and writes compose files as \`docker stack deploy\` takes them, Kubernetes manifests, apps and groups of Marathon
with jobs of Metronome, objects of Amazon ECS and its neighbours as the AWS CLI takes them (templates of CloudFormation
are read, too), and job files of Nomad. What a file is shows from its contents; \`--from\` says it otherwise. The files go to
stdout, or into the folder of \`--out\`, and what is lost goes to stderr. With \`--strict\` it ends with 1 when anything is lost,
with \`--json\` all of it is data.

## An example

A stack, \`shop.yaml\`:

\`\`\`yaml
${STACK.trim()}
\`\`\`

\`baton translate shop.yaml --to kubernetes\`:

\`\`\`yaml
${manifests.files.trim()}
\`\`\`

\`\`\`text
${manifests.losses}
\`\`\`

\`baton translate shop.yaml --to nomad\`:

\`\`\`hcl
${job.files.trim()}
\`\`\`

\`\`\`text
${job.losses}
\`\`\`

And what is lost with \`--to marathon\`:

\`\`\`text
${app.losses}
\`\`\`

## How it is done

Every file becomes the same model of services (\`src/orchestrators/translate/app-model.ts\`), and the model becomes files. What a
file does not say is not made up: the target's own default holds there, which may be another one (a restart policy
without a delay waits 5 s in Swarm and 15 s in Nomad). Where the target cannot do without a value, the value that is
written is told as approximated. Losses are of four kinds:

- **Not expressible there**: the target has nothing like it.
- **Approximated**: it has something near, which is said.
- **Not carried over**: a field of the source that the model has no place for.
- **Ignored already where it comes from**: the source's own orchestrator reads it and does nothing with it.

Labels, annotations and meta survive as they are, \`baton.dev/…\` among them, so that a translated file behaves as the
first one did. Files of a dialect that are translated into the same one keep their meaning: they are normalised, not
copied, so comments and the order of fields go.

## What each can say

Found out by translating a service that has nothing but that feature. \`near\` and \`no\` are explained below, in the words in
which \`baton translate\` tells it.

${translationMarkdown()}`;
}

test('docs/translate.md says what is printed', async () => {
  const text = await prettier.format(page(), {
    ...(await prettier.resolveConfig('docs/translate.md')),
    parser: 'markdown',
  });
  await expect(text).toMatchFileSnapshot('../../../docs/translate.md');
});

test('every feature is something that at least one dialect has, and no dialect has all', () => {
  const rows = translationTable();
  expect(
    rows.filter(({ cells }) => DIALECTS.every((one) => cells[one].verdict === 'no')).map(({ feature }) => feature),
  ).toEqual([]);
  for (const dialect of DIALECTS) {
    const verdicts = rows.map(({ cells }) => cells[dialect].verdict);
    expect(verdicts).toContain('no');
    expect(verdicts.filter((one) => one === 'yes').length).toBeGreaterThan(15);
  }
});
