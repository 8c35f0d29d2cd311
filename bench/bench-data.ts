import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { traceFolder } from '../src/experiment/local/reference-data.ts';
import { fileSource } from '../src/experiment/local/file-source.ts';
import { typicalPods } from '../src/policies/placement/typical-pods.ts';
import type { NodeSpec } from '../src/sim/node-spec.ts';
import type { PodRequest } from '../src/sim/pod-request.ts';
import { blankRow, type PodSource } from '../src/sim/pod-source.ts';
import type { TypicalPod } from '../src/sim/typical-pod.ts';
import type { ByteSource } from '../src/workloads/byte-source.ts';
import { DropReport } from '../src/workloads/drop-report.ts';
import { openPods, readNodes } from '../src/workloads/readers/reader-registry.ts';

/** A file of the real traces, or undefined where they are not. */
export function realTrace(path: string): ByteSource | undefined {
  const folder = traceFolder();
  const file = folder === undefined ? undefined : join(folder, path);
  return file !== undefined && existsSync(file) ? fileSource(file, 'a trace') : undefined;
}

/** One of the traces that ship with Baton: `gpu-like` is `traces/gpu-like-3k.csv` and its machines. */
export interface ShippedTrace {
  readonly nodes: readonly NodeSpec[];
  readonly typical: readonly TypicalPod[];
  /** From the beginning, at most so many pods. */
  readonly pods: (most?: number) => PodSource;
}

/** Opens a shipped trace; the project's folder must be the current one. */
export function shippedTrace(name: string): ShippedTrace {
  const open = (): PodSource => openPods(fileSource(`traces/${name}-3k.csv`, 'a trace'), new DropReport());
  const nodes = readNodes(fileSource(`traces/${name}-nodes.csv`, 'a machine list'), new DropReport());
  return { nodes, typical: typicalPods(requestsOf(open())), pods: (most = Infinity) => atMost(open(), most) };
}

/** What the pods of a source ask for, one by one. */
export function* requestsOf(source: PodSource): Generator<PodRequest> {
  const row = blankRow();
  while (source.next(row)) yield row.request;
}

function atMost(source: PodSource, most: number): PodSource {
  let given = 0;
  return { next: (row) => given++ < most && source.next(row) };
}
