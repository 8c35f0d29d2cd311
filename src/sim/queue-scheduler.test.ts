import { expect, test } from 'vitest';
import { podRows, run } from '../../test/fixtures.ts';
import { anyone } from '../policies/backfilling/anyone.ts';
import { conservative } from '../policies/backfilling/conservative.ts';
import { easy } from '../policies/backfilling/easy.ts';
import { strict } from '../policies/backfilling/strict.ts';
import { builtInPlacement } from '../policies/placement/index.ts';
import { queuePolicy } from '../policies/queueing/index.ts';
import type { Cluster } from './cluster.ts';
import type { PlacementPolicy } from './policy.ts';

const GIB = 2 ** 30;

/** Ten CPUs: A leaves 4; B wants 8; C wants 4; D wants 2. */
const LINE = 'A 0+10 6cpu | B 1+10 8cpu | C 2+10 4cpu | D 3+5 2cpu';

test('whoever fits may pass: C passes B at once, D must wait for C and A, and B for both', () => {
  // C takes the last 4 CPUs at 2. At 10 A gives back 6: B needs 8, D takes 2. At 12 C gives back 4: 8 are free.
  expect(run('10cpu 10Gi', LINE, { backfill: anyone }).starts).toBe('A@0 C@2 D@10 B@12');
  expect(run('10cpu 10Gi', LINE).starts, 'and so it is by default').toBe('A@0 C@2 D@10 B@12');
});

test('in a strict queue nobody passes the head', () => {
  // B starts when A ends at 10 and leaves 2: C (4) waits until 20, and D behind it too although 2 are free.
  expect(run('10cpu 10Gi', LINE, { backfill: strict }).starts).toBe('A@0 B@10 C@20 D@20');
});

test('the queue is tried in the order of its policy, ties in the order of arrival', () => {
  const pods = 'A 0+10 4cpu | B 1+1 4cpu priority=1 | C 2+1 4cpu priority=2 | D 3+1 4cpu priority=2 | E 4+1 4cpu';
  expect(run('4cpu 4Gi', pods, { queue: queuePolicy('priority') }).starts).toBe('A@0 C@10 D@11 B@12 E@13');
  expect(run('4cpu 4Gi', pods, { queue: queuePolicy('fifo') }).starts).toBe('A@0 B@10 C@11 D@12 E@13');
});

test("DRF comes to the allocation of its paper's example: 3 tasks for A, 2 for B", () => {
  // Ghodsi et al., NSDI 2011: 9 CPUs, 18 GB; A's tasks need <1 CPU, 4 GB>, B's <3 CPUs, 1 GB>. A first pod holds
  // everything until all tasks wait, so that shares alone decide.
  const tasks = Array.from({ length: 6 }, (_, k) => `A${k} 1+ 1cpu 4Gi user=A | B${k} 1+ 3cpu 1Gi user=B`).join(' | ');
  const { starts } = run('9cpu 18Gi', `all 0+2 9cpu 18Gi user=C | ${tasks}`, { queue: queuePolicy('drf') });
  expect(starts).toBe('all@0 A0@2 B0@2 A1@2 B1@2 A2@2');
});

test('a full cluster refuses when nobody may wait', () => {
  const { starts, result } = run('4cpu 4Gi', 'A 0+10 3cpu | B 1+1 2cpu | C 2+1 1cpu | D 10+1 4cpu', {
    whenFull: 'refuse',
  });
  expect(starts).toBe('A@0 C@2 D@10');
  expect(result.counts).toEqual({ arrived: 4, finished: 3, running: 0, pending: 0, refused: 1, killed: 0 });
  expect(result.metrics['refusedShare']).toBe(1 / 4);
});

test('pods that are alike wait as one group, and all start once they fit', () => {
  const { starts } = run('4cpu 4Gi', 'A 0+5 4cpu | B 1+5 2cpu | C 1+5 2cpu | D 2+5 1cpu | E 2+5 2cpu');
  // At 5 B and C take everything; at 10 both end, one after the other: D and E start when B has gone.
  expect(starts).toBe('A@0 B@5 C@5 D@10 E@10');
});

