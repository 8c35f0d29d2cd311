import { InputError } from '../../sim/input-error.ts';
import type { NodeSpec } from '../../sim/node-spec.ts';
import type { PodSource } from '../../sim/pod-source.ts';
import type { OrderRule } from '../arrival-order.ts';
import { peek, type ByteSource } from '../byte-source.ts';
import type { DropReport } from '../drop-report.ts';
import { gunzip } from '../gunzip.ts';
import { durationUs, quoted, wholeNumberOf } from '../../sim/quantity.ts';
import { nodeCsv } from './node-csv.ts';
import { openbNodes } from './openb-nodes.ts';
import { openbPods } from './openb-pods.ts';
import { podCsv } from './pod-csv.ts';
import { podNdjson } from './pod-ndjson.ts';
import { checkOptions, parsedOption, wordOption, type OptionTexts } from './reader-options.ts';
import { swfJobs } from './swf-jobs.ts';

/** Bytes of the beginning that tell the format. */
const HEAD_BYTES = 4096;

interface Format {
  readonly name: string;
  /** What it is, in one line. */
  readonly line: string;
  /** File names it usually has, for people; `*` stands for anything. */
  readonly patterns: readonly string[];
  /** Whether a file that begins so (unpacked, as text) is of this format. */
  readonly fits: (head: string) => boolean;
}

export interface PodFormat extends Format {
  /** Options by name, with one line of help each. */
  readonly options: Readonly<Record<string, string>>;
  /** Opens a pod list. Throws InputError for unknown options and, while pulled, for bad rows. */
  readonly open: (bytes: ByteSource, report: DropReport, options: OptionTexts, order: OrderRule) => PodSource;
}

export interface NodeFormat extends Format {
  /** Reads a machine list. Throws InputError. */
  readonly read: (bytes: ByteSource, report: DropReport) => NodeSpec[];
}

/**
 * The formats of pod lists; a reader of another trace is one file beside the others and one entry here, above the
 * formats whose file names say less.
 */
export const POD_FORMATS: readonly PodFormat[] = [
  {
    name: 'pods-ndjson',
    line: 'our own pods, one JSON object a line',
    patterns: ['*.ndjson', '*.jsonl', '*.ndjson.gz'],
    fits: (head) => head.trimStart().startsWith('{'),
    options: {},
    open: (bytes, report, _options, order) => podNdjson(bytes, report, { order }),
  },
  {
    name: 'openb',
    line: "pods of Alibaba's GPU cluster, cluster-trace-gpu-v2023",
    patterns: ['openb_pod_list*.csv'],
    fits: (head) => hasColumns(head, ['cpu_milli', 'memory_mib', 'num_gpu', 'gpu_milli']),
    options: {
      times: 'trace: arrive and run as in the trace; none: arrive one after the other and never end',
      every: 'time from one arrival to the next when times=none, such as 1s; default 0',
    },
    open: (bytes, report, options, order) => {
      const times = wordOption(options, 'times', ['trace', 'none']);
      const everyUs = parsedOption(options, 'every', durationUs);
      return openbPods(bytes, report, {
        order,
        ...(times !== undefined && { times }),
        ...(everyUs !== undefined && { everyUs }),
      });
    },
  },
  {
    name: 'swf',
    line: 'Standard Workload Format of the Parallel Workloads Archive',
    patterns: ['*.swf', '*.swf.gz'],
    fits: (head) => /^\s*;/.test(head) || /^\s*(-?[\d.]+[ \t]+){17}-?[\d.]+[ \t]*\r?\n/.test(head),
    options: {
      cleaning: 'none, or backfilling: the filter of the published EASY experiments',
      as: 'pod: a job is one pod; gang: a job of N processors is a gang of N pods',
      'max-procs': 'processors of the machine, when the header does not say them',
    },
    open: (bytes, report, options, order) => {
      const cleaning = wordOption(options, 'cleaning', ['none', 'backfilling']);
      const as = wordOption(options, 'as', ['pod', 'gang']);
      const maxProcs = parsedOption(options, 'max-procs', (text) => wholeNumberOf(text, 1));
      return swfJobs(bytes, report, {
        order,
        ...(cleaning !== undefined && { cleaning }),
        ...(as !== undefined && { as }),
        ...(maxProcs !== undefined && { maxProcs }),
      });
    },
  },
  {
    name: 'pods',
    line: 'our own CSV with units: arrives, cpu, mem, and more if you like',
    patterns: ['*.csv', '*.csv.gz'],
    fits: (head) => hasColumns(head, ['arrives', 'cpu', 'mem']),
    options: { delimiter: 'what separates fields, instead of a comma' },
    open: (bytes, report, options, order) => {
      const delimiter = parsedOption(options, 'delimiter', delimiterOf);
      return podCsv(bytes, report, { order, ...(delimiter !== undefined && { delimiter }) });
    },
  },
];

