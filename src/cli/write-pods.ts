import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { InputError } from '../sim/input-error.ts';
import type { PodSource } from '../sim/pod-source.ts';
import { writePodCsv } from '../workloads/write-pod-csv.ts';
import { writePodNdjson } from '../workloads/write-pod-ndjson.ts';

/** Writes pods to a file by its ending, or as CSV to stdout for `-`; says how many. A failed write leaves no file. */
export async function writePods(source: PodSource, file: string): Promise<number> {
  const plain = file.replace(/\.gz$/, '');
  if (file !== '-' && !/\.(csv|ndjson|jsonl)$/.test(plain))
    throw new InputError(
      `${file}: cannot tell the format from this name; end it in .csv or .ndjson, with .gz to pack it`,
    );
  let pods = 0;
  const counted: PodSource = {
    next: (row) => {
      const more = source.next(row);
      if (more) pods++;
      return more;
    },
  };
  const chunks = Readable.from(/\.(ndjson|jsonl)$/.test(plain) ? writePodNdjson(counted) : writePodCsv(counted));
  if (file === '-') {
    await pipeline(chunks, process.stdout, { end: false });
    return pods;
  }
  const aside = `${file}.${process.pid}.tmp`;
  try {
    const target = createWriteStream(aside);
    await (file.endsWith('.gz') ? pipeline(chunks, createGzip(), target) : pipeline(chunks, target));
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== undefined && (error as NodeJS.ErrnoException).syscall !== undefined)
      throw new InputError(`${file}: cannot be written (${code}); name another file`);
    throw error;
  }
  return pods;
}