test('a filter that reads the pod is asked for every pod, not once for all that look alike', () => {
  // Only even priorities are let in: B (odd) waits for ever, C of the same shape and user must not wait with it.
  const picky = (): PlacementPolicy => ({
    name: 'even priorities only',
    score: () => 0,
    filter: (pod) => pod.priority % 2 === 0 || 'is odd',
  });
  const pods = 'A 0+10 4cpu | B 1+1 2cpu priority=1 | C 2+1 2cpu | D 11+1 2cpu | E 12+1 2cpu priority=3 | F 13+1 2cpu';
  expect(run('4cpu 4Gi', pods, { placement: picky }).starts).toBe('A@0 C@10 D@11 F@13');
});

test('a filter that looks at other nodes is asked again whatever node changed', () => {
  // node-1 is open only while node-0 is empty. B does not fit node-0, whose change at 10 lets it onto node-1.
  const jealous = (): PlacementPolicy => {
    let seen: Readonly<Cluster> | undefined;
    return {
      name: 'node-0 must be empty',
      reads: 'cluster',
      columns(cluster) {
        seen = cluster;
        return () => 0;
      },
      filter: (_, node) => node.id === 0 || seen!.podCount[0] === 0 || 'is closed',
    };
  };
  const pods = 'A 0+10 1cpu | B 1+1 4cpu';
  expect(run('2cpu 4Gi | 4cpu 4Gi', pods, { placement: jealous }).starts).toBe('A@0 B@10');
});

test("when one pod's start opens a node to others, they need not wait for the next end", () => {
  // B may only join somebody; the waiting B starts the moment C does.
  const sociable = (): PlacementPolicy => ({
    name: 'small pods join others',
    score: () => 0,
    filter: (pod, node) => pod.cpuMilli > 1000 || node.podCount > 0 || 'is lonely',
  });
  expect(run('4cpu 4Gi', 'B 0+5 1cpu | C 3+5 2cpu', { placement: sociable }).starts).toBe('C@3 B@3');
});

test('a pod that no empty node could hold is refused at once', () => {
  const { journal, result } = run('2 x 4cpu 4Gi', 'A 0+1 5cpu | B 1+1 4cpu');
  expect(journal.slice(0, 2)).toEqual(['0 arrive A', '0 refuse A']);
  expect(result.counts.refused).toBe(1);
});

test('one user may not block another in the order of shares, whatever waits', () => {
  // A's pods wait for 4 CPUs. B's share is smaller, so B0 comes first when 2 CPUs come free, and fits.
  const pods = 'A0 0+10 2cpu user=A | A1 0+20 2cpu user=A | A2 1+1 4cpu user=A | B0 2+1 2cpu user=B';
  expect(run('4cpu 4Gi', pods, { queue: queuePolicy('drf'), backfill: strict }).starts).toBe('A0@0 A1@0 B0@10 A2@20');
});

test('placement decides where: the tighter node by best-fit, the first by first-fit, the emptier by worst-fit', () => {
  const place = (name: string): string =>
    run('8cpu 8Gi | 4cpu 4Gi | 16cpu 16Gi', 'A 0+1 2cpu 2Gi', { placement: builtInPlacement(name).create }).places;
  expect(place('best-fit')).toBe('A:node-1');
  expect(place('first-fit')).toBe('A:node-0');
  expect(place('worst-fit')).toBe('A:node-2');
});

test('of equal scores the lowest rank wins', () => {
  expect(run('3 x 4cpu 4Gi', 'A 0+1 1cpu | B 0+1 4cpu', { tieRanks: [2, 0, 1] }).places).toBe('A:node-1 B:node-2');
});

test('memory counts as much as CPU', () => {
  const pods = podRows('A 0+10 1cpu 3Gi | B 0+10 1cpu 2Gi | C 1+1 3cpu 1Gi', { C: { memBytes: GIB } });
  expect(run('8cpu 4Gi', pods).starts).toBe('A@0 C@1 B@10');
});

test.each([easy(), conservative])('shares of users are no order to reserve by: $name', (backfill) => {
  expect(() => run('4cpu 4Gi', 'A 0+1 1cpu', { queue: queuePolicy('drf'), backfill })).toThrow(
    `no fixed order in which backfilling "${backfill.name}" could reserve; choose backfilling "any" or "strict"`,
  );
});
