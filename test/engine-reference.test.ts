import { expect, test } from 'vitest';
import { anyone } from '../src/policies/backfilling/anyone.ts';
import { strict } from '../src/policies/backfilling/strict.ts';
import { builtInPlacement } from '../src/policies/placement/index.ts';
import { queuePolicy } from '../src/policies/queueing/index.ts';
import { JOURNAL_KINDS } from '../src/sim/journal.ts';
import type { PlacementPolicy } from '../src/sim/policy.ts';
import type { PodRow } from '../src/sim/pod-source.ts';
import { simulate, type SimulationOptions } from '../src/sim/simulation.ts';
import { sourceOf } from './fixtures.ts';
import type { NaiveNode } from './reference/naive-cluster.ts';
import { naiveRun } from './reference/naive-run.ts';
import { randomWorkload } from './reference/random-workload.ts';

/** Each case has seeds of its own. */
const SEEDS = 60;

/** Scores as a user might write them; the reference has them once more, in its own words. */
const PLACEMENTS: Record<
  string,
  { engine: SimulationOptions['placement']; naive: (request: PodRow['request'], node: NaiveNode) => number }
> = {
  'first-fit': { engine: builtInPlacement('first-fit').create, naive: () => 0 },
  'most free CPU, indexed': {
    engine: (): PlacementPolicy => ({ name: 'most free CPU', score: (_, node) => node.cpuFreeMilli }),
    naive: (_, node) => node.cpuFreeMilli,
  },
  'fewest pods, then tight': {
    engine: (): PlacementPolicy => ({
      name: 'fewest pods',
      score: (pod, node) => -(node.podCount * 1e6 + node.cpuFreeMilli - pod.cpuMilli),
    }),
    naive: (request, node) => -(node.podCount * 1e6 + node.cpuFreeMilli - request.cpuMilli),
  },
  'best-fit': {
    engine: builtInPlacement('best-fit').create,
    naive(request, node) {
      const share = (free: number, whole: number): number => (whole > 0 ? free / whole : 0);
      const plain =
        share(node.cpuFreeMilli - request.cpuMilli, node.cpuMilli) +
        share(node.memFreeBytes - request.memBytes, node.memBytes);
      if (!request.gpuCount) return -plain;
      const asked = request.gpuCount * (request.gpuMilli ?? 1000);
      return -(plain + share(node.gpuFreeMilli - asked, node.gpuCount * 1000));
    },
  },
};

const QUEUES: Record<string, (row: PodRow) => number> = {
  fifo: () => 0,
  priority: (row) => -row.priority,
  'shortest-first': (row) => row.estimateUs,
  drf: () => 0,
};

/** Who started when and where, from the journal. */
function starts(options: SimulationOptions): string[] {
  const lines: string[] = [];
  simulate({
    ...options,
    journal: {
      write(batch) {
        for (let k = 0; k < batch.count; k++)
          if (JOURNAL_KINDS[batch.kind[k]] === 'place')
            lines.push(`pod ${batch.pod[k]} at ${batch.timeUs[k]} on ${batch.node[k]}`);
      },
    },
  });
  return lines;
}

const cases = Object.keys(PLACEMENTS)
  .flatMap((placement) =>
    Object.keys(QUEUES).flatMap((queue) => [
      { placement, queue, backfill: anyone, arrivalsFirst: false },
      { placement, queue, backfill: strict, arrivalsFirst: queue === 'priority' },
    ]),
  )
  .map((one, k) => ({ ...one, firstSeed: 1 + k * SEEDS }));

test.each(cases)(
  'starts as a slow reference does: $placement, $queue, $backfill.name',
  ({ placement, queue, backfill, arrivalsFirst, firstSeed }) => {
    let started = 0;
    for (let seed = firstSeed; seed < firstSeed + SEEDS; seed++) {
      const { nodes, rows } = randomWorkload(seed, 40);
      const { engine, naive } = PLACEMENTS[placement];
      const expected = naiveRun({
        nodes,
        rows,
        score: naive,
        key: QUEUES[queue],
        byShare: queue === 'drf',
        strict: backfill === strict,
        arrivalsFirst,
      });
      const options: SimulationOptions = {
        nodes,
        pods: sourceOf(rows),
        placement: engine,
        queue: queuePolicy(queue),
        backfill,
        seed,
      };
      const ranks = arrivalsFirst ? { arrive: 0, finish: 1 } : { finish: 0, arrive: 1 };
      expect(starts({ ...options, ranks }), `seed ${seed}`).toEqual(expected);
      started += expected.length;
    }
    expect(started).toBeGreaterThan(SEEDS * 10);
  },
);
