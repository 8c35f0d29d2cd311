import { InputError } from '../../sim/input-error.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import { clearRow, type PodRow, type PodSource } from '../../sim/pod-source.ts';
import { US_PER_SECOND } from '../../sim/time.ts';
import { ArrivalOrder, type OrderRule } from '../arrival-order.ts';
import type { ByteSource } from '../byte-source.ts';
import type { DropReport } from '../drop-report.ts';
import { gunzip } from '../gunzip.ts';
import { SwfFields } from './swf-fields.ts';
import { headerNumber, type SwfHeader } from './swf-header.ts';

const BYTES_PER_KB = 1024;
const MILLI_PER_PROCESSOR = 1000;
const MAX_SECONDS = Math.floor(Number.MAX_SAFE_INTEGER / US_PER_SECOND);
/** A job of more processors than any machine has is a wrong number, and as a gang it would never end. */
const MAX_PROCESSORS = 100_000_000;
const MAX_GANG = 1_000_000;
const REQUESTS_KEPT = 10_000;

export interface SwfOptions {
  /**
   * `backfilling`: the filter of the published EASY experiments (Gaussier et al., SC'15), which needs run time,
   * requested time and processors within MaxProcs. `none` (default): only jobs that could not run at all are dropped.
   */
  readonly cleaning?: 'none' | 'backfilling';
  /** A job of N processors as one pod of N CPUs (default), or as a gang of N pods of one CPU each. */
  readonly as?: 'pod' | 'gang';
  /** Processors of the machine; default: MaxProcs of the header. */
  readonly maxProcs?: number;
  /** Whether jobs must be in order of submission; default `by-arrival`. */
  readonly order?: OrderRule;
}

/** A log's jobs, and its header once the first job has been read. */
export interface SwfSource extends PodSource {
  header(): SwfHeader;
}

/**
 * The jobs of a log in the Standard Workload Format (Parallel Workloads Archive), gzip or not. A processor is one CPU;
 * memory is field 10, else 7, KB per processor, else 0; the user is field 12; the estimate is the requested time.
 */
export function swfJobs(bytes: ByteSource, report: DropReport, options: SwfOptions = {}): SwfSource {
  const fields = new SwfFields(gunzip(bytes));
  const order = new ArrivalOrder(options.order);
  const where = (): string => fields.where();
  const requests = new Map<string, PodRequest>();
  const asGang = options.as === 'gang';
  let maxProcs = options.maxProcs;
  let read = 0;
  let gang = '';
  let processors = 0;
  let member = 0;
  const job: Pick<PodRow, 'arrivesUs' | 'runsUs' | 'estimateUs' | 'user' | 'request'> = {
    arrivesUs: 0,
    runsUs: 0,
    estimateUs: 0,
    user: undefined,
    request: { cpuMilli: 0, memBytes: 0 },
  };

  function readHeader(): void {
    maxProcs ??= headerNumber(fields.header, 'MaxProcs') ?? headerNumber(fields.header, 'MaxNodes');
    if (maxProcs === undefined && options.cleaning === 'backfilling')
      report.note('the header names no MaxProcs: jobs are not compared with the size of the machine');
  }

  function request(cpus: number, memKb: number): PodRequest {
    const key = `${cpus} ${memKb}`;
    let known = requests.get(key);
    if (known === undefined) {
      const memBytes = memKb * BYTES_PER_KB * cpus;
      if (memBytes > Number.MAX_SAFE_INTEGER)
        fields.fail(10, `${memKb} KB for each of ${cpus} processors is beyond 2^53 bytes; write KB per processor`);
      if (requests.size >= REQUESTS_KEPT) requests.clear();
      requests.set(key, (known = { cpuMilli: cpus * MILLI_PER_PROCESSOR, memBytes }));
    }
    return known;
  }

  function microseconds(field: number): number {
    const value = fields.values[field - 1];
    if (value <= MAX_SECONDS) return Math.floor(value * US_PER_SECOND + 0.5);
    return fields.fail(field, `${value} seconds is beyond 2^53 microseconds; write seconds`);
  }

  /** Reads the current line into `job`; the reason to drop it, or undefined. */
  function take(): string | undefined {
    const value = fields.values;
    const allocated = value[4];
    let requested = value[7];
    if (requested <= 0) requested = allocated;
    if (requested <= 0) return 'neither allocated nor requested processors are known';
    if (requested > MAX_PROCESSORS || requested % 1 !== 0)
      fields.fail(
        value[7] > 0 ? 8 : 5,
        `${requested} is not a number of processors; write a whole one below 100 million`,
      );
    if (asGang && requested > MAX_GANG)
      fields.fail(value[7] > 0 ? 8 : 5, `a gang of ${requested} pods is too large; read the log with as=pod`);
    if (options.cleaning === 'backfilling') {
      if (maxProcs !== undefined && Math.max(allocated, requested) > maxProcs)
        return `more processors than the machine has (${maxProcs})`;
      if (value[3] <= 0) return 'run time is not above 0';
      if (value[8] <= 0) return 'requested time is not above 0';
    } else if (value[3] < 0) return 'run time is unknown';
    if (value[1] < 0) return 'submit time is below 0';
    processors = requested;
    job.arrivesUs = microseconds(2);
    job.runsUs = microseconds(4);
    job.estimateUs = value[8] > 0 ? microseconds(9) : Infinity;
    if (options.cleaning === 'backfilling' && job.runsUs > job.estimateUs) {
      job.runsUs = job.estimateUs;
      report.change('the job ran longer than requested; its run time became the requested time', where());
    }
    job.user = value[11] >= 0 ? String(value[11]) : undefined;
    job.request = request(asGang ? 1 : processors, Math.max(0, value[9] > 0 ? value[9] : value[6]));
    return undefined;
  }

  function give(row: PodRow): void {
    clearRow(row);
    Object.assign(row, job);
    row.name = asGang && processors > 1 ? `${gang}.${member}` : gang;
    if (asGang && processors > 1) {
      row.gang = gang;
      row.gangSize = processors;
    }
    member++;
    report.podsGiven++;
  }

  return {
    header: () => Object.fromEntries(fields.header),
    next(row) {
      if (asGang && member < processors) {
        give(row);
        return true;
      }
      while (fields.next()) {
        if (read++ === 0) readHeader();
        report.rowsRead++;
        const reason = take();
        if (reason !== undefined) {
          report.drop(reason, where());
          continue;
        }
        order.check(job.arrivesUs, where);
        gang = String(fields.values[0]);
        member = 0;
        give(row);
        return true;
      }
      if (read === 0) throw new InputError(`${bytes.name}: the log holds no jobs; a job is a line of 18 numbers`);
      processors = 0;
      const announced = headerNumber(fields.header, 'MaxJobs');
      if (announced !== undefined && announced !== read)
        report.note(`the header announces ${announced} jobs, the log holds ${read}`);
      return false;
    },
  };
}
