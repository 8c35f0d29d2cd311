import { expect, test } from 'vitest';
import { explainDecision, explainOnEmptyCluster, type DecisionExplanation } from './explain.ts';
import type { NodeSpec } from './node-spec.ts';
import type { PodRequest } from './pod-request.ts';
import { clearRow, type PodSource } from './pod-source.ts';
import { Simulation } from './simulation.ts';

const GI = 2 ** 30;

function arriving(requests: readonly PodRequest[]): PodSource {
  let k = 0;
  return {
    next(row) {
      if (k === requests.length) return false;
      clearRow(row);
      row.arrivesUs = k;
      row.request = requests[k++];
      return true;
    },
  };
}

/** The last decision of least-CPU-left on these nodes and pods. */
function lastDecision(nodes: readonly NodeSpec[], requests: readonly PodRequest[]): DecisionExplanation {
  let last: DecisionExplanation | undefined;
  new Simulation({
    nodes,
    pods: arriving(requests),
    placement: () => ({ name: 'tight', score: (pod, node) => pod.cpuMilli - node.cpuFreeMilli }),
    seed: 1,
    onDecision: (simulation, slot, node) => (last = explainDecision(simulation, slot, node)),
  }).run();
  return last!;
}

test('every node that fits is scored and ranked, every other says what it lacks', () => {
  const nodes: NodeSpec[] = [
    { name: 'big', cpuMilli: 4000, memBytes: 8 * GI },
    { name: 'mid', cpuMilli: 2000, memBytes: 8 * GI },
    { name: 'small', cpuMilli: 1000, memBytes: 8 * GI },
    { name: 'spot', cpuMilli: 4000, memBytes: GI, taints: ['spot'] },
  ];
  const told = lastDecision(nodes, [
    { cpuMilli: 500, memBytes: GI },
    { cpuMilli: 1500, memBytes: 2 * GI },
  ]);
  // The first pod took the tightest node, small: 1000m - 500m are left there.
  expect(told.nodes.map(({ node, score }) => [node, score])).toEqual([
    ['mid', -500],
    ['big', -2500],
    ['small', undefined],
    ['spot', undefined],
  ]);
  expect(told.chosen).toBe('mid');
  expect(told.nodes[2].objections).toEqual([{ rule: 'lacks CPU', numbers: '500m of 1000m free, 1500m needed' }]);
  expect(told.nodes[3].objections.map((one) => one.rule)).toEqual(['has taint spot', 'lacks memory']);
  expect(told.summary).toBe('2/4 nodes fit: 1 lacks CPU (need 1500m), 1 has taint spot');
});

test('nodes are counted once each, GPUs by their devices', () => {
  const gpu = { cpuMilli: 100, memBytes: 0, gpuCount: 1, gpuMilli: 600 };
  const nodes: NodeSpec[] = [
    { name: 'a', cpuMilli: 4000, memBytes: GI, gpuCount: 2 },
    { name: 'b', cpuMilli: 4000, memBytes: GI },
    { name: 'c', cpuMilli: 4000, memBytes: GI },
  ];
  const told = lastDecision(nodes, [gpu, gpu, gpu]);
  expect(told.summary).toBe('0/3 nodes fit: 3 lack GPU (need 1 x 600m)');
  expect(told.nodes[0].objections[0].numbers).toBe('devices have 400m, 400m free, 1 x 600m needed');
  expect(told.chosen).toBeUndefined();
});

test('a pod that no empty node could host', () => {
  const told = explainOnEmptyCluster([{ name: 'a', cpuMilli: 1000, memBytes: GI }], { cpuMilli: 2000, memBytes: 0 });
  expect(told.summary).toBe('0/1 nodes fit: 1 lacks CPU (need 2000m)');
});
