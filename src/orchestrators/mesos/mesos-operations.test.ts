import { describe, expect, test } from 'vitest';
import { fc } from '../../../test/fuzz.ts';
import { bestFit } from '../../policies/placement/best-fit.ts';
import type { OperatorChange } from '../data-plane/control-loop.ts';
import { machineSpecs } from '../data-plane/data-plane-fixture.ts';
import { policyChooser } from '../data-plane/policy-chooser.ts';
import { meetsOfferConstraints } from './allocator/offer-constraints.ts';
import { instancesOf, runMesos, secondsOf, startMesos, S } from './mesos-fixture.ts';

const WEB = { id: '/web', cpus: 0.5, mem: 256, instances: 6 };
const at = (seconds: number, change: OperatorChange) => ({ atUs: seconds * S, text: change.verb, change });
const file = (object: unknown) => ({ file: 'new.json', text: JSON.stringify(object) });

test('apply adds and changes, remove takes away, and everything else stays', () => {
  const run = runMesos([WEB, { id: '/other', cpus: 0.1, mem: 32 }], {
    spec: {
      operations: [
        at(50, {
          verb: 'apply',
          files: [
            file([
              { ...WEB, instances: 3 },
              { id: '/new', cpus: 0.2, mem: 64, dependencies: ['/other'] },
            ]),
          ],
        }),
        at(100, { verb: 'remove', workload: 'other' }),
        at(150, { verb: 'apply', files: [file({ id: 'late', run: { cpus: 0.1, mem: 32 } })] }),
      ],
    },
    behaviour: (workload) => (workload === 'late' ? { runs: { kind: 'constant', meanUs: 10 * S } } : {}),
  });
  expect(instancesOf(run, '/web')).toHaveLength(3);
  expect(instancesOf(run, '/new')).toHaveLength(1);
  expect(instancesOf(run, '/other')).toEqual([]);
  expect(run.placements.filter(({ name }) => name.startsWith('late'))).toHaveLength(1);
  expect(run.loop.isQuiet()).toBe(true);
});

test('an operation on something that is not there says what is', () => {
  expect(() =>
    runMesos([WEB], { spec: { operations: [at(10, { verb: 'scale', workload: 'wbe', replicas: 1 })] } }),
  ).toThrow('there is no app or job "wbe"; did you mean "web"?');
  expect(() => runMesos([WEB], { spec: { operations: [at(10, { verb: 'drain', machine: 'n9' })] } })).toThrow(
    'there is no machine "n9"',
  );
});

test('an upgrade that is scaled while it goes on comes to the new number', () => {
  const run = runMesos([{ ...WEB, healthChecks: [{ protocol: 'MESOS_TCP', intervalSeconds: 10, delaySeconds: 8 }] }], {
    spec: {
      operations: [
        at(50, { verb: 'update', workload: 'web', image: 'web:2' }),
        at(53, { verb: 'scale', workload: 'web', replicas: 15 }),
      ],
    },
  });
  expect(instancesOf(run, '/web').map(({ version }) => version)).toEqual(Array.from({ length: 15 }, () => 1));
  expect(run.loop.isQuiet()).toBe(true);
});

test('a second upgrade does not wait for ever for instances of the first that are not up yet', () => {
  const upgradeStrategy = { minimumHealthCapacity: 0, maximumOverCapacity: 0 };
  const update = { verb: 'update', workload: 'web', image: 'web:2' } as const;
  const run = runMesos([{ ...WEB, upgradeStrategy }], { spec: { operations: [at(62, update), at(63, update)] } });
  expect(instancesOf(run, '/web').map(({ version }) => version)).toEqual([2, 2, 2, 2, 2, 2]);
  expect(run.loop.isQuiet()).toBe(true);
});

