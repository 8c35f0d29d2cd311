import { expect, test } from 'vitest';
import type { NodeSpec } from '../../sim/node-spec.ts';
import { blankRow } from '../../sim/pod-source.ts';
import { Simulation } from '../../sim/simulation.ts';
import { placementPolicy } from './index.ts';

const GiB = 2 ** 30;
// Zone a has twice the nodes of zone b, and larger ones.
const NODES: NodeSpec[] = [
  { name: 'a1', cpuMilli: 8000, memBytes: 8 * GiB, zone: 'a' },
  { name: 'a2', cpuMilli: 8000, memBytes: 8 * GiB, zone: 'a' },
  { name: 'b1', cpuMilli: 4000, memBytes: 4 * GiB, zone: 'b' },
];

function placed(policy: string, users: string[]): string[] {
  const simulation = new Simulation({
    nodes: NODES,
    pods: { next: () => false },
    placement: placementPolicy(policy),
    seed: 1,
    startUs: 0,
  });
  const request = { cpuMilli: 500, memBytes: GiB / 2 };
  return users.map((user) => {
    const slot = simulation.submit({ ...blankRow(), user, request });
    return NODES[simulation.pods.node[slot]].name;
  });
}

test('zone spread deals the pods of an owner to the zones in turn, then to the nodes of the zone', () => {
  // web: a1 (emptiest), b1 (zone b has none), a2 (a and b have one each: the emptier node; a1 has one already), b1.
  expect(placed('zone-spread', ['web', 'web', 'web', 'web'])).toEqual(['a1', 'b1', 'a2', 'b1']);
});

test('owners are counted apart', () => {
  expect(placed('zone-spread', ['web', 'db', 'web', 'db'])).toEqual(['a1', 'a2', 'b1', 'b1']);
});

test('node spread looks at nodes only', () => {
  expect(placed('node-spread', ['web', 'web', 'web', 'web'])).toEqual(['a1', 'a2', 'b1', 'a1']);
});
