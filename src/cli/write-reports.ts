import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Comparison } from '../experiment/comparison.ts';
import { writeAtomically } from '../experiment/local/result-store.ts';
import { policiesCsv, runsCsv } from '../reporting/report-csv.ts';
import { htmlReport } from '../reporting/report-html.ts';
import { jsonReport } from '../reporting/report-json.ts';
import { markdownReport } from '../reporting/report-markdown.ts';

/** Writes every form of the report into a folder and returns the path of the one for people. */
export function writeReports(comparison: Comparison, directory: string, metric?: string): string {
  const put = (name: string, text: string): string => {
    const path = join(directory, name);
    writeAtomically(path, text);
    return path;
  };
  put('result.json', jsonReport(comparison));
  put('runs.csv', runsCsv(comparison));
  put('metrics.csv', policiesCsv(comparison));
  put('report.md', markdownReport(comparison, { metric }));
  return put(
    'report.html',
    htmlReport(comparison, {
      vegaScript: readFileSync(join(dirname(fileURLToPath(import.meta.resolve('vega'))), 'vega.min.js'), 'utf8'),
      compile: (spec) => compile(spec as unknown as TopLevelSpec).spec,
      metric,
    }),
  );
}
