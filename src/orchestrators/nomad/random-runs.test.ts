import { expect, test } from 'vitest';
import { fc } from '../../../test/fuzz.ts';
import { machineSpecs } from '../data-plane/data-plane-fixture.ts';
import type { TimedWeather } from '../../sim/weather/timed-weather.ts';
import { nomadRun } from './nomad-fixture.ts';
import type { NomadLoop } from './nomad-loop.ts';
import { groupOf, isTerminal } from './state/allocation.ts';

const S = 1e6;
const MACHINES = 5;

const job = (
  type: string,
  name: string,
  count: number,
  cpu: number,
  parallel: number,
  more: string,
): string => `job "${name}" {
  type = "${type}"
  priority = ${10 + count * 10}
  group "g" {
    count = ${type === 'system' ? 1 : count}
    ${type === 'service' ? `update {\nmax_parallel = ${parallel}\nmin_healthy_time = "5s"\n}` : ''}
    ${type === 'service' || type === 'batch' ? 'reschedule {\ndelay = "5s"\nmax_delay = "1m"\n}'.replace('max_delay = "1m"', type === 'service' ? 'max_delay = "1m"' : '') : ''}
    restart {
      attempts = 1
      delay = "2s"
      interval = "10m"
    }
    ${more}
    task "t" {
      driver = "docker"
      config { image = "${name}:1" }
      resources {
        cpu = ${cpu}
        memory = 300
      }
    }
  }
}`;

const DISTINCT = 'constraint {\ndistinct_hosts = true\n}';
const ZONED = 'constraint {\nattribute = "${meta.zone}"\nvalue = "a"\n}';

const jobs = fc.array(
  fc.record({
    type: fc.constantFrom('service', 'service', 'batch', 'system'),
    count: fc.integer({ min: 1, max: 8 }),
    cpu: fc.constantFrom(200, 700, 1500, 3000),
    parallel: fc.integer({ min: 1, max: 3 }),
    more: fc.constantFrom('', '', DISTINCT, ZONED, 'disconnect {\nlost_after = "40s"\n}'),
  }),
  { minLength: 1, maxLength: 4 },
);

const troubles = fc.array(
  fc.record({
    kind: fc.constantFrom('node-down', 'node-cut-off', 'drain-begin', 'control-plane-down'),
    node: fc.integer({ min: 0, max: MACHINES - 1 }),
    atS: fc.integer({ min: 0, max: 150 }),
    forS: fc.integer({ min: 1, max: 120 }),
  }),
  { maxLength: 4 },
);

type Trouble = { kind: string; node: number; atS: number; forS: number };

function weatherOf(all: readonly Trouble[]): TimedWeather[] {
  const cause = 'test';
  return all
    .flatMap(({ kind, node, atS, forS }): TimedWeather[] => {
      const [from, to] = [atS * S, (atS + forS) * S];
      if (kind === 'node-down')
        return [
          { atUs: from, event: { kind, node, cause } },
          { atUs: to, event: { kind: 'node-up', node, cause } },
        ];
      if (kind === 'drain-begin')
        return [
          { atUs: from, event: { kind, node, cause } },
          { atUs: to, event: { kind: 'drain-end', node, cause } },
        ];
      if (kind === 'node-cut-off')
        return [
          { atUs: from, event: { kind, node, on: true, cause } },
          { atUs: to, event: { kind, node, on: false, cause } },
        ];
      return [
        { atUs: from, event: { kind: 'control-plane-down', on: true, cause } },
        { atUs: to, event: { kind: 'control-plane-down', on: false, cause } },
      ];
    })
    .sort((a, b) => a.atUs - b.atUs);
}

/** Nothing is overfilled, and no constraint is broken. */
function check(loop: NomadLoop): void {
  const { state } = loop.server;
  for (const node of state.nodes) {
    let cpu = 0;
    for (const alloc of node.allocs) {
      expect(isTerminal(alloc)).toBe(false);
      cpu += alloc.resources.cpuMilli;
      const group = groupOf(alloc.of, alloc.group)!;
      if (group.constraints.some(({ value }) => value === 'a')) expect(node.spec.zone).toBe('a');
      if (group.constraints.some(({ operator }) => operator === 'distinct_hosts'))
        expect([...node.allocs].filter(({ jobId }) => jobId === alloc.jobId).length).toBe(1);
    }
    expect(cpu).toBe(node.used.cpuMilli);
    expect(cpu).toBeLessThanOrEqual(node.spec.cpuMilli);
  }
}

