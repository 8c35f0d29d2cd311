import { expect, test } from 'vitest';
import { planExperiment, plansOf, type PlanningContext } from './plan-experiment.ts';

const context: PlanningContext = {
  where: 'e.yaml',
  names: {
    placements: ['first-fit', 'best-fit', 'random'],
    queues: ['fifo', 'shortest-first'],
    backfills: ['any', 'easy'],
    isPlacement: (name) => ['first-fit', 'best-fit', 'random'].includes(name),
    isBackfill: (name) => ['any', 'easy'].includes(name),
    isFile: (token) => token.endsWith('.ts'),
  },
  resolvePath: (path) => `/data/${path}`,
  isRandom: (workload, policy) => workload?.generate !== undefined || policy?.placement === 'random',
};
const digests = { batonVersion: '1', files: { '/data/a.csv': 'a', '/data/b.csv': 'b', '/data/mine.ts': 'm' } };
const hash = (text: string): string => text;

test('lists multiply: 2 clusters x 2 workloads x 3 policies x 2 seeds', () => {
  const experiment = planExperiment(
    {
      clusters: ['4 x 8cpu 8Gi', { nodes: [{ count: 2, cpu: 32, memory: '64Gi', gpus: 4 }, '1 x 8cpu 8Gi'] }],
      workloads: { file: ['a.csv', 'b.csv'] },
      policies: ['best-fit', { placement: 'first-fit', backfill: ['any', 'easy'] }],
      seeds: [1, 2],
    },
    context,
  );
  expect(plansOf(experiment, digests, hash)).toHaveLength(24);
  expect(experiment.policies.map((one) => one.name)).toEqual(['best-fit', 'first-fit', 'first-fit+easy']);
  expect(experiment.clusters[1].nodes).toBe('2 x 32cpu 64Gi 4xgpu | 1 x 8cpu 8Gi');
});

test('options and steps that are lists give workloads of their own, named by what differs', () => {
  const experiment = planExperiment(
    {
      clusters: 'preset:batch,nodes=20',
      workloads: {
        generate: 'batch',
        options: { load: [0.7, 0.9], pods: 5 },
        transforms: ['sort', ['scale-arrivals=1', 'scale-arrivals=2']],
      },
      policies: 'first-fit',
    },
    context,
  );
  expect(experiment.workloads.map((one) => one.name)).toEqual([
    'batch, load=0.7, scale-arrivals=1',
    'batch, load=0.7, scale-arrivals=2',
    'batch, load=0.9, scale-arrivals=1',
    'batch, load=0.9, scale-arrivals=2',
  ]);
  expect(experiment.workloads[3]).toMatchObject({
    options: { load: 0.9, pods: 5 },
    transforms: ['sort', 'scale-arrivals=2'],
  });
  expect(experiment.clusters).toEqual([{ name: 'batch,nodes=20', generate: 'batch', options: { nodes: 20 } }]);
});

test('ten seeds where chance plays a part, else one', () => {
  const seeds = (workload: string, policy: string): number =>
    planExperiment({ clusters: 'c', workloads: workload, policies: policy }, context).seeds.length;
  expect(seeds('a.csv', 'best-fit')).toBe(1);
  expect(seeds('preset:batch', 'best-fit')).toBe(10);
  expect(seeds('a.csv', 'random')).toBe(10);
});

test('tokens of a policy come in any order, and what is named twice runs once', () => {
  const experiment = planExperiment(
    {
      clusters: 'c',
      workloads: 'a.csv',
      policies: ['easy+best-fit', 'best-fit+easy', 'mine.ts+shortest-first', 'easy'],
    },
    context,
  );
  expect(experiment.policies).toEqual([
    { name: 'best-fit+easy', placement: 'best-fit', queue: 'fifo', backfill: 'easy' },
    { name: '/data/mine.ts+shortest-first', file: '/data/mine.ts', queue: 'shortest-first', backfill: 'any' },
    { name: 'first-fit+easy', placement: 'first-fit', queue: 'fifo', backfill: 'easy' },
  ]);
  expect(plansOf(experiment, digests, hash)).toHaveLength(3);
});

test.each([
  ['bestfit', 'e.yaml: there is no policy called "bestfit"; did you mean "best-fit"?'],
  [
    'best-fit+first-fit',
    'e.yaml: the policy "best-fit+first-fit" has two placement policies, "best-fit" and "first-fit"; keep one',
  ],
  [
    'mine.ts+best-fit',
    'e.yaml: the policy "mine.ts+best-fit" has two placement policies, "mine.ts" and "best-fit"; keep one',
  ],
])('a fault in a policy is a sentence: %s', (policies, sentence) => {
  expect(() => planExperiment({ clusters: 'c', workloads: 'a.csv', policies }, context)).toThrow(sentence);
});

test.each([
  ['3..1', 'e.yaml: seeds: the range "3..1" runs backwards; write "1..3"'],
  ['1,x', 'e.yaml: seeds: cannot read "x" as a seed; write whole numbers like "1,2" or "1..10"'],
])('a fault in the seeds is a sentence: %s', (seeds, sentence) => {
  expect(() => planExperiment({ clusters: 'c', workloads: 'a.csv', policies: 'first-fit', seeds }, context)).toThrow(
    sentence,
  );
});
