import { expect, test } from 'vitest';
import { fc } from '../../../test/fuzz.ts';
import type { TimedWeather } from '../../sim/weather/timed-weather.ts';
import { machineSpecs } from '../data-plane/data-plane-fixture.ts';
import { containsBundle } from './allocator/bundle.ts';
import { instancesOf, startMesos, S, type MesosRun } from './mesos-fixture.ts';

const MACHINES = machineSpecs(6, ['a', 'b', 'c']);
const ZONES = ['a', 'b', 'c'];

/** What must be true of any cluster at any moment. */
function checkCluster({ loop, run }: MesosRun): void {
  const { master } = loop;
  for (const agent of master.allocator.agents.values()) {
    // Nobody is given what another has: allocations are exactly the sum of tasks and offers, and fit.
    const sum = master.allocatedOn(agent.id);
    expect(agent.allocated).toEqual(sum);
    expect(containsBundle(agent.total, sum), `agent ${agent.id} is over its capacity`).toBe(true);
  }
  for (const [index, { cpuMilli, memBytes }] of run.machines.specs.entries()) {
    let cpu = 0;
    let mem = 0;
    for (const { resources } of run.ledger.held(index)) {
      cpu += resources.cpuMilli;
      mem += resources.memBytes;
    }
    expect(cpu).toBeLessThanOrEqual(cpuMilli);
    expect(mem).toBeLessThanOrEqual(memBytes);
  }
}

/** Constraints of the fixed apps below. */
function checkConstraints(run: MesosRun): void {
  const unique = instancesOf(run, '/unique').filter(({ machine, state }) => machine >= 0 && state !== 'inactive');
  expect(new Set(unique.map(({ machine }) => machine)).size).toBe(unique.length);
  const spread = instancesOf(run, '/spread').filter(({ machine, state }) => machine >= 0 && state !== 'inactive');
  const zones = ZONES.map((zone) => spread.filter(({ attributes }) => attributes?.zone === zone).length);
  expect(Math.max(...zones)).toBeLessThanOrEqual(2);
}

const weatherOf = fc.array(
  fc.record({
    kind: fc.constantFrom('crash', 'cut', 'drain', 'master', 'slow'),
    node: fc.nat(5),
    fromS: fc.integer({ min: 1, max: 300 }),
    forS: fc.integer({ min: 1, max: 200 }),
  }),
  { maxLength: 6 },
);

function eventsOf(kind: string, node: number, fromS: number, forS: number): TimedWeather[] {
  const cause = 'test';
  const [atUs, endUs] = [fromS * S, (fromS + forS) * S];
  switch (kind) {
    case 'crash':
      return [
        { atUs, event: { kind: 'node-down', node, cause } },
        { atUs: endUs, event: { kind: 'node-up', node, cause } },
      ];
    case 'cut':
      return [
        { atUs, event: { kind: 'node-cut-off', node, on: true, cause } },
        { atUs: endUs, event: { kind: 'node-cut-off', node, on: false, cause } },
      ];
    case 'drain':
      return [
        { atUs, event: { kind: 'drain-begin', node, cause } },
        { atUs: endUs, event: { kind: 'drain-end', node, cause } },
      ];
    case 'slow':
      return [
        { atUs, event: { kind: 'node-speed', node, speed: 0, cause } },
        { atUs: endUs, event: { kind: 'node-speed', node, speed: 1, cause } },
      ];
    default:
      return [
        { atUs, event: { kind: 'control-plane-down', on: true, cause } },
        { atUs: endUs, event: { kind: 'control-plane-down', on: false, cause } },
      ];
  }
}

const FILES = [
  { id: '/unique', cpus: 0.5, mem: 256, instances: 4, constraints: [['hostname', 'UNIQUE']] },
  { id: '/spread', cpus: 0.5, mem: 256, instances: 6, constraints: [['@zone', 'GROUP_BY', '3']] },
  {
    id: '/big',
    cpus: 1.5,
    mem: 1024,
    instances: 3,
    healthChecks: [{ protocol: 'MESOS_HTTP', intervalSeconds: 10, gracePeriodSeconds: 10 }],
  },
  {
    id: 'batch',
    labels: { 'baton.dev/role': 'batch', 'baton.dev/runs': '60' },
    run: { cpus: 0.7, mem: 300, restart: { policy: 'ON_FAILURE' } },
  },
  [{ role: 'batch', weight: 0.5 }],
];

test('property: in any weather nothing is over capacity or given twice, constraints hold, and all comes to rest afterwards', () => {
  fc.assert(
    fc.property(fc.nat(), weatherOf, fc.boolean(), (seed, doings, holdsOffers) => {
      const weather = doings
        .flatMap(({ kind, node, fromS, forS }) => eventsOf(kind, node, fromS, forS))
        .sort((a, b) => a.atUs - b.atUs);
      const started = startMesos(FILES, {
        seed,
        machines: MACHINES,
        weather,
        constants: holdsOffers ? { batchHoldsOffers: 1, heldOfferTime: 20 * S, heldOfferJitter: 5 * S } : {},
        behaviour: (workload) =>
          workload === 'batch' ? { runs: { kind: 'exponential', meanUs: 20 * S }, failureShare: 0.1 } : {},
        spec: { durationUs: 1500 * S, zones: ZONES },
      });
      let steps = 0;
      while (started.run.step())
        if (++steps % 29 === 0) {
          checkCluster(started);
          checkConstraints(started);
        }
      checkCluster(started);
      expect(started.loop.isQuiet()).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test('the same seed gives the same run, another one another', () => {
  const once = (seed: number): string => {
    const started = startMesos(FILES, { seed, machines: MACHINES, spec: { zones: ZONES } });
    while (started.run.step());
    return started.run.result().fingerprint;
  };
  expect(once(1)).toBe(once(1));
  expect(once(2)).not.toBe(once(1));
});
