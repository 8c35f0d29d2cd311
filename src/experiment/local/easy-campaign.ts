import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../sim/input-error.ts';
import { blankRow } from '../../sim/pod-source.ts';
import { CsvTable } from '../../workloads/csv-table.ts';
import { DropReport } from '../../workloads/drop-report.ts';
import { swfJobs, type SwfSource } from '../../workloads/readers/swf-jobs.ts';
import {
  agrees,
  EASY_METRICS,
  EASY_SCHEDULERS,
  easyMetrics,
  easyRun,
  type EasyMetrics,
} from '../reproduce/easy-run.ts';
import { fileSource } from './file-source.ts';
import { referencePath, tracePath } from './reference-data.ts';

export interface EasyCampaignOptions {
  /** Folder of the logs, `<log>.swf` (or .swf.gz) each. */
  readonly logs?: string | undefined;
  /** The published averages. */
  readonly reference?: string | undefined;
}

/** One row of the reference, and the same numbers as they came out here. */
export interface EasyVerdictRow {
  readonly log: string;
  readonly scheduler: string;
  readonly metrics: readonly { name: string; published: number; got: number; agrees: boolean }[];
  readonly fingerprint: string;
  readonly agrees: boolean;
}

export interface EasyVerdict {
  readonly passed: boolean;
  readonly rows: readonly EasyVerdictRow[];
}

/** Runs every row of the reference and compares each number it gives to 12 significant digits. */
export function easyCampaign(options: EasyCampaignOptions): EasyVerdict {
  const file = referencePath(options.reference, 'easy/easy_predictsim_metrics.csv', 'the published EASY results');
  const logs = tracePath(options.logs, 'swf', 'the logs of the Parallel Workloads Archive');
  const rows = published(file).map(({ log, scheduler, numbers }): EasyVerdictRow => {
    const path = logPath(logs, log);
    const result = easyRun(jobsOf(path), processorsOf(path), EASY_SCHEDULERS[scheduler]);
    const got = easyMetrics(result);
    const metrics = numbers.map(({ name, value }) => ({
      name,
      published: value,
      got: got[name],
      agrees: agrees(got[name], value),
    }));
    return { log, scheduler, metrics, fingerprint: result.fingerprint, agrees: metrics.every((one) => one.agrees) };
  });
  return { passed: rows.every((row) => row.agrees), rows };
}

function logPath(folder: string, log: string): string {
  const plain = join(folder, `${log}.swf`);
  return !existsSync(plain) && existsSync(`${plain}.gz`) ? `${plain}.gz` : plain;
}

function jobsOf(path: string): SwfSource {
  return swfJobs(fileSource(path, 'a log in the Standard Workload Format'), new DropReport(), {
    cleaning: 'backfilling',
  });
}

function processorsOf(path: string): number {
  const jobs = jobsOf(path);
  jobs.next(blankRow());
  const processors = Number(jobs.header()['MaxProcs']);
  if (!(processors > 0))
    throw new InputError(`${path}: the header does not say MaxProcs; add a line "; MaxProcs: <processors>"`);
  return processors;
}

function published(file: string): { log: string; scheduler: string; numbers: Row[] }[] {
  const table = new CsvTable(fileSource(file, 'the published EASY results'), {
    required: ['log', 'scheduler'],
    example: 'log,scheduler,jobs,avg_flow_s,...',
  });
  const log = table.column('log');
  const scheduler = table.column('scheduler');
  const columns = EASY_METRICS.map((name) => ({ name, at: table.column(name) })).filter(({ at }) => at >= 0);
  const rows = [];
  while (table.next()) {
    const name = table.rows.text(scheduler);
    if (EASY_SCHEDULERS[name] === undefined)
      table.fail(scheduler, `"${name}" is not one of ${Object.keys(EASY_SCHEDULERS).join(', ')}`);
    const numbers = columns
      .filter(({ at }) => table.rows.text(at).trim() !== '')
      .map(({ name: metric, at }) => ({ name: metric, value: table.parse(at, numberOf) }));
    rows.push({ log: table.rows.text(log), scheduler: name, numbers });
  }
  return rows;
}

type Row = { name: keyof EasyMetrics; value: number };

function numberOf(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new InputError(`"${text}" is not a number`);
  return value;
}
