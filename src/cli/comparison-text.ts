import type { Comparison } from '../experiment/comparison.ts';
import { answerAll } from '../reporting/answer.ts';
import { incidentRows } from '../reporting/incidents/incident-section.ts';
import { withShortNames } from '../reporting/short-names.ts';
import { terminalTable, type Paint } from '../reporting/terminal-table.ts';
import { columns, type painter } from './console-output.ts';

const STYLES = { best: 'green', worse: 'red', soft: 'dim', bar: 'cyan' } as const;

/** What a comparison says on a terminal: the answer in a sentence, more of it, then for each cell what must be added and the ranking. */
export function comparisonText(
  full: Comparison,
  metric: string | undefined,
  paint: ReturnType<typeof painter>,
  width: number | undefined,
): string {
  const byRole: Paint = (text, role) => paint(STYLES[role], text);
  const comparison = withShortNames(full);
  const { headline, details, cells: answers } = answerAll(comparison, metric);
  const parts = [[paint('bold', headline), ...(details === '' ? [] : [details])].join('\n')];
  for (const [index, cell] of comparison.cells.entries()) {
    const { headline: own, details: more, caveats, metric: judgedBy } = answers[index];
    const lines = comparison.cells.length > 1 ? [own, ...(more === '' ? [] : [more])] : [];
    lines.push(...caveats.map((caveat) => paint('dim', caveat)));
    lines.push(
      terminalTable(cell, {
        metric: metric ?? judgedBy?.name,
        paint: byRole,
        ...(width !== undefined && { width }),
      }).trimEnd(),
    );
    const incident = incidentRows(comparison, cell);
    if (incident !== undefined) lines.push('', paint('bold', incident.sentence), columns(incident.rows, paint));
    parts.push(lines.join('\n'));
  }
  return parts.join('\n\n');
}
