import type { Comparison, OrchestratorFacts } from '../../experiment/comparison.ts';
import { escapeHtml, proseHtml } from '../escape.ts';
import { countOf } from '../format.ts';

/** Orchestrators among the policies, each once. */
function orchestratorsOf({ policies }: Comparison): OrchestratorFacts[] {
  const found = new Map<string, OrchestratorFacts>();
  for (const { orchestrator } of policies)
    if (orchestrator !== undefined && !found.has(orchestrator.name)) found.set(orchestrator.name, orchestrator);
  return [...found.values()];
}

const MARKS = {
  yes: { sign: '●', words: 'has it' },
  partly: { sign: '◐', words: 'has part of it' },
  outside: { sign: '○', words: 'by something beside it' },
  no: { sign: '–', words: 'does not have it' },
} as const;

/** What orchestrators can do, and the numbers that decide how long they wait; empty where none takes part. */
export function orchestratorSection(comparison: Comparison): string {
  const all = orchestratorsOf(comparison);
  if (all.length === 0) return '';
  const matrix = all.length < 2 ? '' : featureMatrix(all);
  return `<section>${matrix}<h3>The numbers behind it</h3><p class="how">Every timer and limit that the simulation goes by. Those marked <span class="chosen">our choice</span> are nowhere published; change any of them with <code>policies.orchestrator: { name: …, constants: { … } }</code> and see whether it matters.</p>${all.map(constantsOf).join('\n')}</section>`;
}

function featureMatrix(all: readonly OrchestratorFacts[]): string {
  const head = all.map(({ title }) => `<th>${escapeHtml(title)}</th>`).join('');
  const rows = all[0].features.map(({ title }, at) => {
    const cells = all.map(({ features }) => {
      const { has, by } = features[at];
      const { sign, words } = MARKS[has];
      return `<td><span class="has ${has}" title="${words}" aria-label="${words}">${sign}</span> <span class="soft">${escapeHtml(by)}</span></td>`;
    });
    return `<tr><th scope="row">${escapeHtml(title)}</th>${cells.join('')}</tr>`;
  });
  const legend = Object.values(MARKS).map(({ sign, words }) => `${sign} ${words}`);
  return `<h3>What each can do</h3><p class="how">${escapeHtml(legend.join(' · '))}. Whatever one has, the simulated one does too.</p><div class="scroll"><table class="features"><thead><tr><th></th>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

function constantsOf({ title, constants }: OrchestratorFacts): string {
  const chosen = constants.filter((one) => one.isModellingChoice).length;
  const rows = constants.map(
    ({ name, text, meaning, source, isModellingChoice, isChanged }) =>
      `<tr><th scope="row"><code>${escapeHtml(name)}</code></th><td class="n">${escapeHtml(text)}${isChanged ? ' <b>changed</b>' : ''}</td><td>${proseHtml(meaning)}</td><td class="soft">${isModellingChoice ? '<span class="chosen">our choice</span> ' : ''}${escapeHtml(source)}</td></tr>`,
  );
  return `<details><summary>${escapeHtml(title)}: ${countOf(constants.length, 'number')}, ${chosen} of them our choice</summary><div class="scroll"><table><thead><tr><th>Name</th><th class="n">Value</th><th>What it is</th><th>Source</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div></details>`;
}
