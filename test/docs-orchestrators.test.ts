import { readFileSync } from 'node:fs';
import prettier from 'prettier';
import { expect, test } from 'vitest';
import { orchestratorFacts } from '../src/experiment/orchestrated/orchestrator-facts.ts';
import { FEATURES, type FeatureName } from '../src/orchestrators/features.ts';
import { aboutOrchestrator } from '../src/orchestrators/index.ts';
import {
  DATA_PLANE_ORCHESTRATORS,
  ORCHESTRATOR_SOURCES,
  ORCHESTRATOR_TITLES,
  ORCHESTRATORS,
  type OrchestratorName,
} from '../src/orchestrators/orchestrator.ts';

/** In what is quoted a bar would end the cell. */
const cell = (text: string): string => text.replaceAll('|', String.raw`\|`).replaceAll('_', String.raw`\_`);
const code = (text: string): string => `\`${text}\``;

/** Reasons that begin with that word already need it once. */
const chosenFor = (why: string): string =>
  why.startsWith('chosen') ? `**chosen**${why.slice('chosen'.length)}` : `**chosen**: ${why}`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** Every number of an orchestrator, where it is from, and which of them we had to choose. */
function constantsTable(name: OrchestratorName): string {
  const { constants } = orchestratorFacts(aboutOrchestrator(name), {});
  const chosen = constants.filter(({ isModellingChoice }) => isModellingChoice).length;
  const rows = constants.map((one) => [
    code(one.name),
    one.text,
    cell(one.meaning),
    one.isModellingChoice ? chosenFor(cell(one.source)) : cell(one.source),
  ]);
  return `As in ${ORCHESTRATOR_SOURCES[name]}. Of ${constants.length} values ${chosen} are modelling choices, since upstream publishes none or leaves it to whoever runs it.

${table(['constant', 'value', 'what', 'source'], rows)}`;
}

function featuresTable(name: OrchestratorName): string {
  const { features } = aboutOrchestrator(name);
  const rows = Object.keys(FEATURES).map((key) => {
    const { has, by } = features[key as FeatureName];
    return [cell(FEATURES[key as FeatureName]), has, cell(by)];
  });
  return table(['what people ask for', 'has', 'by'], rows);
}

/** All five side by side. */
function matrix(): string {
  const rows = Object.keys(FEATURES).map((key) => [
    cell(FEATURES[key as FeatureName]),
    ...ORCHESTRATORS.map((name) => aboutOrchestrator(name).features[key as FeatureName].has),
  ]);
  return `\`outside\`: by something that stands beside it. By which of its own means each has it is on its page, and in the report.

${table(['', ...ORCHESTRATORS.map((name) => ORCHESTRATOR_TITLES[name])], rows)}`;
}

/** The page with this below a heading, up to the next one. */
function withSection(page: string, heading: string, text: string): string {
  const from = page.indexOf(`\n## ${heading}\n`);
  if (from < 0) throw new Error(`the page has no heading "${heading}"`);
  const start = from + heading.length + 5;
  const next = page.indexOf('\n## ', start);
  return `${page.slice(0, start)}\n${text}\n${next < 0 ? '' : page.slice(next)}`;
}

/** The page as it should be: what people wrote, with these sections printed anew. */
async function printed(name: string, sections: Readonly<Record<string, string>>): Promise<string> {
  const file = `docs/${name}.md`;
  let page = readFileSync(file, 'utf8');
  for (const [heading, text] of Object.entries(sections)) page = withSection(page, heading, text);
  return prettier.format(page, { ...(await prettier.resolveConfig(file)), parser: 'markdown' });
}

// Written anew by: npx vitest run test/docs-orchestrators.test.ts --update

for (const name of DATA_PLANE_ORCHESTRATORS)
  test(`docs/${name}.md has every constant and every feature`, async () => {
    const page = await printed(name, { Constants: constantsTable(name), Features: featuresTable(name) });
    await expect(page).toMatchFileSnapshot(`../docs/${name}.md`);
  });

test('docs/orchestrators.md has all features side by side', async () => {
  await expect(await printed('orchestrators', { 'What each can do': matrix() })).toMatchFileSnapshot(
    '../docs/orchestrators.md',
  );
});