test('a framework that is away loses its tasks when its failover timeout is over, and no earlier', () => {
  const started = startMesos([WEB], { constants: { frameworkFailoverTimeout: 60 * S } });
  const { run, loop } = started;
  run.runUntil(10 * S);
  loop.master.disconnect(0);
  run.runUntil(69 * S);
  expect(loop.master.tasks.size).toBe(6);
  run.runUntil(80 * S);
  expect(loop.master.tasks.size).toBe(0);
});

test('one that is back in time keeps them', () => {
  const started = startMesos([WEB], { constants: { frameworkFailoverTimeout: 60 * S } });
  const { run, loop } = started;
  run.runUntil(10 * S);
  loop.master.disconnect(0);
  run.runUntil(50 * S);
  loop.master.reconnect(0);
  run.runUntil(200 * S);
  expect(loop.master.tasks.size).toBe(6);
});

test('an image that takes longer than executor_registration_timeout fails the task', () => {
  const run = runMesos([{ ...WEB, instances: 1 }], {
    behaviour: () => ({ imageBytes: 7e9 }),
    spec: { coldStart: true, durationUs: 120 * S },
  });
  expect(secondsOf(run, 'TASK_FAILED')[0]).toBeCloseTo(60 + run.placements[0].timeUs / S, 1);
});

test('Marathon begins nothing on an agent that the cloud will take', () => {
  const run = runMesos([WEB], {
    machines: machineSpecs(2, ['a'], { spot: true }),
    weather: [{ atUs: 20 * S, event: { kind: 'spot-notice', node: 0, takenUs: 140 * S, cause: 'test' } }],
    spec: { zones: ['a'], durationUs: 130 * S, operations: [at(30, { verb: 'scale', workload: 'web', replicas: 8 })] },
  });
  expect(run.placements.filter(({ timeUs }) => timeUs > 0).map(({ machine }) => machine)).toEqual([1, 1]);
});

describe('held offers (Aurora)', () => {
  const job = (runs: number) => ({ id: 'job', labels: { 'baton.dev/runs': String(runs) }, run: { cpus: 1, mem: 64 } });
  const held = { batchHoldsOffers: 1, heldOfferOrder: 1 };

  test('with the order CPU the fullest agent is filled first', () => {
    const machines = machineSpecs(3, ['a']).map((one, k) => ({ ...one, cpuMilli: [4000, 2000, 3000][k] }));
    const run = runMesos([job(5)], {
      machines,
      constants: held,
      behaviour: () => ({ runs: { kind: 'constant', meanUs: 60 * S } }),
      spec: { zones: ['a'] },
    });
    expect(run.placements.map(({ machine }) => machine)).toEqual([1, 1, 2, 2, 2]);
  });

  test('offers that nobody uses go back after five to six minutes', () => {
    const started = startMesos([job(1)], {
      machines: machineSpecs(2, ['a']),
      constants: held,
      spec: { zones: ['a'], settleUs: 1 * S },
    });
    started.run.runUntil(200 * S);
    const before = started.loop.master.allocatedOn(1).unreserved.cpuMilli;
    expect(before).toBe(4000);
    let freeUs = 0;
    for (let second = 200; second < 400 && freeUs === 0; second += 0.5) {
      started.run.runUntil(second * S);
      if (started.loop.master.allocatedOn(1).unreserved.cpuMilli === 0) freeUs = second;
    }
    expect(freeUs).toBeGreaterThan(295);
    expect(freeUs).toBeLessThan(362);
  });
});

test('oversubscription: half of an agent on top as revocable CPU goes to a framework that takes it, and to no other', () => {
  const together = (batchTakesRevocable: number): number => {
    const run = runMesos([{ id: 'job', labels: { 'baton.dev/runs': '9' }, run: { cpus: 1, mem: 64 } }], {
      machines: machineSpecs(1, ['a']),
      constants: { fixedRevocableShare: 0.5, batchTakesRevocable },
      behaviour: () => ({ runs: { kind: 'constant', meanUs: 60 * S } }),
      spec: { zones: ['a'], mayOvercommit: true },
    });
    const [{ timeUs: firstUs }] = run.placements;
    return run.placements.filter(({ timeUs }) => timeUs < firstUs + 30 * S).length;
  };
  expect(together(1)).toBe(6);
  expect(together(0)).toBe(4);
});

