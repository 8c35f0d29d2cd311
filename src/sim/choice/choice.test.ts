import { expect, test } from 'vitest';
import { Cluster } from '../cluster.ts';
import type { NodeSpec } from '../node-spec.ts';
import type { PodRequest } from '../pod-request.ts';
import type { ColumnScore } from '../policy.ts';
import { stream, type RandomStream } from '../random.ts';
import { ShapeTable } from '../shapes.ts';
import { blockMaxima } from './block-maxima.ts';
import { makeChooser } from './choose-index.ts';
import { byNodeId, byRank, type Chooser, type ChoiceProblem } from './chooser.ts';
import { kdTree } from './kd-tree.ts';
import { scan } from './scan.ts';

type ScoreMaker = (cluster: Cluster, shapes: ShapeTable) => ColumnScore;
interface Rule {
  readonly name: string;
  readonly prefers: ChoiceProblem['prefers'];
  readonly make: ScoreMaker;
}

const freeAfter: ScoreMaker = (cluster, shapes) => (shape, node) =>
  (cluster.cpuFreeMilli[node] - shapes.cpuMilli[shape]) / cluster.cpuMilli[node] +
  (cluster.memFreeBytes[node] - shapes.memBytes[shape]) / cluster.memBytes[node];

const RULES: readonly Rule[] = [
  { name: 'best fit', prefers: 'less-free', make: negated(freeAfter) },
  { name: 'worst fit', prefers: 'more-free', make: freeAfter },
  { name: 'first fit', prefers: 'less-free', make: () => () => 0 },
  { name: 'nothing but -Infinity', prefers: 'more-free', make: () => () => -Infinity },
  {
    name: 'whole cores left, -Infinity below two',
    prefers: 'more-free',
    make: (cluster) => (_, node) =>
      cluster.cpuFreeMilli[node] < 2000 ? -Infinity : Math.floor(cluster.cpuFreeMilli[node] / 1000),
  },
  {
    name: 'whole cores left, fewest first',
    prefers: 'less-free',
    make: (cluster) => (_, node) => -Math.floor(cluster.cpuFreeMilli[node] / 1000),
  },
  {
    name: 'least length of what is left',
    prefers: 'less-free',
    make: (cluster, shapes) => (shape, node) => {
      const cpu = (cluster.cpuFreeMilli[node] - shapes.cpuMilli[shape]) / 1000;
      const mem = (cluster.memFreeBytes[node] - shapes.memBytes[shape]) / 1000;
      return -(Math.max(cpu, 0) * Math.max(cpu, 0) + Math.max(mem, 0) * Math.max(mem, 0));
    },
  },
  {
    name: 'balance, which is not monotone',
    prefers: undefined,
    make: (cluster, shapes) => (shape, node) =>
      -Math.abs(
        (cluster.cpuFreeMilli[node] - shapes.cpuMilli[shape]) / cluster.cpuMilli[node] -
          (cluster.memFreeBytes[node] - shapes.memBytes[shape]) / cluster.memBytes[node],
      ),
  },
  {
    name: 'best fit, GPUs first',
    prefers: 'less-free',
    make: (cluster, shapes) => (shape, node) =>
      (shapes.gpuCount[shape] > 0 ? -cluster.gpuFreeMilli[node] : 0) - cluster.cpuFreeMilli[node],
  },
];

for (const rule of RULES) {
  test(`every index chooses what a scan chooses: ${rule.name}`, () => {
    for (let seed = 0; seed < 60; seed++) expect(firstDifference(rule, seed, 150)).toBeUndefined();
  });
}

test('the tree stays right when hundreds of nodes fill up from empty and empty again', () => {
  for (const rule of RULES) expect(firstDifference(rule, 1000, 1500, 400)).toBeUndefined();
});

