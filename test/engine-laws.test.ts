import { expect, test } from 'vitest';
import { backfillPolicies } from '../src/policies/backfilling/index.ts';
import { placementPolicies } from '../src/policies/placement/index.ts';
import { typicalPods } from '../src/policies/placement/typical-pods.ts';
import { queuePolicies } from '../src/policies/queueing/index.ts';
import type { ChooserKind } from '../src/sim/choice/choose-index.ts';
import { JOURNAL_KINDS, type JournalKind, type JournalSink } from '../src/sim/journal.ts';
import type { RunResult } from '../src/sim/result.ts';
import { simulate, type SimulationOptions } from '../src/sim/simulation.ts';
import { stream } from '../src/sim/random.ts';
import { US_PER_SECOND } from '../src/sim/time.ts';
import { sourceOf } from './fixtures.ts';
import { NaiveNode } from './reference/naive-cluster.ts';
import { randomWorkload, type RandomWorkload } from './reference/random-workload.ts';

/** Policies of each kind, drawn anew for each seed. */
function optionsOf(seed: number, { nodes, rows }: RandomWorkload): SimulationOptions {
  const random = stream(seed, 'policies');
  const pick = <T>(values: readonly T[]): T => values[random.below(values.length)];
  const queue = pick(queuePolicies);
  const shares = queue.userShare !== undefined;
  return {
    nodes,
    pods: sourceOf(rows),
    placement: pick(placementPolicies).create,
    typicalPods: typicalPods(rows.map(({ request }) => request)),
    backfill: pick(backfillPolicies.filter(({ reservations }) => !shares || ['any', 'none'].includes(reservations))),
    queue,
    ranks: pick([
      { finish: 0, arrive: 1 },
      { finish: 1, arrive: 0 },
    ]),
    seed,
  };
}

const name = ({ backfill, queue }: SimulationOptions): string => `${backfill?.name}, ${queue?.name}`;

/** Follows the journal on nodes of its own and says, at the end of each instant, what law is broken. */
function watch(
  { nodes, rows }: RandomWorkload,
  idleNodesAreUsed: boolean,
): JournalSink & { faults: string[]; end(): void } {
  const machines = nodes.map((spec, id) => new NaiveNode(spec, id));
  const states = new Map<number, string>();
  const faults: string[] = [];
  let atUs = -1;
  const endInstant = (): void => {
    for (const machine of machines)
      if (machine.isOver()) faults.push(`node ${machine.id} is over its capacity at ${atUs}`);
    if (!idleNodesAreUsed) return;
    for (const [pod, state] of states)
      if (state === 'pending' && rows[pod].gang === undefined && machines.some((one) => one.fits(rows[pod].request)))
        faults.push(`pod ${pod} waits at ${atUs} though a node fits it`);
  };
  return {
    faults,
    end: endInstant,
    write(batch) {
      for (let k = 0; k < batch.count; k++) {
        const timeUs = batch.timeUs[k];
        const pod = batch.pod[k];
        if (timeUs < atUs) faults.push(`time goes back from ${atUs} to ${timeUs}`);
        if (timeUs > atUs) endInstant();
        atUs = timeUs;
        const kind = JOURNAL_KINDS[batch.kind[k]];
        const state = states.get(pod);
        // What is not here does not happen where there are only pods and a scheduler.
        const expected: Partial<Record<JournalKind, string | undefined>> = {
          arrive: undefined,
          queue: 'pending',
          place: 'pending',
          finish: 'running',
          refuse: 'pending',
        };
        if (!(kind in expected) || state !== expected[kind])
          faults.push(`pod ${pod} has ${kind} while ${state} at ${timeUs}`);
        if (kind === 'arrive') states.set(pod, 'pending');
        if (kind === 'refuse') states.set(pod, 'gone');
        if (kind === 'place') {
          states.set(pod, 'running');
          const devices = [...Array(31).keys()].filter((device) => batch.detail[k] & (1 << device));
          machines[batch.node[k]].pods.set(pod, { request: rows[pod].request, devices });
        }
        if (kind === 'finish') {
          states.set(pod, 'gone');
          machines[batch.node[k]].pods.delete(pod);
        }
      }
    },
  };
}

test('no node is ever over its capacity, time never goes back, and each pod is in one state', () => {
  for (let seed = 1; seed <= 400; seed++) {
    const workload = randomWorkload(seed, 30);
    const options = optionsOf(seed, workload);
    const watcher = watch(workload, options.backfill?.reservations === 'any');
    const { counts } = simulate({ ...options, journal: watcher });
    watcher.end();
    expect(watcher.faults, `seed ${seed}: ${name(options)}`).toEqual([]);
    const { arrived, finished, running, pending, refused } = counts;
    expect(finished + running + pending + refused, `seed ${seed}`).toBe(arrived);
    expect([arrived, pending, running], `seed ${seed}: all can run, so none waits for ever`).toEqual([
      workload.rows.length,
      0,
      0,
    ]);
  }
});

test('the laws above can be broken: a journal with one end left out puts a node over its capacity', () => {
  const workload = randomWorkload(3, 30);
  const watcher = watch(workload, false);
  const forgetful: JournalSink = {
    write(batch) {
      for (let k = 0; k < batch.count; k++)
        if (JOURNAL_KINDS[batch.kind[k]] === 'finish') batch.kind[k] = JOURNAL_KINDS.indexOf('queue');
      watcher.write(batch);
    },
  };
  simulate({ ...optionsOf(8, workload), journal: forgetful });
  expect(watcher.faults.join('\n')).toMatch(/over its capacity/);
});

test('a run repeats, and neither index nor detail of metrics nor a journal change what happens', () => {
  const silent: JournalSink = { write: () => {} };
  const ways: Partial<SimulationOptions>[] = [
    {},
    { metrics: 'lean' },
    { journal: silent },
    ...(['scan', 'block-maxima', 'kd-tree'] satisfies ChooserKind[]).map((index) => ({ index })),
  ];
  for (let seed = 1; seed <= 150; seed++) {
    const workload = randomWorkload(seed, 40);
    const results = ways.map((way) => simulate({ ...optionsOf(seed, workload), ...way }));
    const prints = results.map(({ fingerprint, endUs, counts }) => JSON.stringify({ fingerprint, endUs, counts }));
    expect(new Set(prints).size, `seed ${seed}: ${prints.join(' ')}`).toBe(1);
  }
});

test('the time that pods spend waiting is the time that the queue is long (Little, 1961)', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const result = simulate(optionsOf(seed, randomWorkload(seed, 40)));
    const { distributions } = result;
    // Nobody waits at the end, so both sides count the same pod-seconds: the area under the curve, and the sum of waits.
    const waitedS = distributions.waitS.mean * distributions.waitS.count;
    expect(area(result, result.curves.pending), `seed ${seed}`).toBeCloseTo(waitedS, 6);
    const ranS = distributions.flowS.mean * distributions.flowS.count - waitedS;
    expect(area(result, result.curves.running), `seed ${seed}`).toBeCloseTo(ranS, 6);
  }
});

/** Level times seconds. */
function area({ startUs, curves }: RunResult, levels: readonly number[]): number {
  let sum = 0;
  curves.timeUs.forEach((endUs, span) => {
    sum += (levels[span] * (endUs - (curves.timeUs[span - 1] ?? startUs))) / US_PER_SECOND;
  });
  return sum;
}
