import { InputError } from '../../sim/input-error.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import { clearRow, type PodRow, type PodSource } from '../../sim/pod-source.ts';
import { US_PER_SECOND } from '../../sim/time.ts';
import { ArrivalOrder, type OrderRule } from '../arrival-order.ts';
import type { ByteSource } from '../byte-source.ts';
import { CsvTable } from '../csv-table.ts';
import type { DropReport } from '../drop-report.ts';
import { gunzip } from '../gunzip.ts';
import { wholeNumberOf } from '../../sim/quantity.ts';
import { RequestCache } from '../request-cache.ts';

const BYTES_PER_MIB = 1_048_576;
const MAX_MEMORY_MIB = Math.floor(Number.MAX_SAFE_INTEGER / BYTES_PER_MIB);
const MAX_SECONDS = Math.floor(Number.MAX_SAFE_INTEGER / US_PER_SECOND);
const WHOLE_GPU_MILLI = 1000;
const EXAMPLE =
  'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time';

export interface OpenbPodsOptions {
  /**
   * `trace`: pods arrive at their creation time and run from scheduled (else created) to deleted. `none`: they arrive
   * one after the other, `everyUs` apart, and never end, as in the published FGD experiment. Default: `trace` when the
   * file has the times, else `none`.
   */
  readonly times?: 'trace' | 'none';
  /** Microseconds from one arrival to the next when times are `none`; default 0. */
  readonly everyUs?: number;
  /** Whether rows must be in time order; default `by-arrival`. */
  readonly order?: OrderRule;
}

/**
 * The pod lists of Alibaba's cluster-trace-gpu-v2023 ("openb"), all its variants; columns are found by name. Memory is
 * in MiB, times in seconds; more than 1000 milli-GPU on a device count as 1000, as upstream does it. QoS and phase are
 * not used. Reads gzip too. Throws InputError for rows that are not of this form.
 */
export function openbPods(bytes: ByteSource, report: DropReport, options: OpenbPodsOptions = {}): PodSource {
  const table = new CsvTable(gunzip(bytes), {
    required: ['name', 'cpu_milli', 'memory_mib', 'num_gpu', 'gpu_milli'],
    example: EXAMPLE,
  });
  const rows = table.rows;
  const name = table.column('name');
  const cpu = table.column('cpu_milli');
  const mem = table.column('memory_mib');
  const gpus = table.column('num_gpu');
  const gpuMilli = table.column('gpu_milli');
  const spec = table.column('gpu_spec');
  const created = table.column('creation_time');
  const scheduled = table.column('scheduled_time');
  const deleted = table.column('deletion_time');
  const timed = useTimes(table, options.times, created, deleted, report);
  const everyUs = options.everyUs ?? 0;
  const order = new ArrivalOrder(options.order);
  const where = (): string => table.where();
  const cache = new RequestCache([cpu, mem, gpus, gpuMilli, spec].filter((column) => column >= 0));

  function wholeNumber(column: number, most: number): number {
    const value = rows.wholeNumber(column);
    return value >= 0 && value <= most ? value : table.parse(column, (text) => wholeNumberOf(text, 0, most));
  }

  function parseRequest(): PodRequest {
    const gpuCount = wholeNumber(gpus, 31);
    const asked = gpuCount > 0 ? wholeNumber(gpuMilli, Number.MAX_SAFE_INTEGER) : 0;
    if (gpuCount > 0 && asked === 0) table.fail(gpuMilli, '"0" of each GPU is nothing; write 1 to 1000');
    if (asked > WHOLE_GPU_MILLI) report.change('gpu_milli above 1000 became 1000, as upstream does it', where());
    const models =
      spec >= 0 && gpuCount > 0
        ? rows
            .text(spec)
            .split('|')
            .filter((model) => model.trim() !== '')
        : [];
    return {
      cpuMilli: wholeNumber(cpu, Number.MAX_SAFE_INTEGER),
      memBytes: wholeNumber(mem, MAX_MEMORY_MIB) * BYTES_PER_MIB,
      ...(gpuCount > 0 && { gpuCount, gpuMilli: Math.min(asked, WHOLE_GPU_MILLI) }),
      ...(models.length > 0 && { gpuModels: models.map((model) => model.trim()) }),
    };
  }

  /** Fills in the pod's times; false when it is to be dropped. */
  function fillTimes(row: PodRow): boolean {
    const createdS = wholeNumber(created, MAX_SECONDS);
    row.arrivesUs = createdS * US_PER_SECOND;
    if (rows.isEmpty(deleted)) return true;
    const beginsS = scheduled >= 0 && !rows.isEmpty(scheduled) ? wholeNumber(scheduled, MAX_SECONDS) : createdS;
    const runsS = wholeNumber(deleted, MAX_SECONDS) - beginsS;
    if (runsS < 0) report.drop('deleted before it was scheduled or created', where());
    row.runsUs = runsS * US_PER_SECOND;
    return runsS >= 0;
  }

  let read = 0;
  let given = 0;
  return {
    next(row) {
      while (table.next()) {
        read++;
        report.rowsRead++;
        clearRow(row);
        row.name = rows.text(name);
        const known = cache.find(rows);
        // A changed request is not remembered, so that each of its rows is counted in the report.
        const changesBefore = report.changed;
        row.request = known ?? parseRequest();
        if (known === undefined && report.changed === changesBefore) cache.keep(rows, row.request);
        if (!timed) row.arrivesUs = given * everyUs;
        else if (!fillTimes(row)) continue;
        order.check(row.arrivesUs, where);
        given++;
        report.podsGiven++;
        return true;
      }
      if (read === 0) throw new InputError(`${bytes.name}: the file has a header but no pods; add one row a pod`);
      return false;
    },
  };
}

function useTimes(
  table: CsvTable,
  wanted: OpenbPodsOptions['times'],
  created: number,
  deleted: number,
  report: DropReport,
): boolean {
  const has = created >= 0 && deleted >= 0;
  if (wanted === 'trace' && !has)
    throw new InputError(
      `${table.where()}: the file has no columns creation_time and deletion_time, so its times cannot be used; read it with times=none`,
    );
  if (wanted === undefined && !has)
    report.note('the file has no times: the pods arrive in the order of the rows and never end');
  return has && wanted !== 'none';
}