test('another placement policy chooses among the offers that do', () => {
  const started = (chooser: boolean) =>
    runMesos([{ ...WEB, instances: 8, cpus: 1 }], {
      machines: machineSpecs(4, ['a']),
      spec: { zones: ['a'], coldStart: true, ...(chooser ? { chooser: policyChooser(bestFit.create) } : {}) },
    });
  const run = started(true);
  const used = new Set(instancesOf(run, '/web').map(({ machine }) => machine));
  expect(used.size).toBe(2);
  expect(run.loop.isQuiet()).toBe(true);
});

test('Mesos 1.11 offer constraints: groups of which one holds, negations hold without the attribute', () => {
  const agent = { hostname: 'h1', region: 'r', zone: 'z', attributes: { rack: 'r1' } };
  const attribute = (name: string) => ({ selector: { attribute: name } });
  expect(meetsOfferConstraints([], agent)).toBe(true);
  expect(
    meetsOfferConstraints([[{ ...attribute('rack'), predicate: { kind: 'text-equals', value: 'r1' } }]], agent),
  ).toBe(true);
  expect(meetsOfferConstraints([[{ ...attribute('disk'), predicate: { kind: 'exists' } }]], agent)).toBe(false);
  expect(
    meetsOfferConstraints([[{ ...attribute('disk'), predicate: { kind: 'text-not-equals', value: 'x' } }]], agent),
  ).toBe(true);
  const zone = { selector: { pseudoattribute: 'zone' }, predicate: { kind: 'text-matches', regex: /^y/ } } as const;
  expect(meetsOfferConstraints([[zone], [{ ...attribute('rack'), predicate: { kind: 'exists' } }]], agent)).toBe(true);
  expect(meetsOfferConstraints([[zone, { ...attribute('rack'), predicate: { kind: 'exists' } }]], agent)).toBe(false);
});

test('property: whatever people do, what they asked for last is there in the end', () => {
  const change = fc.oneof(
    fc.record({
      verb: fc.constant('scale' as const),
      workload: fc.constant('web'),
      replicas: fc.integer({ min: 0, max: 12 }),
    }),
    fc.record({
      verb: fc.constant('update' as const),
      workload: fc.constant('web'),
      image: fc.constantFrom('web:2', 'web:3'),
    }),
    fc.record({
      verb: fc.constantFrom('drain' as const, 'pause' as const, 'activate' as const),
      machine: fc.constantFrom('n1', 'n2'),
    }),
  );
  const strategy = fc.record({
    minimumHealthCapacity: fc.constantFrom(0, 0.5, 1),
    maximumOverCapacity: fc.constantFrom(0, 0.3, 1),
  });
  fc.assert(
    fc.property(
      fc.nat(),
      strategy,
      fc.array(fc.tuple(fc.integer({ min: 1, max: 100 }), change), { maxLength: 6 }),
      (seed, upgradeStrategy, doings) => {
        const operations = doings.map(([seconds, one]) => at(seconds, one)).sort((a, b) => a.atUs - b.atUs);
        const scales = operations.filter(({ change: { verb } }) => verb === 'scale').map((one) => one.change);
        const last = scales.at(-1);
        const wanted = last?.verb === 'scale' ? last.replicas : 6;
        const run = runMesos([{ ...WEB, upgradeStrategy }], { seed, spec: { operations, durationUs: 500 * S } });
        expect(instancesOf(run, '/web').filter(({ state }) => state === 'running')).toHaveLength(wanted);
        const versions = new Set(instancesOf(run, '/web').map(({ version }) => version));
        expect(versions.size).toBeLessThanOrEqual(1);
        expect(run.loop.isQuiet()).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});
