import type { Benchmark, BenchRow, Verdict } from './benchmark.ts';

const MIB = 2 ** 20;

/** One benchmark's table in Markdown, with what became of its targets. */
export function benchmarkMarkdown(
  benchmark: Benchmark,
  rows: readonly BenchRow[],
  verdicts: readonly Verdict[],
): string {
  const columns = COLUMNS.filter(({ cell }) => rows.some((row) => cell(row) !== ''));
  const table = [
    columns.map(({ title }) => title),
    columns.map(({ right }) => (right ? '---:' : '---')),
    ...rows.map((row) => columns.map(({ cell }) => cell(row))),
  ];
  return [
    `## ${benchmark.name}`,
    '',
    benchmark.summary,
    '',
    ...table.map((cells) => `| ${cells.join(' | ')} |`),
    ...(verdicts.length > 0 ? [''] : []),
    ...verdicts.map(({ text, met }) => `- ${met ? 'met' : '**missed**'}: ${text}`),
    '',
  ].join('\n');
}

/** A row in one line, for whoever waits. */
export function rowLine(row: BenchRow): string {
  const ratio = row.ratio === undefined ? '' : `, ${row.ratio.toFixed(2)} ×`;
  return `${row.benchmark}: ${row.task}: ${row.cpuS.toFixed(2)} CPU s, ${rate(row)}${ratio}, ${mib(row)} MiB, ${row.fingerprint}`;
}

const COLUMNS: readonly { title: string; right: boolean; cell: (row: BenchRow) => string }[] = [
  { title: 'what', right: false, cell: ({ task }) => task },
  { title: 'CPU s', right: true, cell: ({ cpuS }) => cpuS.toFixed(2) },
  { title: 'arrivals, CPU s', right: true, cell: ({ apartCpuS }) => apartCpuS?.toFixed(2) ?? '' },
  { title: 'per CPU second', right: true, cell: rate },
  { title: 'faster', right: true, cell: ({ ratio }) => (ratio === undefined ? '' : `${ratio.toFixed(2)} ×`) },
  { title: 'peak MiB', right: true, cell: mib },
  { title: 'fingerprint', right: false, cell: ({ fingerprint }) => fingerprint },
  { title: 'work', right: false, cell: workWords },
];

function rate({ amount, cpuS, unit }: BenchRow): string {
  const perS = amount / cpuS;
  return perS >= 1e6 ? `${(perS / 1e6).toFixed(2)} M ${unit}` : `${(perS / 1e3).toFixed(1)} k ${unit}`;
}

function mib({ peakRssBytes }: BenchRow): string {
  return (peakRssBytes / MIB).toFixed(0);
}

function workWords({ work }: BenchRow): string {
  const words: Readonly<Record<string, string>> = { nodeEvaluations: 'node evaluations', scoreCalls: 'score calls' };
  return Object.entries(work)
    .map(([name, count]) => `${count} ${words[name] ?? name}`)
    .join(', ');
}
