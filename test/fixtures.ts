import { builtInPlacement } from '../src/policies/placement/index.ts';
import { JOURNAL_KINDS, type JournalSink } from '../src/sim/journal.ts';
import type { PodRequest } from '../src/sim/pod-request.ts';
import { blankRow, type PodRow, type PodSource } from '../src/sim/pod-source.ts';
import type { RunResult } from '../src/sim/result.ts';
import { simulate, type SimulationOptions } from '../src/sim/simulation.ts';
import { seconds, US_PER_SECOND } from '../src/sim/time.ts';
import { clusterText } from '../src/workloads/readers/cluster-text.ts';

const GIB = 2 ** 30;

/** What became of a run. */
export interface Told {
  readonly result: RunResult;
  /** `J0@0 J2@8`: who started when, in seconds, in the order of starts. */
  readonly starts: string;
  /** `J0:node-0 J2:node-1`: who started where, in the order of starts. */
  readonly places: string;
  /** The journal, a line a record: `8 place J2 node-1`. */
  readonly journal: readonly string[];
}

type RunOptions = Partial<Omit<SimulationOptions, 'nodes' | 'pods' | 'journal'>>;

/** Runs pods written as for `podRows` on a cluster written as for `clusterText`; by default first-fit. */
export function run(cluster: string, pods: string | readonly PodRow[], options: RunOptions = {}): Told {
  const nodes = clusterText(cluster);
  const rows = typeof pods === 'string' ? podRows(pods) : pods;
  const journal: string[] = [];
  const starts: string[] = [];
  const places: string[] = [];
  const names: string[] = [];
  const sink: JournalSink = {
    write(batch) {
      for (let k = 0; k < batch.count; k++) {
        const pod = batch.pod[k];
        const kind = JOURNAL_KINDS[batch.kind[k]];
        if (kind === 'arrive') names[pod] = batch.name[k] ?? `pod-${pod}`;
        const atS = batch.timeUs[k] / US_PER_SECOND;
        const node = nodes[batch.node[k]]?.name;
        const devices = batch.detail[k] ? ` gpus ${batch.detail[k].toString(2)}` : '';
        journal.push(`${atS} ${kind} ${names[pod]}${node === undefined ? '' : ` ${node}`}${devices}`);
        if (kind !== 'place') continue;
        starts.push(`${names[pod]}@${atS}`);
        places.push(`${names[pod]}:${node}`);
      }
    },
  };
  const placement = builtInPlacement('first-fit').create;
  const result = simulate({ nodes, pods: sourceOf(rows), placement, seed: 1, ...options, journal: sink });
  return { result, starts: starts.join(' '), places: places.join(' '), journal };
}

/**
 * Pods in a line, separated by `|`: `NAME ARRIVES+RUNS WORD...` in seconds, `ARRIVES+` for one that never ends. Words:
 * `2cpu`, `500m`, `4Gi`, `1xgpu`, `1xgpu:500` (milli-GPU each), `~20` (estimate in seconds; default: the true run time),
 * `user=a`, `priority=3`, `gang=g/2`. Without a word for CPU a pod asks for none. `extra` is merged into requests by pod name.
 */
export function podRows(text: string, extra: Readonly<Record<string, Partial<PodRequest>>> = {}): PodRow[] {
  const requests = new Map<string, PodRequest>();
  return text.split('|').map((part) => {
    const [name, times, ...words] = part.trim().split(/\s+/) as [string, string, ...string[]];
    const [arrives, runs] = times.split('+') as [string, string];
    const row = { ...blankRow(), name, arrivesUs: seconds(Number(arrives)) };
    row.runsUs = runs === '' ? Infinity : seconds(Number(runs));
    row.estimateUs = row.runsUs;
    const request: PodRequest = { cpuMilli: 0, memBytes: 0 };
    for (const word of words) Object.assign(request, readWord(word, row));
    Object.assign(request, extra[name]);
    const key = JSON.stringify(request);
    row.request = requests.get(key) ?? request;
    requests.set(key, row.request);
    return row;
  });
}

/** The rows as a workload. */
export function sourceOf(rows: readonly PodRow[]): PodSource {
  let at = 0;
  return {
    next(row) {
      if (at === rows.length) return false;
      Object.assign(row, rows[at++]);
      return true;
    },
  };
}

function readWord(word: string, row: PodRow): Partial<PodRequest> {
  const [, value, unit] = /^(\d+(?:\.\d+)?)(cpu|m|Gi)$/.exec(word) ?? [];
  if (unit === 'cpu') return { cpuMilli: Number(value) * 1000 };
  if (unit === 'm') return { cpuMilli: Number(value) };
  if (unit === 'Gi') return { memBytes: Number(value) * GIB };
  const gpus = /^(\d+)xgpu(?::(\d+))?$/.exec(word);
  if (gpus) return { gpuCount: Number(gpus[1]), gpuMilli: Number(gpus[2] ?? 1000) };
  if (word.startsWith('~')) row.estimateUs = seconds(Number(word.slice(1)));
  else if (word.startsWith('user=')) row.user = word.slice(5);
  else if (word.startsWith('priority=')) row.priority = Number(word.slice(9));
  else if (word.startsWith('gang=')) {
    const [gang, size] = word.slice(5).split('/') as [string, string];
    row.gang = gang;
    row.gangSize = Number(size);
  } else throw new Error(`the fixture "${word}" means nothing`);
  return {};
}