/** The formats of machine lists. */
export const NODE_FORMATS: readonly NodeFormat[] = [
  {
    name: 'openb-nodes',
    line: "machines of Alibaba's GPU cluster, cluster-trace-gpu-v2023",
    patterns: ['openb_node_list*.csv'],
    fits: (head) => hasColumns(head, ['sn', 'cpu_milli', 'memory_mib', 'gpu', 'model']),
    read: (bytes) => openbNodes(bytes),
  },
  {
    name: 'nodes',
    line: 'our own CSV with units: cpu, mem, and more if you like',
    patterns: ['*.csv'],
    fits: (head) => hasColumns(head, ['cpu', 'mem']) && !hasColumns(head, ['arrives']),
    read: nodeCsv,
  },
];

export interface OpenOptions {
  /** A name of POD_FORMATS; found out from the content when absent. */
  readonly format?: string;
  readonly options?: OptionTexts;
  /** Default `by-arrival`; `any` when a `sort` follows. */
  readonly order?: OrderRule;
}

/** Opens a pod list of any known format, gzip or not. Throws InputError when the format or an option is not known. */
export function openPods(bytes: ByteSource, report: DropReport, how: OpenOptions = {}): PodSource {
  const { head, source } = peek(gunzip(bytes), HEAD_BYTES);
  const format = how.format === undefined ? detectFormat(bytes.name, head) : formatNamed(POD_FORMATS, how.format);
  checkOptions(format.name, how.options ?? {}, Object.keys(format.options));
  return format.open(source, report, how.options ?? {}, how.order ?? 'by-arrival');
}

/** Reads a machine list of any known format, gzip or not. Throws InputError when the format is not known. */
export function readNodes(bytes: ByteSource, report: DropReport, formatName?: string): NodeSpec[] {
  const { head, source } = peek(gunzip(bytes), HEAD_BYTES);
  const format =
    formatName === undefined
      ? found(NODE_FORMATS, bytes.name, head, 'machine list')
      : formatNamed(NODE_FORMATS, formatName);
  return format.read(source, report);
}

/** The format of the pod list that begins with these (unpacked) bytes. What is in the file decides, then its name. */
export function detectFormat(name: string, firstBytes: Uint8Array): PodFormat {
  return found(POD_FORMATS, name, firstBytes, 'pod list');
}

function found<F extends Format>(formats: readonly F[], name: string, firstBytes: Uint8Array, what: string): F {
  const head = new TextDecoder().decode(firstBytes);
  if (head.trim() === '') throw new InputError(`${name}: the file is empty; a ${what} has at least a header and a row`);
  const byContent = formats.find((format) => format.fits(head));
  const byName = formats.find((format) => format.patterns.some((pattern) => matches(name, pattern)));
  const format = byContent ?? byName;
  if (format !== undefined) return format;
  throw new InputError(
    `${name}: this is no ${what} of a known format; known are ${formats.map((one) => `${one.name} (${one.patterns.join(', ')})`).join('; ')}`,
  );
}

function formatNamed<F extends Format>(formats: readonly F[], name: string): F {
  const format = formats.find((one) => one.name === name);
  if (format !== undefined) return format;
  throw new InputError(`no format is called ${quoted(name)}; known are ${formats.map((one) => one.name).join(', ')}`);
}

/** Whether the first line that is neither blank nor a comment is a CSV header with all these columns. */
function hasColumns(head: string, columns: readonly string[]): boolean {
  const line = head.split(/\r?\n/).find((one) => one.trim() !== '' && !one.startsWith('#')) ?? '';
  const header = new Set(line.split(/[,;|\t]/).map((column) => column.trim().replace(/^"(.*)"$/, '$1')));
  return columns.every((column) => header.has(column));
}

function matches(path: string, pattern: string): boolean {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  const [before, after] = pattern.split('*');
  return name.length >= before.length + after.length && name.startsWith(before) && name.endsWith(after);
}

function delimiterOf(text: string): string {
  if (text === 'tab') return '\t';
  if (/^[\x20-\x7e]$/.test(text) && !/[\w"#]/.test(text)) return text;
  throw new InputError(`${quoted(text)} cannot separate fields; write one sign such as ; or the word tab`);
}
