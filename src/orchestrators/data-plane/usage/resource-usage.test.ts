import { describe, expect, test } from 'vitest';
import { fc } from '../../../../test/fuzz.ts';
import { machineSpec, planeSpec, SMALL, TestPlane, type ServiceWish } from '../recording/data-plane-fixture.ts';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

/** Four cores, and nothing that is modelled. */
function bare(seconds = 100, machines = [machineSpec('n0')]) {
  const made = new TestPlane(planeSpec(seconds, machines));
  const job = made.recorder.addWorkload('work', 'service', -1);
  return { made, job };
}

describe('CPU', () => {
  test('what is used by itself is divided by weights where there is not enough, after the limits', () => {
    const { made, job } = bare();
    const wants = (name: string, cpuUsageMilli: number, cpuMilli: number, cpuLimitMilli = Infinity) =>
      made.start(job, name, 0, {
        resources: { ...SMALL, cpuMilli },
        behaviour: { cpuUsageMilli },
        limits: { cpuLimitMilli },
      }).container;
    const alone = wants('a', 1500, 1000);
    made.run(0);
    expect(made.usage.cpuMilli(alone)).toBe(1500);
    const limited = wants('b', 3000, 1000, 500);
    const greedy = wants('c', 9000, 2000);
    made.run(5);
    // 4000: b at most 500; of 3500 a and c may have 1167 and 2333 by their weights.
    expect([alone, limited, greedy].map((one) => made.usage.cpuMilli(one))).toEqual([
      expect.closeTo(3500 / 3, 6),
      500,
      expect.closeTo(7000 / 3, 6),
    ]);
    expect(made.usage.machineMilli(0)).toBeCloseTo(4000, 6);
    made.containers.remove(greedy);
    expect(made.usage.cpuMilli(alone)).toBe(1500);
    expect(made.usage.totalMilli).toBeCloseTo(2000, 6);
  });

  test('what requests take is measured, and too little of it makes them slow', () => {
    const busy: ServiceWish = { name: 'web', perSecond: 10, workMs: 200, concurrency: 8 };
    const run = (cpuLimitMilli: number) => {
      const made = new TestPlane(planeSpec(200, [machineSpec('n0')], [busy]));
      const web = made.recorder.addWorkload('web', 'service', 0);
      const { container } = made.start(web, 'web.1', 0, { service: 0, limits: { cpuLimitMilli } });
      made.run(200);
      const mean = made.usage.meanCpuMilli(container, 100e6, 200e6);
      return { mean, result: made.recorder.result() };
    };
    // Ten a second that take 200 ms of a core each: two cores.
    const ample = run(Infinity);
    expect(ample.mean).toBeCloseTo(2000, -1);
    expect(ample.result.metrics['meanLatencyMs']).toBeCloseTo(200, -1);
    expect(ample.result.living!.services[0].cpuShareMean).toBeCloseTo(2, 1);
    const short = run(1500);
    expect(short.mean).toBeCloseTo(1500, -1);
    expect(short.result.metrics['meanLatencyMs']).toBeGreaterThan(1000);
  });

  test('energy: idle power all the time, and the rest by the CPU used', () => {
    const { made, job } = bare(3600);
    made.start(job, 'a', 0, { behaviour: { cpuUsageMilli: 2000 } });
    made.run(3600);
    const { living, metrics } = made.recorder.result();
    // 100 W idle, 200 W busy, half of its cores for an hour; half a kilogram a kilowatt-hour.
    expect(living!.cost.energyKWh).toBeCloseTo(0.15, 9);
    expect(metrics['carbonKg']).toBeCloseTo(0.075, 9);
    expect(metrics['cpuUsedShare']).toBeCloseTo(0.5, 9);
  });

  test('whatever runs, no machine gives more than it has, nor anyone more than it wants or may', () => {
    const claim = fc.record({ wants: fc.nat(5000), weight: fc.nat(4000), limit: fc.nat(5000) });
    fc.assert(
      fc.property(fc.array(claim, { maxLength: 12 }), (claims) => {
        const { made, job } = bare();
        const started = claims.map(({ wants, weight, limit }, k) =>
          made.start(job, `p${k}`, 0, {
            resources: { ...SMALL, cpuMilli: 0, memBytes: 0 },
            behaviour: { cpuUsageMilli: wants },
            limits: { cpuLimitMilli: limit, cpuWeightMilli: weight },
          }),
        );
        made.run(10);
        const used = started.map(({ container }) => made.usage.cpuMilli(container));
        const total = used.reduce((sum, one) => sum + one, 0);
        expect(total).toBeLessThanOrEqual(4000 + 1e-6);
        expect(made.usage.machineMilli(0)).toBeCloseTo(total, 6);
        used.forEach((one, k) => expect(one).toBeLessThanOrEqual(Math.min(claims[k].wants, claims[k].limit) + 1e-6));
        const asked = claims.reduce((sum, { wants, limit }) => sum + Math.min(wants, limit), 0);
        expect(total).toBeCloseTo(Math.min(4000, asked), 6);
      }),
      { numRuns: 100 },
    );
  });
});