/** A random cluster under random load, asked by every index at each step: the first answer that is not the scan's. */
function firstDifference(rule: Rule, seed: number, steps: number, nodes?: number): string | undefined {
  const random = stream(seed, `choice.test/${rule.name}`);
  const count = nodes ?? pick(random, [0, 1, 2, 3, 15, 16, 17, 40, 90, 200]);
  const cluster = new Cluster(randomSpecs(random, count));
  const shapes = new ShapeTable(cluster);
  const requests = randomRequests(random, pick(random, [1, 3, 12, 60]));
  const order = random.below(2) === 0 ? byNodeId(count) : byRank(shuffled(random, count));
  const odd = random.below(3) === 0 ? (shape: number, node: number) => (shape + node) % 3 !== 0 : undefined;
  const problem = (): ChoiceProblem => ({
    cluster,
    shapes,
    score: rule.make(cluster, shapes),
    filter: odd,
    prefers: rule.prefers,
    order,
    counters: { nodeEvaluations: 0, scoreCalls: 0 },
  });
  const oracle = scan(problem());
  const indexes: [string, Chooser][] = [
    ['block maxima', blockMaxima(problem())],
    ['block maxima with room for few shapes', blockMaxima(problem(), 2000)],
    ['automatic', makeChooser(problem(), 'auto')],
  ];
  if (rule.prefers) indexes.push(['k-d tree', kdTree(problem())]);

  const running: { node: number; shape: number; devices: number }[] = [];
  const everyone = (node: number): void => indexes.forEach(([, index]) => index.changed(node));
  let fills = true;
  for (let step = 0; step < steps; step++) {
    if (random.below(100) === 0) fills = !fills;
    if (running.length > 0 && random.below(10) < (fills ? 3 : 8)) {
      const k = random.below(running.length);
      const { node, shape, devices } = running[k];
      running[k] = running.at(-1)!;
      running.pop();
      cluster.release(node, shape, devices, shapes);
      shapes.release(shape);
      everyone(node);
    }
    if (count > 0 && random.below(12) === 0) {
      const node = random.below(count);
      cluster.setReady(node, random.below(3) > 0);
      everyone(node);
    }
    const shape = shapes.acquire(pick(random, requests));
    const expected = oracle.choose(shape);
    for (const [name, index] of indexes) {
      const chosen = index.choose(shape);
      if (chosen !== expected)
        return `${name} chose ${chosen}, the scan ${expected}: ${rule.name}, seed ${seed}, step ${step}`;
    }
    if (expected >= 0 && random.below(5) > 0) {
      const devices = cluster.bestFitDevices(expected, shape, shapes);
      cluster.bind(expected, shape, devices, shapes);
      running.push({ node: expected, shape, devices });
      everyone(expected);
    } else shapes.release(shape);
  }
  return undefined;
}

test('the automatic index changes with the number of shapes, and its answers do not', () => {
  const random = stream(7, 'choice.test/adaptive');
  const cluster = new Cluster(Array.from({ length: 300 }, (_, k) => machine(`n${k}`, 32_000, 128)));
  const shapes = new ShapeTable(cluster);
  const ids = Array.from({ length: 200 }, (_, k) => shapes.acquire({ cpuMilli: 100 * (1 + (k % 40)), memBytes: k }));
  const counters = { nodeEvaluations: 0, scoreCalls: 0 };
  const score = negated(freeAfter)(cluster, shapes);
  const order = byNodeId(300);
  const problem: ChoiceProblem = { cluster, shapes, score, filter: undefined, prefers: 'less-free', order, counters };
  const oracle = scan({ ...problem, counters: { nodeEvaluations: 0, scoreCalls: 0 } });
  const index = makeChooser(problem, 'auto');
  const running: [number, number][] = [];
  const kinds: string[] = [];
  for (const few of [true, false, true]) {
    for (let step = 0; step < 2000; step++) {
      const shape = ids[random.below(few ? 3 : 200)];
      const chosen = index.choose(shape);
      expect(chosen, `step ${step} of ${few ? 'few' : 'many'}`).toBe(oracle.choose(shape));
      cluster.bind(chosen, shape, 0, shapes);
      index.changed(chosen);
      running.push([chosen, shape]);
      if (running.length <= 2500) continue;
      const [freed, gone] = running.splice(random.below(running.length), 1)[0];
      cluster.release(freed, gone, 0, shapes);
      index.changed(freed);
    }
    kinds.push(index.kind);
  }
  expect(kinds).toEqual(['block-maxima', 'kd-tree', 'block-maxima']);
});

test('a shape id that comes back for another request is not answered from memory', () => {
  // 5,000 requests without pods: ids beyond the 4,096 kept idle are given out again.
  const cluster = new Cluster([machine('a', 4000, 4), machine('b', 2000, 4), machine('c', 1000, 4)]);
  const shapes = new ShapeTable(cluster);
  const score = negated(freeAfter)(cluster, shapes);
  const counters = { nodeEvaluations: 0, scoreCalls: 0 };
  const problem = { cluster, shapes, score, filter: undefined, prefers: undefined, order: byNodeId(3), counters };
  const index = blockMaxima(problem);
  const oracle = scan(problem);
  let reused = 0;
  for (let k = 0; k < 10_000; k++) {
    const shape = shapes.acquire({ cpuMilli: (k * 7) % 5000, memBytes: 1 + ((k * 13) % 3) });
    if (shapes.generation[shape] > 0) reused++;
    for (let again = 0; again < 3; again++) expect(index.choose(shape), `request ${k}`).toBe(oracle.choose(shape));
    shapes.release(shape);
  }
  expect(reused).toBeGreaterThan(100);
});

