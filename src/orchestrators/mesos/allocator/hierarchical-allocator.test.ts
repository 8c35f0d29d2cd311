import { describe, expect, test } from 'vitest';
import { fc } from '../../../../test/fuzz.ts';
import { NO_RESOURCES } from '../../data-plane/machine-spec.ts';
import { addAgent, amount, GB, makeAllocator, PLAIN } from './allocator-fixture.ts';
import type { Allocation } from './allocator-state.ts';
import { containsBundle, EMPTY_BUNDLE, plusBundle, unreservedBundle } from './bundle.ts';
import { contains, plus, type Bounds } from './quantities.ts';

const sec = (count: number): number => Math.round(count * 1e6);

test('mesos hierarchical: a whole agent goes to one framework, the next agent to the other', () => {
  const allocator = makeAllocator();
  allocator.addFramework(0, ['a'], PLAIN);
  allocator.addFramework(1, ['b'], PLAIN);
  for (const id of [0, 1]) addAgent(allocator, id, amount(4, 8));
  const made = allocator.allocate(0);
  expect(made.map(({ role }) => role)).toEqual(['a', 'b']);
  for (const { bundle } of made) expect(bundle.unreserved).toEqual(amount(4, 8));
  expect(allocator.allocate(0)).toEqual([]);
});

test('spec section 8, quota chop: an agent of 15 CPUs and a limit of 10 give an offer of 10 CPUs', () => {
  const allocator = makeAllocator();
  allocator.addFramework(0, ['dev'], PLAIN);
  allocator.setQuota('dev', { guarantees: {}, limits: { cpus: 10_000 } });
  addAgent(allocator, 0, amount(15, 30));
  expect(allocator.allocate(0).map(({ bundle }) => bundle.unreserved)).toEqual([amount(10, 30)]);
  // The rest of the memory went with it and the limit is reached.
  expect(allocator.allocate(0)).toEqual([]);
});

describe('spec section 8, filter', () => {
  const declined = (): ReturnType<typeof makeAllocator> => {
    const allocator = makeAllocator();
    allocator.addFramework(0, ['*'], PLAIN);
    addAgent(allocator, 0, amount(5, 10));
    const used: Allocation = { framework: 0, role: '*', agent: 0, bundle: unreservedBundle(amount(1, 2)) };
    allocator.allocated(used);
    const [offer] = allocator.allocate(0);
    expect(offer.bundle.unreserved).toEqual(amount(4, 8));
    allocator.recover(offer);
    allocator.refuse(offer, sec(5.3));
    return allocator;
  };

  test('declined for 5 s at 0.3 it is not offered before 5.3 and comes at the tick of 6', () => {
    const allocator = declined();
    for (let tick = 1; tick <= 5; tick++) expect(allocator.allocate(sec(tick))).toEqual([]);
    expect(allocator.filters.nextEndUs(0)).toBe(sec(5.3));
    expect(allocator.allocate(sec(6)).map(({ bundle }) => bundle.unreserved)).toEqual([amount(4, 8)]);
  });

  test('when 5 CPUs are free the filter does not apply', () => {
    const allocator = declined();
    allocator.recover({ framework: 0, role: '*', agent: 0, bundle: unreservedBundle(amount(1, 2)) });
    expect(allocator.allocate(sec(1)).map(({ bundle }) => bundle.unreserved)).toEqual([amount(5, 10)]);
  });

  test('a smaller remainder of the agent is filtered too, until a revive', () => {
    const allocator = declined();
    allocator.allocated({ framework: 0, role: '*', agent: 0, bundle: unreservedBundle(amount(1, 1)) });
    expect(allocator.allocate(sec(1))).toEqual([]);
    allocator.revive(0, '*');
    expect(allocator.allocate(sec(1)).map(({ bundle }) => bundle.unreserved)).toEqual([amount(3, 7)]);
  });

  test('an agent whose resources change is offered again, even if it has less', () => {
    const allocator = declined();
    allocator.updateAgent(0, unreservedBundle(amount(4, 9), [[31_000, 32_000]]));
    expect(allocator.allocate(sec(1)).map(({ bundle }) => bundle.unreserved)).toEqual([amount(3, 7)]);
  });

  test('a suppressed role gets nothing until it is revived', () => {
    const allocator = makeAllocator();
    allocator.addFramework(0, ['*'], PLAIN);
    addAgent(allocator, 0, amount(1, 1));
    allocator.suppress(0, '*');
    expect(allocator.hasDemand).toBe(false);
    expect(allocator.allocate(0)).toEqual([]);
    allocator.revive(0, '*');
    expect(allocator.allocate(0)).toHaveLength(1);
  });
});