describe('memory', () => {
  test('grows by the hour until the limit, and then the kernel comes, between two looks', () => {
    const { made, job } = bare(7200);
    const { container } = made.start(job, 'leak', 0, {
      behaviour: { memUsageBytes: 100 * MIB, memGrowthBytesPerHour: 100 * MIB },
      limits: { memLimitBytes: 150 * MIB },
    });
    made.run(0);
    const { startedUs } = made.containers.get(container)!;
    made.run(1000);
    expect(made.usage.memBytes(container) / MIB).toBeCloseTo(100 + (1000 - startedUs / 1e6) / 36, 3);
    made.run(startedUs / 1e6 + 1799.9);
    expect(made.containers.get(container)!.state).toBe('up');
    made.run(startedUs / 1e6 + 1800.1);
    expect(made.containers.get(container)!.exit).toEqual({ code: 137, cause: 'out-of-memory' });
    expect(made.usage.memBytes(container)).toBe(0);
    expect(made.recorder.result().metrics['oomKills']).toBe(1);
  });

  test('a leak with every request, and what requests at hand take', () => {
    const leaky: ServiceWish = {
      name: 'web',
      perSecond: 10,
      workMs: 1000,
      concurrency: 100,
      also: { memPerRequestBytes: MIB, cpuPerRequestMilli: 100 },
    };
    const made = new TestPlane(planeSpec(200, [machineSpec('n0')], [leaky]));
    const web = made.recorder.addWorkload('web', 'service', 0);
    const { container } = made.start(web, 'web.1', 0, {
      service: 0,
      behaviour: { memUsageBytes: 50 * MIB, memLeakBytesPerRequest: MIB / 10 },
      limits: { memLimitBytes: 100 * MIB },
    });
    made.run(20.05);
    // 50, ten at hand, and a tenth of each of 200.
    expect(made.usage.memBytes(container) / MIB).toBeCloseTo(50 + 10 + 20, 1);
    made.run(39.9);
    expect(made.containers.get(container)!.state).toBe('up');
    // 100 are passed at 40 s; the next look is at 45 s.
    made.run(45.1);
    expect(made.containers.get(container)!.exit?.cause).toBe('out-of-memory');
  });

  test('where a machine has no more the largest goes, limits or not', () => {
    const { made, job } = bare(100);
    const [small, large] = [6, 9].map(
      (gib) => made.start(job, `${gib}`, 0, { behaviour: { memUsageBytes: gib * GIB } }).container,
    );
    made.run(5);
    expect(made.containers.get(large)!.state).toBe('up');
    const third = made.start(job, 'more', 0, { behaviour: { memUsageBytes: 2 * GIB } }).container;
    made.run(11);
    expect(made.containers.get(large)!.exit?.cause).toBe('out-of-memory');
    expect([small, third].map((one) => made.containers.get(one)!.state)).toEqual(['up', 'up']);
  });
});