test('best fit takes the fullest node that still has room, and the first of equals', () => {
  // Free after 1500m: 2500, 500, none, 500 of equal nodes' memory: the second and the fourth tie, the second is first.
  const cluster = new Cluster([
    machine('a', 4000, 4),
    machine('b', 4000, 4),
    machine('c', 4000, 4),
    machine('d', 4000, 4),
  ]);
  const shapes = new ShapeTable(cluster);
  const two = shapes.acquire({ cpuMilli: 2000, memBytes: 1 });
  const three = shapes.acquire({ cpuMilli: 3000, memBytes: 1 });
  cluster.bind(1, two, 0, shapes);
  cluster.bind(2, three, 0, shapes);
  cluster.bind(3, two, 0, shapes);
  const asked = shapes.acquire({ cpuMilli: 1500, memBytes: 1 });
  for (const kind of ['scan', 'block-maxima', 'kd-tree', 'auto'] as const) {
    const score = negated(freeAfter)(cluster, shapes);
    const counters = { nodeEvaluations: 0, scoreCalls: 0 };
    const rest = { cluster, shapes, score, filter: undefined, prefers: 'less-free', counters } as const;
    expect(makeChooser({ ...rest, order: byNodeId(4) }, kind).choose(asked), kind).toBe(1);
    expect(makeChooser({ ...rest, order: byRank([0, 3, 2, 1]) }, kind).choose(asked), kind).toBe(3);
  }
});

test('an index looks at far fewer nodes than a scan, and counts what it looks at', () => {
  const evaluations = (kind: 'scan' | 'block-maxima' | 'kd-tree'): number => {
    const random = stream(5, 'choice.test/work');
    const cluster = new Cluster(Array.from({ length: 2000 }, (_, k) => machine(`n${k}`, 32_000, 128)));
    const shapes = new ShapeTable(cluster);
    const ids = Array.from({ length: 20 }, (_, k) =>
      shapes.acquire({ cpuMilli: 100 * (k + 1), memBytes: 2 ** 28 * (1 + random.below(64)) }),
    );
    const score = negated(freeAfter)(cluster, shapes);
    const counters = { nodeEvaluations: 0, scoreCalls: 0 };
    const chooser = makeChooser(
      { cluster, shapes, score, filter: undefined, prefers: 'less-free', order: byNodeId(2000), counters },
      kind,
    );
    for (let step = 0; step < 2000; step++) {
      const shape = ids[random.below(20)];
      const chosen = chooser.choose(shape);
      cluster.bind(chosen, shape, 0, shapes);
      chooser.changed(chosen);
    }
    return counters.nodeEvaluations;
  };
  expect(evaluations('scan')).toBe(2000 * 2000);
  // Block maxima score the nodes changed since the shape's last use: at most 20 or so distinct ones, a few blocks more.
  expect(evaluations('block-maxima')).toBeLessThan(2000 * 100);
  expect(evaluations('kd-tree')).toBeLessThan(2000 * 100);
});

function negated(make: ScoreMaker): ScoreMaker {
  return (cluster, shapes) => {
    const score = make(cluster, shapes);
    return (shape, one) => -score(shape, one);
  };
}

function machine(name: string, cpuMilli: number, memGib: number): NodeSpec {
  return { name, cpuMilli, memBytes: memGib * 2 ** 30 };
}

/** Few sizes and coarse steps, so that ties abound; some nodes have GPUs, labels, taints or a pod limit. */
function randomSpecs(random: RandomStream, count: number): NodeSpec[] {
  const sizes = 1 + random.below(4);
  const rich = random.below(2) === 0;
  return Array.from({ length: count }, (_, k) => {
    const size = 1 + random.below(sizes);
    const plain = { name: `node-${k}`, cpuMilli: 4000 * size, memBytes: 4000 * size };
    if (!rich) return plain;
    return {
      ...plain,
      gpuCount: random.below(3) === 0 ? 1 + random.below(4) : 0,
      gpuModel: pick(random, ['T4', 'V100']),
      labels: { disk: pick(random, ['ssd', 'hdd']) },
      taints: random.below(4) === 0 ? ['dedicated=batch'] : [],
      extended: random.below(3) === 0 ? { 'example.com/port': 3 } : {},
      storageBytes: 100,
      ...(random.below(4) === 0 ? { podLimit: 2 } : {}),
    };
  });
}

function randomRequests(random: RandomStream, count: number): PodRequest[] {
  return Array.from({ length: count }, () => {
    const request = { cpuMilli: 500 * random.below(6), memBytes: 500 * random.below(6) };
    if (random.below(3) > 0) return request;
    return {
      ...request,
      ...(random.below(2) === 0 ? { gpuCount: 1 + random.below(2), gpuMilli: pick(random, [250, 500, 1000]) } : {}),
      ...(random.below(3) === 0 ? { gpuModels: ['T4'] } : {}),
      ...(random.below(3) === 0 ? { nodeSelector: { disk: 'ssd' } } : {}),
      ...(random.below(3) === 0 ? { tolerations: ['dedicated'] } : {}),
      ...(random.below(4) === 0 ? { extended: { 'example.com/port': 1 } } : {}),
      ...(random.below(4) === 0 ? { storageBytes: 40 } : {}),
    };
  });
}

function shuffled(random: RandomStream, count: number): number[] {
  const ranks = Array.from({ length: count }, (_, k) => k);
  for (let k = count - 1; k > 0; k--) {
    const other = random.below(k + 1);
    [ranks[k], ranks[other]] = [ranks[other], ranks[k]];
  }
  return ranks;
}

function pick<T>(random: RandomStream, from: readonly T[]): T {
  return from[random.below(from.length)];
}