test('guarantees come first, and what they still need is kept free of others', () => {
  const allocator = makeAllocator();
  allocator.addFramework(0, ['batch'], PLAIN);
  allocator.addFramework(1, ['prod'], PLAIN);
  allocator.setQuota('prod', { guarantees: { cpus: 6000, mem: 6 * GB }, limits: {} });
  allocator.suppress(1, 'prod');
  for (const id of [0, 1]) addAgent(allocator, id, amount(4, 4));
  // Nobody of prod wants offers now; 6 of 8 CPUs stay free for it all the same.
  const toBatch = allocator.allocate(0).reduce((sum, { bundle }) => plus(sum, bundle.unreserved), NO_RESOURCES);
  expect(toBatch).toEqual(amount(2, 2));
  allocator.revive(1, 'prod');
  const toProd = allocator.allocate(0).reduce((sum, { bundle }) => plus(sum, bundle.unreserved), NO_RESOURCES);
  expect(toProd).toEqual(amount(6, 6));
});

describe('stage 1 (hierarchical.cpp, __generateOffers)', () => {
  const withQuota = (guarantees: Bounds, limits: Bounds = {}): ReturnType<typeof makeAllocator> => {
    const allocator = makeAllocator();
    allocator.addFramework(0, ['batch'], PLAIN);
    allocator.addFramework(1, ['prod'], PLAIN);
    allocator.setQuota('prod', { guarantees, limits });
    // By fair shares it would be the turn of batch.
    addAgent(allocator, 9, amount(1, 1));
    allocator.allocated({ framework: 1, role: 'prod', agent: 9, bundle: unreservedBundle(amount(1, 1)) });
    return allocator;
  };
  const offered = (allocator: ReturnType<typeof makeAllocator>) =>
    allocator.allocate(0).map(({ role, bundle }) => [role, bundle.unreserved]);

  test('whoever gets part of a guarantee gets the rest of the agent with it', () => {
    const allocator = withQuota({ cpus: 2000, mem: GB });
    addAgent(allocator, 0, amount(4, 8));
    expect(offered(allocator)).toEqual([['prod', amount(4, 8)]]);
  });

  test('as far as its limit', () => {
    const allocator = withQuota({ cpus: 2000 }, { cpus: 3000, mem: 4 * GB });
    addAgent(allocator, 0, amount(4, 8));
    expect(offered(allocator)).toEqual([
      ['batch', amount(2, 5)],
      ['prod', amount(2, 3)],
    ]);
  });

  test('and no further than what the guarantees of others leave', () => {
    const allocator = withQuota({ cpus: 2000 });
    allocator.addFramework(2, ['web'], PLAIN);
    allocator.setQuota('web', { guarantees: { cpus: 2000 }, limits: {} });
    allocator.suppress(2, 'web');
    addAgent(allocator, 0, amount(4, 8));
    expect(offered(allocator)).toEqual([['prod', amount(2, 8)]]);
  });

  test('an agent that has nothing for the guarantee is left to stage 2', () => {
    const allocator = withQuota({ cpus: 2000 });
    addAgent(allocator, 0, amount(0, 8));
    expect(offered(allocator)).toEqual([['batch', amount(0, 8)]]);
  });
});

