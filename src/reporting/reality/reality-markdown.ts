import { escapeMarkdown } from '../report-markdown.ts';
import { realityAnswer } from './reality-answer.ts';
import type { RealityCheck } from './reality-check.ts';
import {
  checkpointTable,
  decisionTable,
  engineTable,
  factsOf,
  recoveryTable,
  serviceTable,
  startTable,
  type TextTable,
} from './reality-tables.ts';

/** A reality check as Markdown, short enough for a pull request. */
export function realityMarkdown(check: RealityCheck): string {
  const { headline, details, caveats } = realityAnswer(check);
  const different = check.checkpoints.map(({ differences }) => differences.length > 0);
  const checkpoints = checkpointTable(check);
  const parts = [
    `## ${escapeMarkdown(check.title)}, replayed`,
    `**${escapeMarkdown(headline)}**`,
    ...details.map(escapeMarkdown),
    ...caveats.map((text) => `> ${escapeMarkdown(text)}`),
    titled('Starts', startTable(check.starts, check.speed)),
    titled('Stops', startTable(check.stops, check.speed)),
    titled('Time to recover', recoveryTable(check)),
    titled('Requests', serviceTable(check)),
    titled('Decisions', decisionTable(check)),
    titled('Checkpoints that differed', { ...checkpoints, rows: checkpoints.rows.filter((_, k) => different[k]) }),
    titled('Engines', engineTable(check)),
    factsOf(check)
      .map(([name, value]) => `- ${escapeMarkdown(name)}: ${escapeMarkdown(value)}`)
      .join('\n'),
    ...(check.notes.length === 0 ? [] : [check.notes.map((note) => `- ${escapeMarkdown(note)}`).join('\n')]),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** Empty without rows. */
function titled(title: string, { columns, numeric, rows }: TextTable): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  const rule = `| ${numeric.map((is) => (is ? '---:' : '---')).join(' | ')} |`;
  return [`### ${title}`, '', line(columns), rule, ...rows.map(line)].join('\n');
}
