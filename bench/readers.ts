import { gzipSync } from 'node:zlib';
import { blankRow, type PodSource } from '../src/sim/pod-source.ts';
import { borg2011Like } from '../src/workloads/generators/borg-2011-like.ts';
import { gpuOpenbLike } from '../src/workloads/generators/gpu-openb-like.ts';
import { hpcLike } from '../src/workloads/generators/hpc-like.ts';
import type { ByteSource } from '../src/workloads/byte-source.ts';
import { DropReport } from '../src/workloads/drop-report.ts';
import { openPods } from '../src/workloads/readers/reader-registry.ts';
import { writePodCsv } from '../src/workloads/write-pod-csv.ts';
import { writePodNdjson } from '../src/workloads/write-pod-ndjson.ts';
import { realTrace } from './bench-data.ts';
import type { Benchmark, Sample } from './benchmark.ts';
import { Checksum } from './checksum.ts';
import { cpuTime } from './cpu-time.ts';
import { repeatedBytes } from './repeated-bytes.ts';

const ROWS = 1_000_000;
const BODY_PODS = 20_000;
const US_PER_SECOND = 1e6;

/** The readers of pod lists, from bytes to rows. */
export const readers: Benchmark = {
  name: 'readers',
  summary:
    'Reading pod lists of a million rows, from bytes in memory to rows of the engine: one body of some thousand rows comes again and again, so that neither a disk nor the size of the data is measured. The fingerprint is of the rows that came out.',
  repeat: 1,
  tasks: ({ tiny }) => {
    const rows = tiny ? 2000 : ROWS;
    const csv = (): Text => borgText(writePodCsv, tiny);
    const openb = tiny ? undefined : realTrace('openb/openb_pod_list_default.csv');
    const swf = tiny ? undefined : realTrace('swf/KTH-SP2.swf');
    const plain = 'own CSV';
    return [
      { name: plain, measure: () => measure('pods', csv(), rows, 'plain') },
      { name: 'own CSV, gzip', against: plain, measure: () => measure('pods', csv(), rows, 'gzip') },
      {
        name: 'own NDJSON',
        against: plain,
        measure: () => measure('pods-ndjson', borgText(writePodNdjson, tiny), rows, 'plain'),
      },
      {
        name: openb === undefined ? 'openb CSV, synthetic' : 'openb CSV',
        measure: () => measure('openb', openb === undefined ? openbText(tiny) : textOf(openb), rows, 'plain'),
      },
      {
        name: swf === undefined ? 'SWF, synthetic' : 'SWF, KTH-SP2',
        measure: () => measure('swf', swf === undefined ? swfText(tiny) : textOf(swf), rows, 'plain'),
      },
    ];
  },
};

/** A file's text: the header (with its line ends) and the rows. */
type Text = { readonly head: string; readonly body: string };

function measure(format: string, { head, body }: Text, rows: number, packing: 'plain' | 'gzip'): Sample {
  const times = Math.ceil(rows / (body.split('\n').length - 1));
  const pack = (text: string): Uint8Array => {
    const bytes = new TextEncoder().encode(text);
    // Members of a gzip file follow one another like the texts in them.
    return packing === 'gzip' ? gzipSync(bytes) : bytes;
  };
  const [packedHead, packedBody] = [pack(head), pack(body)];
  const report = new DropReport();
  const checksum = new Checksum();
  const row = blankRow();
  const { cpuS } = cpuTime(() => {
    const bytes = repeatedBytes(`the ${format} benchmark`, packedHead, packedBody, times);
    const source = openPods(bytes, report, { format, order: 'any' });
    while (source.next(row)) {
      checksum.add(row.arrivesUs);
      checksum.add(row.runsUs);
      checksum.add(row.request.cpuMilli);
      checksum.add(row.request.memBytes);
    }
  });
  const { rowsRead, podsGiven } = report;
  return {
    cpuS,
    amount: rowsRead,
    unit: 'rows',
    fingerprint: checksum.text,
    work: { rows: rowsRead, pods: podsGiven },
  };
}

/** The lines before the first row of data belong to the head. */
function textOf(source: ByteSource): Text {
  const buffer = new Uint8Array(2 ** 16);
  const pieces: Buffer[] = [];
  for (let count = source.read(buffer); count > 0; count = source.read(buffer))
    pieces.push(Buffer.from(buffer.subarray(0, count)));
  const text = Buffer.concat(pieces).toString('utf8').trimEnd();
  const comments = /^(?:;.*\r?\n)+/.exec(text)?.[0].length;
  const split = comments ?? text.indexOf('\n') + 1;
  return { head: text.slice(0, split), body: `${text.slice(split)}\n` };
}

function borgText(write: (source: PodSource) => Iterable<string>, tiny: boolean): Text {
  const text = [...write(borg2011Like.pods({ pods: tiny ? 200 : BODY_PODS }, 1))].join('');
  if (text.startsWith('{')) return { head: '', body: text };
  const split = text.indexOf('\n') + 1;
  return { head: text.slice(0, split), body: text.slice(split) };
}

function openbText(tiny: boolean): Text {
  const pods = gpuOpenbLike.pods({ pods: tiny ? 200 : BODY_PODS }, 1);
  const lines = linesOf(pods, (row, number) => {
    const { cpuMilli, memBytes, gpuCount = 0, gpuMilli = 1000, gpuModels = [] } = row.request;
    const createdS = Math.floor(row.arrivesUs / US_PER_SECOND);
    const endsS = createdS + Math.floor(row.runsUs / US_PER_SECOND);
    const gpu = `${gpuCount},${gpuCount > 0 ? gpuMilli : 0},${gpuModels.join('|')}`;
    return `openb-pod-${number},${cpuMilli},${Math.ceil(memBytes / 2 ** 20)},${gpu},LS,Running,${createdS},${endsS},${createdS}`;
  });
  const head =
    'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n';
  return { head, body: lines };
}

function swfText(tiny: boolean): Text {
  const jobs = hpcLike.pods({ pods: tiny ? 200 : BODY_PODS, days: Infinity }, 1);
  const body = linesOf(jobs, (row, number) => {
    const processors = row.request.cpuMilli / 1000;
    const seconds = (us: number): number => (us === Infinity ? -1 : Math.ceil(us / US_PER_SECOND));
    const [submitS, runS, askedS] = [row.arrivesUs, row.runsUs, row.estimateUs].map(seconds);
    return `${number + 1} ${submitS} -1 ${runS} ${processors} -1 -1 ${processors} ${askedS} -1 1 7 1 -1 1 -1 -1 -1`;
  });
  return { head: '; MaxProcs: 100\n', body };
}

function linesOf(source: PodSource, line: (row: ReturnType<typeof blankRow>, number: number) => string): string {
  const row = blankRow();
  const lines: string[] = [];
  while (source.next(row)) lines.push(line(row, lines.length));
  return `${lines.join('\n')}\n`;
}