test('whatever befalls the cluster: nodes are not overfilled, constraints hold, no evaluation is lost, and all comes to rest as wanted', () => {
  fc.assert(
    fc.property(jobs, troubles, fc.integer({ min: 0, max: 1e6 }), fc.boolean(), (list, bad, seed, preempts) => {
      const hcl = list.map(({ type, count, cpu, parallel, more }, k) =>
        job(type, `j${k}`, count, cpu, parallel, type === 'system' && more.includes('distinct') ? '' : more),
      );
      let looked = 0;
      const { loop, run } = nomadRun(hcl.join('\n'), {
        seed,
        machines: machineSpecs(MACHINES, ['a', 'b']),
        durationUs: 900 * S,
        settleUs: 60 * S,
        weather_: weatherOf(bad),
        constants: preempts ? { preemptService: 1, preemptBatch: 1 } : {},
        behaviour: Object.fromEntries(
          list.map(({ type }, k) => [
            `j${k}`,
            type === 'batch' ? { runs: { kind: 'exponential', meanUs: 30 * S }, failureShare: 0.1 } : {},
          ]),
        ),
        operations: list.flatMap(({ type }, k) =>
          type === 'service' && k % 2 === 0
            ? [
                {
                  atUs: 30 * S,
                  text: 'update',
                  change: { verb: 'update' as const, workload: `j${k}`, image: `j${k}:2` },
                },
              ]
            : [],
        ),
        each: (one) => {
          if (one.server.state.index !== looked) check(one);
          looked = one.server.state.index;
        },
      });
      check(loop);
      const { server } = loop;
      expect(server.isIdle).toBe(true);
      expect(server.state.nodes.every(({ status }) => status === 'ready')).toBe(true);
      list.forEach(({ type, count }, k) => {
        const allocs = server.state.allocsOf(`j${k}`);
        const standing = allocs.filter((alloc) => !isTerminal(alloc)).length;
        const waits = server.blocked.of(`j${k}`) !== undefined;
        // What is not there waits for room, and somebody knows it; a failed deployment places no more.
        if (type === 'service' && server.state.deployments.get(`j${k}`)?.status !== 'failed')
          expect(waits ? standing < count : standing === count, `j${k}: ${standing} of ${count}`).toBe(true);
      });
      // What clients run is what servers want.
      for (const node of server.state.nodes)
        for (const container of run.containers.on(node.number)) {
          if (container.state === 'exited') continue;
          const [name] = container.order.name.split('/');
          expect(
            [...node.allocs].some((alloc) => alloc.name === name),
            `${container.order.name} on ${node.name}`,
          ).toBe(true);
        }
    }),
    { numRuns: 40 },
  );
});

test('no rolling update ever has more than max_parallel away, whatever its size', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 0, max: 1e6 }),
      fc.integer({ min: 0, max: 20 }),
      (count, parallel, seed, bootS) => {
        let most = 0;
        const { loop } = nomadRun(job('service', 'web', count, 500, parallel, ''), {
          seed,
          durationUs: 600 * S,
          behaviour: { web: { boot: { kind: 'uniform', lowUs: 0, highUs: bootS * S } } },
          operations: [{ atUs: 30 * S, text: 'update', change: { verb: 'update', workload: 'web', image: 'web:2' } }],
          each: ({ server: { state, plane } }) => {
            if (plane.clock.nowUs < 30 * S) return;
            const good = state.allocsOf('web').filter((alloc) => !isTerminal(alloc) && alloc.healthy === true).length;
            most = Math.max(most, count - good);
          },
        });
        expect(most).toBe(Math.min(parallel, count));
        expect(loop.server.state.deployments.get('web')).toMatchObject({ version: 1, status: 'successful' });
      },
    ),
    { numRuns: 25 },
  );
});

test('the same seed gives the same run to the last bit, another one does not', () => {
  const hcl = job('service', 'web', 6, 500, 2, '');
  const fingerprint = (seed: number): string =>
    nomadRun(hcl, {
      seed,
      durationUs: 200 * S,
      weather_: [{ atUs: 50 * S, event: { kind: 'node-down', node: 1, cause: 'test' } }],
    }).run.recorder.journal.fingerprint;
  expect(fingerprint(1)).toBe(fingerprint(1));
  expect(fingerprint(1)).not.toBe(fingerprint(2));
});
