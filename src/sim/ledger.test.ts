import { expect, test } from 'vitest';
import { podRows, sourceOf } from '../../test/fixtures.ts';
import { builtInPlacement } from '../policies/placement/index.ts';
import { clusterText } from '../workloads/readers/cluster-text.ts';
import { Violation } from './ledger.ts';
import { Simulation } from './simulation.ts';

/** Two pods run on one node, the run half done. */
function halfDone(): Simulation {
  const simulation = new Simulation({
    nodes: clusterText('4cpu 4Gi 1xT4'),
    pods: sourceOf(podRows('A 0+10 1cpu 1Gi | B 1+10 1cpu 1xgpu | C 2+10 4cpu')),
    placement: builtInPlacement('first-fit').create,
    seed: 1,
  });
  for (let step = 0; step < 3; step++) simulation.step();
  return simulation;
}

test('a run in order passes its own checks', () => {
  expect(halfDone().result().counts).toMatchObject({ arrived: 3, running: 2, pending: 1 });
});

test.each<[string, (simulation: Simulation) => void, string]>([
  ['a pod is lost', ({ ledger }) => ledger.counts.running--, '3 pods have arrived but 2 are accounted for'],
  ['a slot is lost', ({ pods }) => pods.remove([...pods.slots()][0]), '2 pods are alive but'],
  ['CPU appears', ({ cluster }) => (cluster.cpuFreeMilli[0] += 1), 'has 4000m of CPU but 4001m free and requested'],
  ['memory is lost', ({ cluster }) => (cluster.memFreeBytes[0] -= 1), 'B free and requested'],
  [
    'a GPU appears',
    ({ cluster }) => (cluster.gpuFreeMilli[0] += 1),
    'has 1 GPUs but 1001 milli-GPU free and requested',
  ],
  [
    'a node is over its capacity',
    ({ cluster }) => (cluster.cpuFreeMilli[0] = -1),
    'node "node-0" (id 0) is over its capacity',
  ],
])('when %s the run stops', (_, corrupt, sentence) => {
  const simulation = halfDone();
  corrupt(simulation);
  expect(() => simulation.result()).toThrow(Violation);
  expect(() => simulation.result()).toThrow(sentence);
});
