import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile, type TopLevelSpec } from 'vega-lite';
import { batonVersion } from '../experiment/local/baton-version.ts';
import { writeAtomically } from '../experiment/local/result-store.ts';
import { writeCalibration } from '../live/calibration/calibration-file.ts';
import type { ReplayOutcome } from '../live/replay-outcome.ts';
import { realityCsv, realityLinesCsv } from '../reporting/reality/reality-csv.ts';
import { realityHtml } from '../reporting/reality/reality-html.ts';
import { realityJson } from '../reporting/reality/reality-json.ts';
import { realityMarkdown } from '../reporting/reality/reality-markdown.ts';

export interface RealityFiles {
  readonly report: string;
  /** Absent: nothing was learnt. */
  readonly calibration?: string;
}

/** Writes what a replay came to, in every form, into its folder. */
export function writeReality({ check, calibration }: ReplayOutcome, folder: string, command: string): RealityFiles {
  const put = (name: string, text: string): string => {
    const path = join(folder, name);
    writeAtomically(path, text);
    return path;
  };
  put('comparison.json', realityJson(check));
  put('comparison.csv', realityCsv(check));
  put('lines.csv', realityLinesCsv(check));
  put('report.md', realityMarkdown(check));
  const report = put(
    'report.html',
    realityHtml(check, {
      vegaScript: readFileSync(join(dirname(fileURLToPath(import.meta.resolve('vega'))), 'vega.min.js'), 'utf8'),
      compile: (spec) => compile(spec as unknown as TopLevelSpec).spec,
      batonVersion: batonVersion(),
      command,
    }),
  );
  if (calibration === undefined) return { report };
  const path = join(folder, 'calibration.json');
  writeCalibration(path, calibration);
  return { report, calibration: path };
}