test('reservations are offered to their role and below, and GPUs to frameworks that know of them', () => {
  const allocator = makeAllocator();
  allocator.addFramework(0, ['ads'], PLAIN);
  allocator.addFramework(1, ['web/shop'], PLAIN);
  const attributes = { hostname: 'a', region: '', zone: '', attributes: {} };
  allocator.addAgent(0, attributes, { ...EMPTY_BUNDLE, reserved: new Map([['web', amount(2, 2)]]) });
  addAgent(allocator, 1, amount(8, 8, 2));
  expect(allocator.allocate(0)).toEqual([
    {
      framework: 1,
      role: 'web/shop',
      agent: 0,
      bundle: { ...EMPTY_BUNDLE, reserved: new Map([['web', amount(2, 2)]]) },
    },
  ]);
  allocator.addFramework(2, ['ml'], { ...PLAIN, gpuResources: true });
  expect(allocator.allocate(0).map(({ framework, agent }) => [framework, agent])).toEqual([[2, 1]]);
});

test('revocable resources go only to frameworks that can lose them', () => {
  const allocator = makeAllocator();
  allocator.addFramework(0, ['a'], PLAIN);
  const attributes = { hostname: 'a', region: '', zone: '', attributes: {} };
  allocator.addAgent(0, attributes, { ...EMPTY_BUNDLE, revocable: amount(2, 2) });
  expect(allocator.allocate(0)).toEqual([]);
  allocator.addFramework(1, ['b'], { ...PLAIN, revocableResources: true });
  expect(allocator.allocate(0).map(({ bundle }) => bundle.revocable)).toEqual([amount(2, 2)]);
});

test('less than 0.01 CPUs and less than 32 MB are not worth an offer', () => {
  const allocator = makeAllocator();
  allocator.addFramework(0, ['*'], PLAIN);
  addAgent(allocator, 0, { ...NO_RESOURCES, cpuMilli: 9, memBytes: 31 * 1024 * 1024 });
  addAgent(allocator, 1, { ...NO_RESOURCES, cpuMilli: 0, memBytes: 32 * 1024 * 1024 });
  expect(allocator.allocate(0).map(({ agent }) => agent)).toEqual([1]);
});

test('property: nobody is ever given what is not there, and quota limits hold', () => {
  const agentsOf = fc.array(
    fc.record({ cpus: fc.integer({ min: 1, max: 16 }), mem: fc.integer({ min: 1, max: 32 }) }),
    {
      minLength: 1,
      maxLength: 8,
    },
  );
  const steps = fc.array(fc.record({ keep: fc.nat(3), refuses: fc.boolean(), drop: fc.nat(20) }), { maxLength: 25 });
  fc.assert(
    fc.property(fc.nat(), agentsOf, steps, (seed, agents, doings) => {
      const allocator = makeAllocator(seed);
      ['a', 'b', 'c'].forEach((role, id) => allocator.addFramework(id, [role], PLAIN));
      allocator.setQuota('a', { guarantees: { cpus: 4000 }, limits: { cpus: 9000 } });
      allocator.setWeight('b', 2);
      agents.forEach(({ cpus, mem }, id) => addAgent(allocator, id, amount(cpus, mem)));
      const held: Allocation[] = [];
      doings.forEach(({ keep, refuses, drop }, tick) => {
        for (const offer of allocator.allocate(sec(tick))) {
          const { cpuMilli, memBytes } = offer.bundle.unreserved;
          const part = {
            ...NO_RESOURCES,
            cpuMilli: Math.floor((cpuMilli * keep) / 4),
            memBytes: Math.floor((memBytes * keep) / 4),
          };
          allocator.recover(offer);
          if (refuses) allocator.refuse(offer, sec(tick + 5));
          const used = { ...offer, bundle: unreservedBundle(part) };
          allocator.allocated(used);
          held.push(used);
        }
        if (drop < held.length) allocator.recover(held.splice(drop, 1)[0]);
        for (const agent of allocator.agents.values()) {
          const onIt = held
            .filter((one) => one.agent === agent.id)
            .reduce((sum, { bundle }) => plusBundle(sum, bundle), EMPTY_BUNDLE);
          expect(agent.allocated).toEqual(onIt);
          expect(containsBundle(agent.total, onIt)).toBe(true);
        }
        const ofA = held
          .filter(({ role }) => role === 'a')
          .reduce((sum, { bundle }) => plus(sum, bundle.unreserved), NO_RESOURCES);
        expect(contains(amount(9, 1e6), ofA)).toBe(true);
        expect(allocator.heldBy(0, 'a')).toEqual(ofA);
      });
    }),
  );
});
