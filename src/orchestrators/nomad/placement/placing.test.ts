import { expect, test } from 'vitest';
import { machineSpec, machineSpecs } from '../../data-plane/data-plane-fixture.ts';
import { laterRequests } from '../reconciler/reconcile-group.ts';
import type { Allocation } from '../state/allocation.ts';
import { nomadRun, serviceJob, standingAllocs } from '../nomad-fixture.ts';

const S = 1e6;

/** Why each allocation of a job is where it is, as reports say it. */
function reasons(more: string, machines: ReturnType<typeof machineSpecs>, count = 1, seed = 1): string[] {
  const { run } = nomadRun(serviceJob('web', count, more), { coldStart: true, machines, durationUs: 10 * S, seed });
  return run.recorder.records.decisions.filter(({ policy }) => policy === 'nomad-scheduler').map(({ why }) => why);
}

const affinity = (attribute: string, value: string, weight: number) =>
  `affinity {\nattribute = "\${meta.${attribute}}"\nvalue = "${value}"\nweight = ${weight}\n}`;

test('an affinity is the weights that match over all weights without their signs, and no score where none matches', () => {
  const both = `${affinity('disk', 'ssd', 100)}\n${affinity('age', 'old', -50)}`;
  const why = (labels: Record<string, string>) => reasons(both, [machineSpec('n1', { labels })])[0];
  expect(why({ disk: 'ssd' })).toContain('node-affinity 0.6667');
  expect(why({ disk: 'ssd', age: 'old' })).toContain('node-affinity 0.3333');
  expect(why({ age: 'old' })).toContain('node-affinity -0.3333');
  expect(why({})).toMatch(/^score (\S+) \(binpack \1\)/);
});

test('with an affinity a hundred nodes are looked at, without one as many as the logarithm says', () => {
  const machines = [...machineSpecs(49, ['a']), machineSpec('ssd', { labels: { disk: 'ssd' } })];
  for (let seed = 0; seed < 8; seed++) {
    const { loop } = nomadRun(serviceJob('web', 1, affinity('disk', 'ssd', 50)), {
      coldStart: true,
      machines,
      durationUs: 10 * S,
      seed,
    });
    expect(standingAllocs(loop, 'web').map(({ node }) => node)).toEqual([49]);
    expect(reasons('', machines, 1, seed)[0]).toContain('; 6 nodes looked at');
  }
});

test('the first allocation of an even spread has nothing to be spread from, the second has', () => {
  const spread = 'spread {\nattribute = "${meta.zone}"\n}';
  const [first, second] = reasons(spread, machineSpecs(2, ['a', 'b']), 2);
  expect(first).not.toContain('allocation-spread');
  expect(second).toContain('allocation-spread 1.0000');
});

test('preemption: a job goes for one that is ten more important, not for one that is nine more', () => {
  const job = (name: string, priority: number) =>
    serviceJob(name, 1).replace('{\n', `{\n priority = ${priority}\n`).replace('cpu = 500', 'cpu = 3000');
  const standing = (priority: number) => {
    const { loop } = nomadRun(job('low', 50), {
      machines: machineSpecs(1, ['a']),
      durationUs: 60 * S,
      constants: { preemptService: 1 },
      operations: [
        {
          atUs: 10 * S,
          text: 'nomad job run high',
          change: { verb: 'apply', files: [{ file: 'h.hcl', text: job('high', priority) }] },
        },
      ],
    });
    return ['low', 'high'].map((name) => standingAllocs(loop, name).length);
  };
  expect(standing(59)).toEqual([1, 0]);
  expect(standing(60)).toEqual([0, 1]);
});

test('failed allocations that are due within 5 s of the first are followed up by one evaluation', () => {
  const at = (atS: number, id: number) => ({ alloc: { id, followUp: -1 } as unknown as Allocation, atUs: atS * S });
  const requests = laterRequests([at(5, 3), at(0, 0), at(4.9, 2), at(3, 1), at(9.9, 4), at(10, 5)]);
  expect(requests.map(({ atUs, allocs }) => [atUs / S, allocs.map(({ id }) => id)])).toEqual([
    [0, [0, 1, 2]],
    [5, [3, 4]],
    [10, [5]],
  ]);
});
