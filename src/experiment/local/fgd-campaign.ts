import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { NodeSpec } from '../../sim/node-spec.ts';
import { blankRow } from '../../sim/pod-source.ts';
import { DropReport } from '../../workloads/drop-report.ts';
import { openbNodes } from '../../workloads/readers/openb-nodes.ts';
import { openbPods } from '../../workloads/readers/openb-pods.ts';
import type { TracePod } from '../reproduce/fgd-arrivals.ts';
import { FGD_REFERENCE_FILES, fgdReference, type FgdReferenceRun } from '../reproduce/fgd-reference.ts';
import type { FgdRun } from '../reproduce/fgd-run.ts';
import { fgdVerdict, type FgdVerdict } from '../reproduce/fgd-verdict.ts';
import { fileSource } from './file-source.ts';
import { readTextFile } from './read-input.ts';
import { referencePath, tracePath } from './reference-data.ts';

export interface FgdCampaignOptions {
  /** Folder of the pod lists, `<workload>.csv` each. */
  readonly traces?: string | undefined;
  /** Folder of the published tables. */
  readonly reference?: string | undefined;
  readonly nodes?: string | undefined;
  readonly workers: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What a worker needs for its share: one policy on one trace, some seeds. */
export interface FgdTask {
  readonly nodes: readonly NodeSpec[];
  readonly pods: readonly TracePod[];
  readonly policy: string;
  readonly ratio: number;
  readonly seeds: readonly number[];
}

/** Runs whatever the reference holds, side by side, and compares. */
export async function fgdCampaign(options: FgdCampaignOptions): Promise<FgdVerdict> {
  const folder = referencePath(options.reference, 'fgd', 'the published FGD results');
  const text = (file: string): { name: string; text: string } => ({
    name: join(folder, file),
    text: readTextFile(join(folder, file), 'a table of published FGD results'),
  });
  const reference = fgdReference({
    allocated: text(FGD_REFERENCE_FILES.allocated),
    fragmented: text(FGD_REFERENCE_FILES.fragmented),
    fragmentedOfIdle: text(FGD_REFERENCE_FILES.fragmentedOfIdle),
  });
  const traces = tracePath(options.traces, 'openb', 'the openb pod lists');
  const nodesFile = options.nodes ?? join(traces, 'openb_node_list_gpu_node.csv');
  const nodes = openbNodes(fileSource(nodesFile, 'the openb node list'));
  const pods = new Map<string, TracePod[]>();
  for (const { workload } of reference)
    if (!pods.has(workload)) pods.set(workload, readPods(join(traces, `${workload}.csv`)));

  const groups = new Map<string, number[]>();
  reference.forEach(({ workload, policy, ratio }, k) => {
    const key = `${workload} ${policy} ${ratio}`;
    groups.set(key, [...(groups.get(key) ?? []), k]);
  });
  const runs: FgdRun[] = [];
  let done = 0;
  const shares = [...groups.values()].sort((one, other) => cost(reference[other[0]]) - cost(reference[one[0]]));
  await eachOf(shares, options.workers, async (members) => {
    const { workload, policy, ratio } = reference[members[0]];
    const seeds = members.map((k) => reference[k].seed);
    await runTask({ nodes, pods: pods.get(workload)!, policy, ratio, seeds }, (place, run) => {
      runs[members[place]] = run;
      options.onProgress?.(++done, reference.length);
    });
  });
  return fgdVerdict(reference, runs);
}

/** Longest first, so that no core waits for the last one at the end. */
function cost({ policy }: FgdReferenceRun): number {
  return policy === '06-FGD' ? 2 : 1;
}

function readPods(path: string): TracePod[] {
  const source = openbPods(fileSource(path, 'an openb pod list'), new DropReport(), { times: 'none' });
  const row = blankRow();
  const pods: TracePod[] = [];
  while (source.next(row)) pods.push({ name: row.name!, request: row.request });
  return pods;
}

/** One fresh thread a task: a score's call site that has seen one policy only is 2 to 4 times faster. */
function runTask(task: FgdTask, onRun: (place: number, run: FgdRun) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./fgd-worker.js', import.meta.url), { workerData: task });
    let received = 0;
    worker.on('message', (run: FgdRun) => onRun(received++, run));
    worker.on('error', reject);
    worker.on('exit', () => {
      if (received === task.seeds.length) resolve();
      else reject(new Error(`a worker of the FGD campaign ended after ${received} of ${task.seeds.length} runs`));
    });
  });
}

async function eachOf<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) await work(items[next++]);
  };
  await Promise.all(Array.from({ length: Math.max(1, atOnce) }, lane));
}
