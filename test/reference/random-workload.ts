import type { NodeSpec } from '../../src/sim/node-spec.ts';
import type { PodRequest } from '../../src/sim/pod-request.ts';
import { blankRow, type PodRow } from '../../src/sim/pod-source.ts';
import { stream, type RandomStream } from '../../src/sim/random.ts';
import { seconds } from '../../src/sim/time.ts';

const GIB = 2 ** 30;

export interface RandomWorkload {
  readonly nodes: readonly NodeSpec[];
  readonly rows: readonly PodRow[];
}

/** A few nodes and pods of every kind, dense in ties: whole seconds, few sizes, runs of no length, too large ones. */
export function randomWorkload(seed: number, pods: number): RandomWorkload {
  const random = stream(seed, 'workload');
  const pick = <T>(...values: T[]): T => values[random.below(values.length)];
  const nodes = Array.from({ length: 1 + random.below(5) }, (_, id): NodeSpec => ({
    name: `node-${id}`,
    cpuMilli: 1000 * pick(2, 4, 4, 8),
    memBytes: GIB * pick(4, 8),
    storageBytes: GIB,
    ...pick({}, {}, { gpuCount: 2, gpuModel: 'T4' }, { gpuCount: 1, gpuModel: 'V100' }),
    ...pick({}, {}, {}, { taints: ['spot'] }, { labels: { disk: 'fast' } }, { podLimit: 2 }, { extended: { fpga: 1 } }),
  }));
  const requests = Array.from({ length: 6 }, (): PodRequest => ({
    cpuMilli: pick(0, 500, 1000, 1000, 2000, 4000),
    memBytes: GIB * pick(0, 1, 1, 2, 4),
    ...pick(
      {},
      {},
      {},
      { gpuCount: 1, gpuMilli: pick(300, 500) },
      { gpuCount: pick(1, 2) },
      { gpuCount: 1, gpuModels: ['T4'] },
    ),
    ...pick(
      {},
      {},
      {},
      { tolerations: ['spot'] },
      { nodeSelector: { disk: 'fast' } },
      { extended: { fpga: 1 } },
      { storageBytes: GIB },
    ),
  }));
  const rows: PodRow[] = [];
  let nowS = 0;
  while (rows.length < pods) {
    nowS += pick(0, 0, 0, 1, 2);
    const size = pick(1, 1, 1, 1, 1, 1, 2, 3);
    const request = requests[random.below(requests.length)];
    const user = pick('ann', 'bob', 'eve');
    const priority = random.below(3);
    const name = size > 1 ? `gang-${rows.length}` : undefined;
    for (let member = 0; member < size; member++)
      rows.push({ ...rowOf(random, nowS, request), user, priority, gang: name, gangSize: size });
  }
  return { nodes, rows };
}

/** Jobs for one pool of ten processors; estimates are upper bounds unless `lies`. */
export function randomJobs(seed: number, jobs: number, lies: boolean): RandomWorkload {
  const random = stream(seed, 'jobs');
  let nowS = 0;
  const rows = Array.from({ length: jobs }, (): PodRow => {
    nowS += random.below(3);
    const row = rowOf(random, nowS, { cpuMilli: 1000 * (1 + random.below(8)), memBytes: 0 });
    row.estimateUs = lies ? seconds(1 + random.below(12)) : row.runsUs + seconds(random.below(2) * random.below(8));
    return row;
  });
  return { nodes: [{ name: 'pool', cpuMilli: 10_000, memBytes: 0 }], rows };
}

function rowOf(random: RandomStream, arrivesS: number, request: PodRequest): PodRow {
  const runsUs = seconds(random.below(12));
  return { ...blankRow(), arrivesUs: seconds(arrivesS), runsUs, estimateUs: runsUs, request };
}
